import numpy as np
import pytest

from snapjury.rules.copies import limits
from snapjury.rules.scoring import score
from snapjury.rules.vote_model import Votes
from tests.crowds import crowd, with_one_more


def test_two_with_the_same_mistakes_are_not_ranked_and_nobody_else_is_suspected() -> None:
    votes, _, _ = crowd(5, tasks=500)
    copied = votes.worker == 10

    scores = score(with_one_more(votes, votes.task[copied], votes.label[copied]))

    assert list(np.flatnonzero(scores.is_copy)) == [10, 20]
    assert not scores.is_ranked[[10, 20]].any()


@pytest.mark.parametrize("seed", range(5))
def test_workers_who_agree_because_they_are_right_are_no_copies(seed: int) -> None:
    chance = np.random.default_rng(seed)
    task, worker = (part.ravel() for part in np.indices((200, 8)))
    label = ((task % 3 == 0) ^ (chance.random(len(task)) < 0.03)).astype(np.int8)

    assert not score(Votes(task, worker, label, 200, 8)).is_copy.any()


@pytest.mark.parametrize("seed", range(5))
def test_a_team_that_judges_everything_together_is_no_copy(seed: int) -> None:
    chance = np.random.default_rng(seed)
    task, worker = (part.ravel() for part in np.indices((300, 3)))
    right = np.array([0.99, 0.98, 0.85])[worker]
    label = ((task % 5 > 0) == (chance.random(len(task)) < right)).astype(np.int8)

    assert not score(Votes(task, worker, label, 300, 3)).is_copy.any()


def test_who_copies_somebody_that_did_much_more_is_suspected_alone() -> None:
    votes, _, _ = crowd(11, tasks=1000)
    copied = np.flatnonzero(votes.worker == 4)[:100]

    scores = score(with_one_more(votes, votes.task[copied], votes.label[copied]))

    assert (votes.worker == 4).sum() > 200
    assert list(np.flatnonzero(scores.is_copy)) == [20]


def test_who_mostly_did_their_own_work_is_not_suspected() -> None:
    votes, truth, _ = crowd(12, tasks=1000)
    copied = np.flatnonzero(votes.worker == 4)[:60]
    own = np.setdiff1d(np.arange(1000), votes.task[votes.worker == 4])[:100]
    task = np.concatenate([votes.task[copied], own])
    label = np.concatenate([votes.label[copied], truth[own]])

    assert not score(with_one_more(votes, task, label)).is_copy.any()


def test_pairs_with_the_same_tasks_are_looked_at_first_and_none_has_more_than_its_share_of_the_chance_of_error() -> (
    None
):
    shared = np.array([50, 40, 40, *[10] * 27])
    is_same = np.array([True, True, True, *[False] * 27])

    limit = limits(shared, is_same)

    parts = 1 / 2 + 1 / 12 + 1 / 12
    assert limit == pytest.approx([40 * 2 * parts, 40 * 12 * parts, 40 * 12 * parts, *[40 * 30] * 27])
    assert np.sum(1 / limit) <= 1 / 20


def test_a_copy_of_the_best_is_found_although_both_together_outvote_the_others() -> None:
    votes, _ = good_crowd(seed=0)
    copied = votes.worker == 29

    scores = score(with_one_more(votes, votes.task[copied], votes.label[copied]))

    assert list(np.flatnonzero(scores.is_copy)) == [29, 30]


@pytest.mark.parametrize("seed", range(3))
def test_two_of_the_best_who_happen_to_have_the_same_tasks_are_no_copies(seed: int) -> None:
    votes, truth = good_crowd(seed)
    tasks = votes.task[votes.worker == 29]
    is_wrong = np.random.default_rng(seed + 50).random(len(tasks)) < 0.02

    assert not score(with_one_more(votes, tasks, truth[tasks] ^ is_wrong)).is_copy.any()


def good_crowd(seed: int) -> tuple[Votes, np.ndarray]:
    """2400 tasks, three votes each by thirty workers who are right in 93 %, the last of them in 98; and the truth."""
    chance = np.random.default_rng(seed)
    truth = chance.random(2400) < 0.3
    worker = np.concatenate([chance.permutation(30)[:3] for _ in truth])
    task = np.repeat(np.arange(2400), 3)
    is_right = chance.random(len(task)) < np.where(worker == 29, 0.98, 0.93)
    return Votes(task, worker, (truth[task] == is_right).astype(np.int8), 2400, 30), truth
