import itertools

import pytest

from snapjury.rules.policy import POLICIES, Policy, decide
from snapjury.rules.snapshot import Reason, Verdict, Vote
from tests.builders import NOON
from tests.jury import NO, YES

THREE, EARLY, ONE = POLICIES["three-votes"], POLICIES["stop-when-decided"], POLICIES["one-vote"]


def votes(*verdicts: Verdict) -> list[Vote]:
    return [Vote(f"qa {place}", verdict, NOON, "s", NOON, 0) for place, verdict in enumerate(verdicts)]


def replayed(verdicts: tuple[Verdict, ...], policy: Policy) -> tuple[Verdict | None, int]:
    """What a policy decides when these come one after the other, and how many it asked for."""
    for count in range(1, len(verdicts) + 1):
        verdict = policy.verdict(votes(*verdicts[:count]))
        if verdict is not None:
            return verdict, count
    return None, len(verdicts)


def test_three_votes_wait_for_the_third_even_if_two_agree() -> None:
    assert THREE.verdict(votes(YES, YES)) is None
    assert THREE.verdict(votes(YES, NO, YES)) is YES
    assert THREE.verdict(votes(NO, NO, YES)) is NO


def test_a_jury_of_one_is_decided_by_the_first_vote() -> None:
    assert ONE.verdict(votes(NO)) is NO
    assert ONE.seats([]) == 1


@pytest.mark.parametrize("verdicts", list(itertools.product(Verdict, repeat=3)))
def test_stopping_when_decided_gives_the_same_decision_with_as_many_votes_as_it_takes(
    verdicts: tuple[Verdict, Verdict, Verdict],
) -> None:
    decided, spent = replayed(verdicts, EARLY)

    assert decided == replayed(verdicts, THREE)[0]
    assert spent == (2 if verdicts[0] is verdicts[1] else 3)


@pytest.mark.parametrize(
    ("given", "seats"), [((), 2), ((YES,), 2), ((NO,), 2), ((YES, NO), 3), ((YES, YES), 2), ((YES, NO, NO), 3)]
)
def test_stopping_when_decided_opens_the_third_seat_only_for_a_tie(given: tuple[Verdict, ...], seats: int) -> None:
    assert EARLY.seats(votes(*given)) == seats


@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_a_larger_jury_that_stops_early_decides_as_the_full_one(size: int) -> None:
    full, early = Policy("full", size), Policy("early", size, stops_early=True)

    for verdicts in itertools.product(Verdict, repeat=size):
        assert replayed(verdicts, early)[0] == replayed(verdicts, full)[0]


def test_a_decision_says_why_and_how_sure_it_is() -> None:
    unanimous = decide(votes(YES, YES, YES), THREE, NOON)
    majority = decide(votes(NO, YES, NO), THREE, NOON)
    fixed = decide(votes(NO, NO), EARLY, NOON)

    assert unanimous is not None
    assert (unanimous.status, unanimous.reason, unanimous.confidence) == (YES, Reason.UNANIMOUS, 0.8)
    assert majority is not None
    assert (majority.status, majority.reason, majority.confidence) == (NO, Reason.MAJORITY, 0.6)
    assert fixed is not None
    assert (fixed.status, fixed.reason, fixed.spared, fixed.policy) == (NO, Reason.FIXED, 1, "stop-when-decided/1")
