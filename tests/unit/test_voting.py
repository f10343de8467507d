"""Several votes at once are each for themselves, whatever happens to the others."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import ConflictError, NotDrawnError, TemporaryFaultError
from snapjury.rules.jury import Ballot
from snapjury.rules.snapshot import Snapshot
from snapjury.services.reviews import ReviewPorts, begin_session
from snapjury.services.voting import take_back, vote, vote_on_each
from tests.builders import NOON
from tests.jury import MINUTE, NO, YES, drawn_by, id_of, judged, jury_room, rules_of

SESSION = id_of(90_001)


class FaultySnapshots(MemorySnapshots):
    """Saves fail of some; of others the first fails, since Maria has just taken a seat."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        super().__init__()
        self.broken: set[str] = set()
        self.busy: set[str] = set()
        for snapshot in snapshots:
            self.add(snapshot)

    def save(self, snapshot: Snapshot) -> None:
        if snapshot.id in self.broken:
            raise TemporaryFaultError("table: throttled")
        if snapshot.id in self.busy:
            self.busy.remove(snapshot.id)
            super().save(drawn_by(self.get(snapshot.id), "maria", NOON))
            raise ConflictError
        super().save(snapshot)


def faulty_room() -> tuple[ReviewPorts, FaultySnapshots]:
    ports = jury_room(10)
    snapshots = FaultySnapshots(ports.snapshots.get(id_of(number)) for number in range(10))
    return replace(ports, snapshots=snapshots), snapshots


def test_a_fault_of_one_is_told_and_the_others_are_stored() -> None:
    ports, snapshots = faulty_room()
    drawn = [each.id for each in begin_session(SESSION, "kevin", ports, NOON).snapshots]
    snapshots.broken = {drawn[1]}

    outcomes = dict(vote_on_each("kevin", SESSION, dict.fromkeys(drawn[:3], YES), ports, lambda: NOON + 1))

    assert isinstance(outcomes[drawn[1]], TemporaryFaultError)
    assert [len(snapshots.get(each).votes) for each in drawn[:3]] == [1, 0, 1]


def test_a_snapshot_that_another_one_has_just_changed_is_read_again() -> None:
    ports, snapshots = faulty_room()
    drawn = [each.id for each in begin_session(SESSION, "kevin", ports, NOON).snapshots]
    snapshots.busy = {drawn[0]}

    outcomes = dict(vote_on_each("kevin", SESSION, {drawn[0]: NO, drawn[1]: YES}, ports, lambda: NOON + 1))

    assert not any(isinstance(each, Exception) for each in outcomes.values())
    stored = snapshots.get(drawn[0])
    assert [(each.qa, each.verdict) for each in stored.votes] == [("kevin", NO)]
    assert [each.qa for each in stored.leases] == ["maria"]


def test_under_what_cannot_be_a_session_nothing_is_drawn() -> None:
    ports, _ = faulty_room()

    with pytest.raises(NotDrawnError):
        list(vote_on_each("kevin", "no session", {id_of(1): YES}, ports, lambda: NOON))


def told_of(ports: ReviewPorts) -> tuple[ReviewPorts, list[str]]:
    """The ports, and the ids of what somebody is told to be decided."""
    told: list[str] = []
    return replace(ports, on_decided=lambda snapshot: told.append(snapshot.id)), told


def test_a_decision_is_told_once_however_often_the_vote_that_brings_it_is_sent() -> None:
    ports, told = told_of(replace(jury_room(1), rules=rules_of("one-vote")))
    drawn = begin_session(SESSION, "kevin", ports, NOON).snapshots[0].id

    for _ in range(3):
        vote(drawn, Ballot("kevin", SESSION, YES), ports, NOON + 1)

    assert told == [drawn]


def test_a_decision_that_is_brought_by_taking_back_a_vote_is_told() -> None:
    ports, told = told_of(replace(jury_room(0), rules=rules_of("one-vote")))  # which was three votes until now
    agreed = judged(YES, YES)
    in_session = (agreed.votes[0], replace(agreed.votes[1], session=SESSION))
    ports.snapshots.add(replace(agreed, votes=in_session, version=1))

    after, _ = take_back(agreed.id, "maria", SESSION, ports, NOON + MINUTE)

    assert after.status is YES
    assert told == [agreed.id]


def test_a_decision_that_a_draw_finds_is_told() -> None:
    late = judged(YES, YES)
    late = replace(late, votes=late.votes[:2], surplus=(replace(late.votes[0], qa="ahmed"),))
    ports, told = told_of(jury_room(0))
    ports.snapshots.add(replace(late, version=1))

    page = begin_session(SESSION, "zoe", ports, NOON + MINUTE)

    assert (page.snapshots, told) == ((), [late.id])
