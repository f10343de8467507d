import numpy as np
import pytest

from snapjury.rules.beta import digamma, log_gamma, quantile, share_below
from snapjury.rules.scoring import votes_of
from snapjury.rules.vote_model import (
    STILL,
    SUBTYPES,
    Ballot,
    State,
    Votes,
    best_fit,
    leaving_out,
    log_of_types,
    log_rates,
    of_class_one,
    settled,
    trial,
)
from tests.crowds import crowd


def nothing_known(votes: Votes) -> np.ndarray:
    return np.full(votes.tasks, -1, np.int8)


def test_a_fit_is_where_its_own_equations_hold() -> None:
    """The posterior by enumeration of the classes, from the skills that the fit's own counts imply."""
    votes, _, _ = votes_of(
        [("a", "u", 1), ("a", "v", 1), ("b", "u", 0), ("b", "v", 1), ("c", "u", 0), ("c", "v", 0), ("d", "v", 0)]
    )
    ballot, known = Ballot(votes), nothing_known(votes)

    share = of_class_one(settled(trial(ballot, known, 1), ballot, known).share)

    expected = np.zeros(4)
    for task in range(4):
        weights = [np.log(1.0), np.log(1.0)]
        for kind, prior in ((0, (1, 4)), (1, (4, 1))):
            of_kind = share if kind else 1 - share
            weights[kind] = float(digamma(np.array([1 + of_kind.sum()]))[0])
            for cast in np.flatnonzero(votes.task == task):
                mine = votes.worker == votes.worker[cast]
                yes = prior[0] + (of_kind[votes.task] * (votes.label == 1))[mine].sum()
                no = prior[1] + (of_kind[votes.task] * (votes.label == 0))[mine].sum()
                said = yes if votes.label[cast] else no
                weights[kind] += float(digamma(np.array([said]))[0] - digamma(np.array([yes + no]))[0])
        expected[task] = np.exp(weights[1]) / np.exp(weights).sum()

    np.testing.assert_allclose(share, expected, atol=2 * STILL)


def test_a_left_out_vote_is_predicted_as_by_hand() -> None:
    """One task, surely of class 1, one worker with a Beta(4 + 1, 1) yes rate: without the vote it is Beta(4, 1)."""
    votes, _, _ = votes_of([("a", "u", 1)])
    counts = np.array([[[4.0, 1.0], [1.0, 5.0]]])
    state = State(np.array([[0.0, 1.0]]), counts, np.log([0.5, 0.5]), log_rates(counts))

    (log_probability,), (by_others,) = leaving_out(state, votes)

    assert np.exp(log_probability) == pytest.approx(0.8)
    assert by_others == pytest.approx(1.0)


def test_every_number_of_subtypes_gives_probabilities() -> None:
    votes, _, _ = crowd(7)

    for subtypes in SUBTYPES:
        state = trial(Ballot(votes), nothing_known(votes), subtypes)
        held_out, by_others = leaving_out(state, votes)
        assert np.all((state.share >= 0) & (state.share <= 1))
        assert np.all((by_others >= 0) & (by_others <= 1))
        assert np.all(held_out < 0)


def test_votes_that_make_a_task_all_but_certain_do_not_overflow() -> None:
    votes, _, _ = votes_of((f"task {task}", f"worker {worker:04}", task) for task in (0, 1) for worker in range(3000))

    found = best_fit(votes, nothing_known(votes))

    np.testing.assert_allclose(found.posterior, [0, 1], atol=1e-12)
    assert np.isfinite(found.held_out).all()


def test_special_functions_are_right_where_they_are_known() -> None:
    euler = 0.5772156649015329

    np.testing.assert_allclose(digamma(np.array([1.0, 0.5, 2.0])), [-euler, -euler - 2 * np.log(2), 1 - euler])
    np.testing.assert_allclose(log_gamma(np.array([0.5, 5.0])), [np.log(np.pi) / 2, np.log(24)])
    np.testing.assert_allclose(share_below(np.array([0.3]), np.array([1.0]), np.array([3.0])), [1 - 0.7**3])
    np.testing.assert_allclose(quantile(0.25, [1.0, 0.5], [1.0, 0.5]), [0.25, np.sin(np.pi / 8) ** 2], atol=1e-9)


def test_known_tasks_do_not_tell_how_frequent_the_classes_are() -> None:
    known = np.array([0, 0, 0, 0, -1, -1], np.int8)
    share = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    incorrect, correct = log_of_types(share, known)

    assert incorrect == pytest.approx(correct)


def test_a_class_that_is_rare_is_not_given_up_for_subtypes() -> None:
    cast = [("clear", "ada", 1), ("clear", "ben", 1), ("disputed", "ada", 0), ("disputed", "ben", 1)]
    votes, _, _ = votes_of(cast)

    clear, disputed = best_fit(votes, nothing_known(votes)).posterior

    assert clear > 0.9
    assert 0.3 < disputed < 0.9


@pytest.mark.parametrize("seed", range(20))
def test_few_votes_make_no_tie_certain(seed: int) -> None:
    votes, _, _ = crowd(seed, tasks=20, per_task=2, workers=3, share_of_ones=0.85)
    said_yes = np.bincount(votes.task, votes.label, votes.tasks)

    posterior = best_fit(votes, nothing_known(votes)).posterior

    assert (said_yes == 1).any()
    assert np.abs(posterior - 0.5)[said_yes == 1].max() < 0.499
