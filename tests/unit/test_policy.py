import itertools
from math import log
from pathlib import Path

import pytest

from snapjury.rules.crowd import NOBODY_KNOWN, Crowd, Rates
from snapjury.rules.policy import (
    POLICIES,
    FinalLabel,
    Majority,
    Policy,
    decide,
    is_audited,
    seats_for,
    tells_by_stopping,
)
from snapjury.rules.snapshot import Reason, Verdict, Vote
from tests.builders import NOON
from tests.jury import NO, YES, verdict_of

README = Path(__file__).parents[2] / "README.md"
THREE, EARLY, ONE = POLICIES["three-votes"], POLICIES["stop-when-decided"], POLICIES["one-vote"]
LEAD, SURE = POLICIES["lead-of-two"], POLICIES["confidence"]


def rates(on_incorrect: float, on_correct: float) -> Rates:
    return Rates((log(on_incorrect), log(1 - on_correct)), (log(1 - on_incorrect), log(on_correct)))


KNOWN = Crowd(
    types=(log(0.2), log(0.8)),
    qas={"ada": rates(0.995, 0.995), "ben": rates(0.8, 0.8), "cy": rates(0.6, 0.6), "dan": rates(0.8, 0.8)},
)
"""ada is hardly ever wrong, ben and dan once in five times, cy twice. Four of five snapshots are correct."""


def votes(*verdicts: Verdict) -> list[Vote]:
    return [Vote(f"qa {place}", verdict, NOON, "s", NOON, 0) for place, verdict in enumerate(verdicts)]


def said(**verdicts: Verdict) -> list[Vote]:
    return [Vote(qa, verdict, NOON, "s", NOON, 0) for qa, verdict in verdicts.items()]


def replayed(verdicts: tuple[Verdict, ...], policy: Policy) -> tuple[Verdict | None, int]:
    """What a policy decides when these come one after the other, and how many it asked for."""
    for count in range(1, len(verdicts) + 1):
        verdict = verdict_of(votes(*verdicts[:count]), policy)
        if verdict is not None:
            return verdict, count
    return None, len(verdicts)


def test_three_votes_wait_for_the_third_even_if_two_agree() -> None:
    assert verdict_of(votes(YES, YES), THREE) is None
    assert verdict_of(votes(YES, NO, YES), THREE) is YES
    assert verdict_of(votes(NO, NO, YES), THREE) is NO


def test_a_jury_of_one_is_decided_by_the_first_vote() -> None:
    assert verdict_of(votes(NO), ONE) is NO
    assert seats_for([], ONE) == 1


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
    assert seats_for(votes(*given), EARLY) == seats


@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_a_larger_jury_that_stops_early_decides_as_the_full_one(size: int) -> None:
    full, early = Majority("full", size), Majority("early", size, stops_early=True)

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


@pytest.mark.parametrize(
    ("given", "seats", "reason"),
    [
        ((), 2, None),
        ((YES,), 2, None),
        ((YES, YES), 2, Reason.LEAD),
        ((YES, NO), 4, None),
        ((YES, NO, NO), 4, None),
        ((YES, NO, NO, NO), 4, Reason.LEAD),
        ((YES, NO, NO, YES), 5, None),
        ((YES, NO, NO, YES, NO), 5, Reason.MAJORITY),
    ],
)
def test_a_lead_of_two_opens_as_many_seats_as_could_end_it_soonest(
    given: tuple[Verdict, ...], seats: int, reason: Reason | None
) -> None:
    assert seats_for(votes(*given), LEAD) == seats
    assert LEAD.stop(votes(*given), NOBODY_KNOWN) is reason


def test_a_lead_of_two_says_how_many_votes_more_than_three_it_took() -> None:
    long = decide(votes(YES, NO, YES, NO, YES), LEAD, NOON)

    assert long is not None
    assert (long.status, long.reason, long.spared) == (YES, Reason.MAJORITY, -2)


