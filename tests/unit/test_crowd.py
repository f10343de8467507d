from math import exp, log

import pytest

from snapjury.rules.crowd import EVEN, NOBODY_KNOWN, cautious, probability_of_correct
from snapjury.rules.snapshot import Vote
from tests.builders import NOON
from tests.jury import KNOWN, NO, YES


def vote(qa: str, verdict: object) -> Vote:
    return Vote(qa, verdict, NOON, "s", NOON, 0)  # type: ignore[arg-type]


def share_of_correct(types: tuple[float, ...]) -> float:
    shares = [exp(each) for each in types]
    return sum(shares[len(shares) // 2 :]) / sum(shares)


def test_votes_of_unknown_qas_weigh_alike() -> None:
    assert probability_of_correct([], NOBODY_KNOWN) == pytest.approx(0.5)
    assert probability_of_correct([vote("a", YES)], NOBODY_KNOWN) == pytest.approx(0.8)
    assert probability_of_correct([vote("a", YES), vote("b", NO)], NOBODY_KNOWN) == pytest.approx(0.5)


def test_a_vote_weighs_what_its_qa_is_known_for() -> None:
    votes = [vote("kevin", NO), vote("zoe", YES), vote("maria", YES)]

    assert probability_of_correct(votes, NOBODY_KNOWN) > 0.5
    assert probability_of_correct(votes, KNOWN) < 0.5


@pytest.mark.parametrize(("snapshots", "share"), [(0, 0.5), (2 * EVEN, 0.3), (1_000_000, 0.1)])
def test_the_share_of_correct_snapshots_is_believed_as_far_as_it_was_seen(snapshots: int, share: float) -> None:
    learned = (log(0.5), log(0.4), log(0.07), log(0.03))

    assert share_of_correct(cautious(learned, snapshots)) == pytest.approx(share, abs=1e-3)


def test_subtypes_keep_their_shares_in_their_class() -> None:
    wrong, misleading, right, doubtful = cautious((log(0.5), log(0.4), log(0.07), log(0.03)), 100)

    assert wrong - misleading == pytest.approx(log(0.5 / 0.4))
    assert right - doubtful == pytest.approx(log(0.07 / 0.03))


@pytest.mark.parametrize("rare", [-40.0, -2000.0])
def test_a_class_of_which_nothing_was_seen_is_not_ruled_out(rare: float) -> None:
    types = cautious((rare, rare, log(0.75), log(0.25)), 10_000)

    assert share_of_correct(types) == pytest.approx((10_000 + EVEN) / (10_000 + 2 * EVEN))
    assert types[0] == pytest.approx(types[1])
