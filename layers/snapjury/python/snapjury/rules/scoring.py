"""Scores from votes alone: what each task is and how sure that is, how good each worker is, and who ranks where.

The tasks' probabilities are those of `vote_model`. A worker's skill on a class is the share of their votes that agree
with it, each task counted by its probability given the votes of the *others*: nobody's own vote is its own proof. Two
votes' worth of the whole crowd's skill is added as a Beta prior, so that few votes say little. The score is balanced
accuracy, the mean of both skills: always saying the same gives one half, however rare the other answer is.

Ranked are those whose score is above one half all but for sure, so not who votes by habit or by coin; and nobody whose
votes are another's (`copies`). All others share the last rank until they have shown more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats, quantile
from snapjury.rules.copies import in_each_others_steps
from snapjury.rules.vote_model import Fit, Places, Votes, best_fit

CROWD = 2.0
"""How many votes the crowd's skill is worth in a worker's: as many as in Laplace's rule of succession."""

DOUBT = 0.01
"""The probability that a worker is worse than the lower bound: of a hundred coin-flippers, one is ranked by luck."""

CHANCE = 0.5
"""The balanced accuracy of those who do not look."""


@dataclass(frozen=True)
class Skill:
    """Skill on one class: the Beta posteriors of all workers."""

    right: Floats
    wrong: Floats

    @property
    def mean(self) -> Floats:
        return self.right / (self.right + self.wrong)

    @property
    def variance(self) -> Floats:
        return self.mean * (1 - self.mean) / (self.right + self.wrong + 1)

    def between(self, low: float, high: float) -> tuple[Floats, Floats]:
        """The interval from one quantile to another."""
        return quantile(low, self.right, self.wrong), quantile(high, self.right, self.wrong)


@dataclass(frozen=True)
class Scores:
    """Scores in the order of the tasks and workers given; `rank` is 1 for the best, equals share one.

    `is_ranked` tells who has one of their own; `is_copy` who votes as another does, against the odds. `label` is the
    likelier class of a task (of equals, 0), `confidence` its probability, `posterior` that of class 1.
    """

    posterior: Floats
    votes: Places
    on_correct: Skill
    on_incorrect: Skill
    balanced: Floats
    lower: Floats
    rank: Places
    is_ranked: NDArray[np.bool_]
    is_copy: NDArray[np.bool_]
    subtypes: int

    @property
    def label(self) -> NDArray[np.int8]:
        return (self.posterior > 0.5).astype(np.int8)

    @property
    def confidence(self) -> Floats:
        return np.maximum(self.posterior, 1 - self.posterior)


def votes_of(cast: Iterable[tuple[str, str, int]]) -> tuple[Votes, list[str], list[str]]:
    """Votes from task, worker and label, with the names of the tasks and workers in the order of their numbers.

    A later vote of a worker on the same task replaces the earlier one.
    """
    last = {(task, worker): label for task, worker, label in cast}
    tasks, workers = sorted({task for task, _ in last}), sorted({worker for _, worker in last})
    task_of, worker_of = ({name: place for place, name in enumerate(names)} for names in (tasks, workers))
    task = np.fromiter((task_of[task] for task, _ in last), np.intp, len(last))
    worker = np.fromiter((worker_of[worker] for _, worker in last), np.intp, len(last))
    label = np.fromiter(last.values(), np.int8, len(last))
    return Votes(task, worker, label, len(tasks), len(workers)), tasks, workers


def score(votes: Votes) -> Scores:
    """Score tasks and workers; the order of the votes makes no difference."""
    order = np.lexsort((votes.worker, votes.task))
    votes = Votes(votes.task[order], votes.worker[order], votes.label[order], votes.tasks, votes.workers)
    fit = best_fit(votes)
    on_correct, on_incorrect = skill_on(1, votes, fit), skill_on(0, votes, fit)
    balanced = (on_correct.mean + on_incorrect.mean) / 2
    lower = lower_bound(balanced, (on_correct.variance + on_incorrect.variance) / 4)
    is_copy = in_each_others_steps(votes, fit.held_out)
    is_ranked = (lower > CHANCE) & ~is_copy
    return Scores(
        posterior=fit.posterior,
        votes=np.bincount(votes.worker, minlength=votes.workers),
        on_correct=on_correct,
        on_incorrect=on_incorrect,
        balanced=balanced,
        lower=lower,
        rank=ranks(np.where(is_ranked, balanced, -1.0)),
        is_ranked=is_ranked,
        is_copy=is_copy,
        subtypes=fit.subtypes,
    )


def skill_on(label: int, votes: Votes, fit: Fit) -> Skill:
    """Each worker's skill on the tasks of a class."""
    others = fit.by_others if label else 1 - fit.by_others
    agreed = np.bincount(votes.worker, others * (votes.label == label), votes.workers)
    asked = np.bincount(votes.worker, others, votes.workers)
    crowd = (agreed.sum() + 1) / (asked.sum() + 2)
    return Skill(agreed + CROWD * crowd, asked - agreed + CROWD * (1 - crowd))


def lower_bound(mean: Floats, variance: Floats) -> Floats:
    """Where the score is above but for `DOUBT`, by the Beta distribution of this mean and variance."""
    size = mean * (1 - mean) / variance - 1
    return quantile(DOUBT, mean * size, (1 - mean) * size)


def ranks(scores: Floats) -> Places:
    """1 for the best; workers whose scores agree to nine digits share a rank."""
    rounded = np.round(scores, 9)
    return np.asarray(np.searchsorted(np.sort(-rounded), -rounded) + 1)