def test_confidence_counts_votes_as_long_as_nobody_is_known() -> None:
    for verdicts in itertools.product(Verdict, repeat=3):
        assert replayed(verdicts, SURE) == replayed(verdicts, EARLY)


def test_confidence_never_decides_by_one_vote() -> None:
    assert SURE.stop(said(ada=YES), KNOWN) is None
    assert seats_for(said(ada=YES), SURE, KNOWN) == 2


def test_confidence_asks_once_more_only_if_it_matters_who_voted() -> None:
    assert SURE.stop(said(ada=YES, ben=YES), KNOWN) is Reason.CONFIDENT
    assert SURE.stop(said(ben=NO, cy=NO), KNOWN) is None
    assert seats_for(said(ben=NO, cy=NO), SURE, KNOWN) == 3


def test_confidence_takes_the_word_of_the_best_against_that_of_the_worst() -> None:
    decision = decide(said(ada=YES, cy=NO), SURE, NOON, KNOWN)

    assert decision is not None
    assert (decision.status, decision.reason, decision.majority) == (YES, Reason.CONFIDENT, None)
    assert decision.correct is not None
    assert decision.confidence == decision.correct > 0.99


def test_confidence_never_overturns_two_who_agree() -> None:
    rare = Crowd(types=(log(0.999), log(0.001)), qas=KNOWN.qas)

    assert SURE.stop(said(ben=YES, cy=YES), rare) is None


def test_confidence_asks_a_fourth_where_the_majority_of_three_is_the_less_likely() -> None:
    torn = said(ben=NO, cy=NO, dan=YES)

    assert SURE.stop(torn, KNOWN) is None
    assert seats_for(torn, SURE, KNOWN) == 4
    assert SURE.stop(said(ben=YES, cy=NO, dan=YES), KNOWN) is Reason.MAJORITY


def test_hardly_any_doubt_ends_it_at_three_also_against_the_majority() -> None:
    three = said(ada=YES, cy=NO, eve=NO)
    sure = Crowd(KNOWN.types, {**KNOWN.qas, "eve": rates(0.6, 0.6)})

    literal, weighed = (decide(three, SURE, NOON, sure, label) for label in FinalLabel)

    assert literal is not None
    assert weighed is not None
    assert (literal.status, literal.reason, literal.confidence) == (NO, Reason.MAJORITY, 0.6)
    assert (weighed.status, weighed.reason) == (YES, Reason.CONFIDENT)


def test_agreement_that_leaves_a_doubt_is_called_unanimous_not_confident() -> None:
    decision = decide(said(ben=NO, cy=NO, dan=NO), SURE, NOON, KNOWN)

    assert decision is not None
    assert decision.reason is Reason.UNANIMOUS


def test_the_last_vote_fixes_nothing() -> None:
    decision = decide(votes(YES, NO, YES), EARLY, NOON)

    assert decision is not None
    assert decision.reason is Reason.MAJORITY


def test_what_is_likelier_is_as_sure_as_it_is_likely_also_where_most_say_so() -> None:
    decision = decide(said(ada=YES, ben=YES, cy=NO), THREE, NOON, KNOWN, FinalLabel.POSTERIOR)

    assert decision is not None
    assert decision.confidence == decision.correct


def test_confidence_ends_with_the_likelier_verdict_after_five_votes() -> None:
    weak = Crowd(types=(log(0.1), log(0.9)), qas={f"qa {place}": rates(0.55, 0.55) for place in range(5)})
    five = votes(NO, YES, NO, YES, NO)

    literal, weighed = (decide(five, SURE, NOON, weak, label) for label in FinalLabel)

    assert literal is not None
    assert weighed is not None
    assert (literal.status, literal.reason) == (NO, Reason.MAJORITY)
    assert (weighed.status, weighed.reason) == (YES, Reason.WEIGHED)


