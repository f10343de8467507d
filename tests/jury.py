"""Snapshots, juries and QAs that tests of the jury start from."""

from collections.abc import Sequence
from math import log
from random import Random

from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySessions, MemorySnapshots
from snapjury.rules.crowd import NOBODY_KNOWN, Crowd, Rates
from snapjury.rules.gold import mark
from snapjury.rules.jury import Ballot, Rules, cast_vote, take_seat
from snapjury.rules.policy import POLICIES, FinalLabel, Policy, label_of
from snapjury.rules.snapshot import Lease, Snapshot, Verdict, Vote
from snapjury.services.drawing import random_place
from snapjury.services.reviews import ReviewPorts
from tests.builders import NOON

CHIPS = "00815099021634"
MINUTE = 60_000
LEASE = 5 * MINUTE
YES, NO = Verdict.CORRECT, Verdict.INCORRECT_OR_UNSURE
NAMES = ("kevin", "maria", "ahmed", "zoe", "li")

KNOWN = Crowd(
    types=(log(0.2), log(0.8)),
    qas={
        "kevin": Rates((log(0.99), log(0.01)), (log(0.01), log(0.99))),
        "maria": Rates((log(0.8), log(0.1)), (log(0.2), log(0.9))),
        "zoe": Rates((log(0.55), log(0.45)), (log(0.45), log(0.55))),
    },
    referees=frozenset({"kevin", "li"}),
)
"""Kevin is hardly ever wrong, zoe nearly as often as not; most snapshots are correct. Kevin and li may be referees."""


def rules_of(policy: str = "three-votes", **changes: object) -> Rules:
    return replace(Rules(POLICIES[policy], LEASE), **changes)


def id_of(number: int) -> str:
    """A snapshot's id that is easy to tell apart: twenty letters and digits."""
    digits = "".join("abcdefghij"[int(digit)] for digit in f"{number:05d}")
    return f"snapshot{digits:a>12}"


def chips_snapshot(number: int = 1, **changes: object) -> Snapshot:
    """A picture filed under tortilla chips, which nobody has looked at yet."""
    place = random_place(Random(number))
    fresh = Snapshot(id_of(number), "trax", CHIPS, f"{number:064x}", 640, 480, NOON, place, version=1)
    return replace(fresh, **changes)


def seat_for(qa: str, now: int, session: str = "", remaining: int = 9) -> Lease:
    return Lease(qa, session or f"session of {qa}", now, now + LEASE, remaining)


def drawn_by(snapshot: Snapshot, qa: str, now: int = NOON, rules: Rules | None = None, session: str = "") -> Snapshot:
    """The snapshot on this QA's page."""
    leased = take_seat(snapshot, seat_for(qa, now, session), rules or rules_of())
    assert leased is not None, f"no seat for {qa}"
    return leased


def voted_by(
    snapshot: Snapshot, qa: str, verdict: Verdict, now: int = NOON + MINUTE, rules: Rules | None = None
) -> Snapshot:
    """The snapshot with the vote of a QA who has it on their page."""
    return cast_vote(snapshot, Ballot(qa, f"session of {qa}", verdict), rules or rules_of(), now)[0]


def judged(*verdicts: Verdict, policy: str = "three-votes", number: int = 1, rules: Rules | None = None) -> Snapshot:
    """The snapshot after a QA each has drawn it and said this."""
    rules = rules or rules_of(policy)
    snapshot = chips_snapshot(number)
    for qa, verdict in zip(NAMES[: len(verdicts)], verdicts, strict=True):
        snapshot = voted_by(drawn_by(snapshot, qa, rules=rules), qa, verdict, rules=rules)
    return snapshot


def verdict_of(votes: Sequence[Vote], policy: Policy) -> Verdict | None:
    """What these votes decide by their number; None as long as more are needed."""
    return label_of(votes, NOBODY_KNOWN, FinalLabel.MAJORITY) if policy.stop(votes, NOBODY_KNOWN) else None


def known_as(snapshot: Snapshot, answer: Verdict, now: int = NOON) -> Snapshot:
    """The snapshot, marked by an admin; among the gold it stands where it stood in the pool."""
    return mark(snapshot, answer, snapshot.place, now)


def jury_room(count: int, policy: str = "three-votes", seed: int = 1) -> ReviewPorts:
    """Ports of a system in memory that holds so many snapshots."""
    snapshots = MemorySnapshots()
    for number in range(count):
        snapshots.add(chips_snapshot(number))
    return ReviewPorts(snapshots, MemorySessions(), rules_of(policy), Random(seed))
