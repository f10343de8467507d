"""What admins do with gold: say which answers are known, and take that back. And how QAs answered it, for scoring."""

from collections.abc import Callable, Iterator
from itertools import islice

from msgspec.structs import replace

from snapjury.errors import ConflictError, NotFoundError, NotMarkableError, TemporaryFaultError
from snapjury.rules.gold import mark, unmark
from snapjury.rules.ids import checked_id
from snapjury.rules.jury import Rules
from snapjury.rules.snapshot import Snapshot, Verdict
from snapjury.services.changes import change_stored
from snapjury.services.drawing import random_place
from snapjury.services.mixing import as_with_others
from snapjury.services.ports import Snapshots
from snapjury.services.snapshots import SnapshotPorts

PAGE = 100

KEPT_BACK = 3_600_000
"""Milliseconds for which an answer to gold is not scored unless it would be if it were none."""


def mark_as_known(snapshot_id: str, answer: Verdict, ports: SnapshotPorts, now: int) -> Snapshot:
    """The snapshot, decided by this answer and out of the pool; marked so before, it stays as it is.

    NotFoundError if there is no such snapshot; NotMarkableError if it is not one that QAs could be asked.
    """
    place = random_place(ports.chance)
    return changed(snapshot_id, ports, lambda snapshot: mark(still_there(markable(snapshot)), answer, place, now))


def unmark_as_known(snapshot_id: str, rules: Rules, ports: SnapshotPorts, now: int) -> Snapshot:
    """The snapshot, decided by its votes or back in the pool; one that is not marked stays as it is.

    The errors are those of `mark_as_known`.
    """
    return changed(snapshot_id, ports, lambda snapshot: unmark(markable(snapshot), rules, now))


def changed(snapshot_id: str, ports: SnapshotPorts, change: Callable[[Snapshot], Snapshot]) -> Snapshot:
    """The stored snapshot after the change; NotMarkableError if its picture is on its way to one, or was refused."""
    checked_id(snapshot_id)
    try:
        return change_stored(ports.snapshots, snapshot_id, change)
    except NotFoundError:
        asset = ports.assets.get(snapshot_id)
    except ConflictError as error:
        raise TemporaryFaultError("snapshot: others kept coming first") from error
    if asset.product is None:
        raise NotFoundError(snapshot_id)
    raise NotMarkableError(f"its picture is {asset.state}; only a picture that was accepted can have a known answer")


def markable(snapshot: Snapshot) -> Snapshot:
    """The snapshot; NotMarkableError if another one is judged in its place."""
    if snapshot.gold is not None:
        raise NotMarkableError(f"it is what a QA was asked in the place of {snapshot.gold.of}; use that id")
    if snapshot.duplicate_of is not None:
        raise NotMarkableError(f"it is judged together with {snapshot.duplicate_of}, which is the same; use that id")
    return snapshot


def still_there(snapshot: Snapshot) -> Snapshot:
    """The snapshot; NotMarkableError if it was removed, and so were its duplicates."""
    if snapshot.is_gone:
        raise NotMarkableError("it was removed, so nobody is asked it")
    return snapshot


def gold_answers(since: int, until: int, snapshots: Snapshots) -> Iterator[tuple[Snapshot, Verdict]]:
    """How QAs answered gold in since <= time < until (epoch ms): each copy with its QA's vote, and what is right.

    That is the answer known now, in the copy too. What was unmarked, or removed, is left out. A hundred cost one query,
    or one for each month and shard, and one batch read while there are new ones among what they are copies of.
    """
    position = None
    known: dict[str, Verdict | None] = {}
    while True:
        page = snapshots.answered(since, until, PAGE, position)
        answered = [(copy, copy.gold) for copy in page.snapshots if copy.gold is not None]
        unread = sorted({gold.of for _, gold in answered} - known.keys())
        known |= {each.id: None if each.is_gone else each.known for each in snapshots.get_many(unread).values()}
        for copy, gold in answered:
            answer = known.get(gold.of)
            if answer is not None:
                yield replace(copy, gold=replace(gold, answer=answer)), answer
        position = page.next_position
        if position is None:
            return


def answers_to_score(snapshots: Snapshots, clock: Callable[[], int], since: int, until: int) -> Iterator[Snapshot]:
    """The copies that QAs answered in since <= time < until (epoch ms), each once it may be scored.

    That is when its shadow is decided, as with what is no copy, or an hour later: scored at once, it would show in the
    QA's own row of the leaderboard as gold, with whether the answer was right. Only of the last hour shadows are read.
    """
    early = clock() - KEPT_BACK
    answers = gold_answers(since, until, snapshots)
    while page := [copy for copy, _ in islice(answers, PAGE)]:
        fresh = [copy for copy in page if copy.scored[0].at > early]
        open_ones = {each.id for each in as_with_others(fresh, snapshots) if not each.is_settled} if fresh else ()
        yield from (copy for copy in page if copy.id not in open_ones)