def test_the_setting_says_which_label_is_the_status_and_both_are_on_record() -> None:
    torn = said(ada=YES, cy=NO, ben=NO)

    literal, weighed = (decide(torn, THREE, NOON, KNOWN, label) for label in FinalLabel)

    assert literal is not None
    assert weighed is not None
    assert (literal.status, literal.reason, literal.confidence) == (NO, Reason.MAJORITY, 0.6)
    assert (weighed.status, weighed.reason, weighed.confidence) == (YES, Reason.WEIGHED, weighed.correct)
    assert literal.majority is weighed.majority is NO
    assert literal.correct == weighed.correct


def test_even_votes_that_must_decide_are_weighed() -> None:
    even = decide(said(ada=YES, ben=YES, cy=NO, dan=NO), THREE, NOON, KNOWN)

    assert even is not None
    assert (even.status, even.reason, even.majority) == (YES, Reason.WEIGHED, None)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_an_audit_asks_a_full_jury_and_notes_what_would_have_been_decided_before(name: str) -> None:
    policy = POLICIES[name]

    for verdicts in itertools.product(Verdict, repeat=3):
        early, spent = replayed(verdicts, policy)
        full = decide(votes(*verdicts), policy, NOON, audited=True)
        assert decide(votes(*verdicts[:2]), policy, NOON, audited=True) is None
        assert seats_for(votes(*verdicts[:2]), policy, audited=True) >= 3
        if early is not None:
            assert full is not None
            assert full.majority is (YES if verdicts.count(YES) > 1 else NO)
            assert full.audit is (early if spent < 3 else None)
            assert full.spared == 0


def test_an_audit_of_a_policy_that_needs_more_than_three_ends_when_the_policy_does() -> None:
    torn = votes(YES, NO, YES)

    assert decide(torn, LEAD, NOON, audited=True) is None
    ended = decide([*torn, Vote("zoe", YES, NOON, "s", NOON, 0)], LEAD, NOON, audited=True)

    assert ended is not None
    assert (ended.reason, ended.audit) == (Reason.LEAD, None)


def test_the_audit_takes_its_share_of_snapshots_and_the_same_each_time() -> None:
    names = [f"snapshot {number}" for number in range(4000)]

    audited = {name for name in names if is_audited(name, 5)}

    assert 150 < len(audited) < 250
    assert audited < {name for name in names if is_audited(name, 10)}
    assert not any(is_audited(name, 0) for name in names)
    assert all(is_audited(name, 100) for name in names)


def test_the_readme_has_a_row_for_each_policy() -> None:
    readme = README.read_text()

    assert [name for name in POLICIES if f"\n| `{name}` |" not in readme] == []


@pytest.mark.parametrize("name", POLICIES)
def test_a_version_is_the_policys_name_and_a_number(name: str) -> None:
    prefix, _, number = POLICIES[name].version.partition("/")

    assert prefix == name
    assert number.isdecimal()


@pytest.mark.parametrize("name", sorted(POLICIES))
@pytest.mark.parametrize("crowd", [NOBODY_KNOWN, KNOWN])
def test_a_policy_that_goes_on_opens_seats_and_one_that_stops_opens_none(name: str, crowd: Crowd) -> None:
    policy = POLICIES[name]

    for count in range(policy.most + 1):
        for verdicts in itertools.product(Verdict, repeat=count):
            given = [Vote(qa, verdict, NOON, "s", NOON, 0) for qa, verdict in zip(QAS[:count], verdicts, strict=True)]
            seats = policy.seats(given, crowd)
            assert seats <= policy.most
            assert (seats > count) == (policy.stop(given, crowd) is None)
            if 0 < count < policy.most and policy.stop(given, crowd):
                assert tells_by_stopping(policy)
            for order in itertools.permutations(given):
                asked = seats_for(order, policy, crowd, audited=True)
                assert (asked > count) == (decide(order, policy, NOON, crowd, audited=True) is None), "audited"
            assert policy.stop(given[::-1], crowd) is policy.stop(given, crowd), "goes by their order"


QAS = ("ada", "ben", "cy", "dan", "eve")
