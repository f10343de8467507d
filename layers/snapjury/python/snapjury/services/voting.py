"""What QAs say: they vote on a snapshot or take the vote back, one at a time or several."""

from collections.abc import Callable, Iterator, Mapping
from random import Random

from msgspec.structs import replace

from snapjury.errors import ConflictError, NotDrawnError, NotFoundError, SnapjuryError, TemporaryFaultError
from snapjury.rules.ids import ID
from snapjury.rules.jury import Ballot, Receipt, cast_vote, withdraw_vote
from snapjury.rules.snapshot import Snapshot, Verdict
from snapjury.services.changes import ATTEMPTS
from snapjury.services.drawing import random_place
from snapjury.services.mixing import as_with_others
from snapjury.services.reviews import ReviewPorts

Outcome = tuple[Snapshot, Receipt]
"""The snapshot after a vote, or after one was taken back, and what to tell the QA."""

Change = Callable[[Snapshot], Outcome]


def vote(snapshot_id: str, ballot: Ballot, ports: ReviewPorts, now: int, known: Snapshot | None = None) -> Outcome:
    """The snapshot with the vote on it. One read and one write for who has the seat.

    `known` is the snapshot as it has just been read, which spares the read.
    """

    def cast(snapshot: Snapshot) -> Outcome:
        voted, receipt = cast_vote(snapshot, ballot, ports.rules, now)
        return moved(snapshot, voted, ports.chance), receipt

    return changed(snapshot_id, (ballot.qa, ballot.session), ports, cast, now, known)


def take_back(
    snapshot_id: str, qa: str, session_id: str, ports: ReviewPorts, now: int, known: Snapshot | None = None
) -> Outcome:
    """The snapshot without this QA's vote. Two reads and one conditional write; `known` as in `vote`."""
    whose = (qa, session_id)
    return changed(
        snapshot_id, whose, ports, lambda snapshot: withdraw_vote(snapshot, *whose, ports.rules, now), now, known
    )


def vote_on_each(
    qa: str, session_id: str, verdicts: Mapping[str, Verdict | None], ports: ReviewPorts, clock: Callable[[], int]
) -> Iterator[tuple[str, Outcome | SnapjuryError]]:
    """Vote on each of these snapshots, or take the vote back where there is no verdict: what became of it, or why not.

    They are read together and written each for itself, so that one that fails leaves the others as they are. All
    together they raise NotDrawnError under what cannot be a session, and TemporaryFaultError if they cannot be read.
    """
    if not ID.fullmatch(session_id):
        raise NotDrawnError
    known = ports.snapshots.get_many([each for each in verdicts if ID.fullmatch(each)])
    for snapshot_id, verdict in verdicts.items():
        read = known.get(snapshot_id)
        try:
            if verdict is None:
                yield snapshot_id, take_back(snapshot_id, qa, session_id, ports, clock(), read)
            else:
                yield snapshot_id, vote(snapshot_id, Ballot(qa, session_id, verdict), ports, clock(), read)
        except SnapjuryError as error:
            yield snapshot_id, error


def changed(
    snapshot_id: str, whose: tuple[str, str], ports: ReviewPorts, change: Change, now: int, known: Snapshot | None
) -> Outcome:
    """The stored snapshot after a change that is decided anew whenever another one came first.

    `whose` is the QA and the session. Where their seat is kept that is one read; where they come later, another one.
    """
    qa, session_id = whose
    if not (ID.fullmatch(snapshot_id) and ID.fullmatch(session_id)):
        raise NotDrawnError
    for _ in range(ATTEMPTS):
        try:
            before = known or ports.snapshots.get(snapshot_id)
        except NotFoundError:
            raise NotDrawnError from None
        known = None
        if qa not in {lease.qa for lease in before.live_leases(now)}:  # comes back to it, or late
            (before,) = as_with_others([before], ports.snapshots)
        after, receipt = change(before)
        if after is before:
            return after, receipt
        try:
            ports.save(before, after)
            return after, receipt
        except ConflictError:
            continue
    raise TemporaryFaultError("snapshot: others kept coming first")


def moved(before: Snapshot, voted: Snapshot, chance: Random) -> Snapshot:
    """The snapshot at another place of the pool if a vote was counted, which writes its entry there anyway.

    Were it never moved, who stands behind a gap or in a crowd would be drawn too often or too seldom for good.
    """
    return voted if voted.voters == before.voters else replace(voted, place=random_place(chance))
