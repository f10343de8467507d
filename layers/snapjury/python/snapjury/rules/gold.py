"""Gold: snapshots whose answer an admin knows, which QAs are asked among the others, to score them by.

A marked snapshot is decided by its known answer. What a QA is asked is a copy of it, for this QA alone, which goes
through the same rules as every other snapshot. Nobody else has a seat on it, so it would stay open for ever, and
whoever came back to it would know. So each copy has a shadow, another snapshot that the QA was shown, and shares its
fate.
"""

from msgspec.structs import replace

from snapjury.rules.jury import Rules, next_version, settled
from snapjury.rules.policy import majority_of
from snapjury.rules.session import TARGET
from snapjury.rules.snapshot import Decision, Gold, Reason, Snapshot, Verdict

KNOWN_ANSWER = "known-answer/1"
"""What stands in the place of a policy in the decisions of marked snapshots."""

NEWCOMERS_PERCENT, LEAST_PERCENT = 40, 10
"""Gold among what a QA is asked. Forty answers tell a skill of .9 to within .08, nine times in ten."""

EXPERIENCED = 500
"""Votes after which a QA is known by them, and gold is there only to notice a change."""


def gold_wanted(real: int, votes: int) -> int:
    """How much gold to mix into so many other snapshots, for a QA with so many votes."""
    percent = NEWCOMERS_PERCENT - (NEWCOMERS_PERCENT - LEAST_PERCENT) * min(votes, EXPERIENCED) // EXPERIENCED
    return min(TARGET * percent // 100, real * percent // (100 - percent))


def mark(snapshot: Snapshot, answer: Verdict, place: str, now: int) -> Snapshot:
    """The snapshot, decided by its known answer, at this place if it never had one; the votes so far are kept."""
    if snapshot.known is answer:
        return snapshot
    majority = majority_of(snapshot.votes)
    decision = Decision(answer, Reason.KNOWN_ANSWER, 1.0, now, KNOWN_ANSWER, spared=0, majority=majority)
    marked = replace(snapshot, known=answer, gold_place=snapshot.gold_place or place, decision=decision)
    return next_version(snapshot, marked)


def unmark(snapshot: Snapshot, rules: Rules, now: int) -> Snapshot:
    """The snapshot without its known answer: decided by its votes if they are enough, else open again."""
    if snapshot.known is None:
        return snapshot
    return settled(snapshot, replace(snapshot, known=None, decision=None), rules, now)


def question_for(qa: str, snapshot: Snapshot, copy_id: str, shadow: str | None, now: int) -> Snapshot:
    """What to ask this QA in the place of the snapshot: a copy if its answer is known, else itself.

    The copy has version 0, since it is stored with its first lease. A QA who knows the snapshot already is asked no
    copy: it would be the same picture under another id.
    """
    seen_by = {each.qa for each in snapshot.leases} | {each.qa for each in snapshot.withdrawn}
    if snapshot.known is None or qa in seen_by or snapshot.vote_of(qa) is not None:
        return snapshot
    return Snapshot(
        copy_id,
        snapshot.owner,
        snapshot.product,
        snapshot.image,
        snapshot.width,
        snapshot.height,
        created_at=now,
        place="",
        version=0,
        gold=Gold(snapshot.id, snapshot.known, shadow),
        type=snapshot.type,
    )


def decided_as(snapshot: Snapshot, shadow: Snapshot | None) -> Snapshot:
    """The snapshot as its QA finds it: decided if its shadow is, gone if that is."""
    if shadow is None or not shadow.is_settled or snapshot.is_settled:
        return snapshot
    return replace(snapshot, decision=shadow.decision, removed_at=shadow.removed_at if shadow.is_gone else None)
