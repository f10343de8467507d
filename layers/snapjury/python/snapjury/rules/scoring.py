"""Scores from votes alone: what each task is and how sure that is, how good each worker is, and who ranks where.

The tasks' probabilities are those of `vote_model`. A worker's skill on a class is the share of their votes that agree
with it, each task counted by its probability. No vote is its own proof: a worker's votes count only by the share of the
doubt about their tasks that the votes of the others settle, so alone they count nothing; on tasks whose class is known
(gold) they count in full. One vote's worth of the whole crowd's skill is added as a Beta prior, so that few votes say
little. The score is balanced accuracy, the mean of both skills: always saying the same gives one half, however rare the
other answer is.

Ranked are those who are all but surely better than chance, so nobody who votes by habit or by coin, and nobody whose
votes are another's (`copies`). All others share the last rank until they have shown more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats, quantile, share_below
from snapjury.rules.copies import in_each_others_steps
from snapjury.rules.crowd import Crowd, Rates, referees_of
from snapjury.rules.vote_model import Fit, Known, Places, Votes, best_fit

CROWD = 1.0
"""How many votes the crowd's skill is worth in a worker's: as many as Jeffreys's rule adds to a share."""

DOUBT = 0.05
"""The probability that a worker is worse than the lower bound; as likely they are better than the upper."""

LUCK = 0.001
"""The probability of being no better than chance that keeps a worker unranked: of a thousand coins, one is ranked."""

CHANCE = 0.5
"""The balanced accuracy of those who do not look."""

QUICK = 0.8
"""The score from which on speed decides between equals: better than the model takes anybody to be unseen."""

SOONEST = 1.0
"""Seconds in which a picture can be compared at the least: who is faster counts as taking that long."""


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


@dataclass(frozen=True)
class Scores:
    """Scores in the order of the tasks and workers given; `rank` is 1 for the best, equals share one.

    `is_ranked` tells who has one of their own; `is_copy` who votes as another does, against the odds. `label` is the
    likelier class of a task (of equals, 0), `confidence` its probability, `posterior` that of class 1. `types[l]`,
    `no[l, w]` and `yes[l, w]` are the logarithms that weigh votes on further tasks (see `Fit`).
    """

    posterior: Floats
    votes: Places
    on_correct: Skill
    on_incorrect: Skill
    balanced: Floats
    lower: Floats
    upper: Floats
    rank: Places
    is_ranked: NDArray[np.bool_]
    is_copy: NDArray[np.bool_]
    types: Floats
    no: Floats
    yes: Floats

    @property
    def label(self) -> NDArray[np.int8]:
        return (self.posterior > 0.5).astype(np.int8)

    @property
    def confidence(self) -> Floats:
        return np.maximum(self.posterior, 1 - self.posterior)

    @property
    def order(self) -> Places:
        """The workers from the best on; those who share a rank by their score."""
        return np.lexsort((-self.balanced, self.rank))


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


def score(votes: Votes, known: Known | None = None, seconds: Floats | None = None) -> Scores:
    """Score tasks and workers; the order of the votes makes no difference.

    `known` has each task's class where it is known (gold), else -1; `seconds` has the median time of each worker's
    votes, nan where it is not known.
    """
    order = np.lexsort((votes.worker, votes.task))
    votes = Votes(votes.task[order], votes.worker[order], votes.label[order], votes.tasks, votes.workers)
    known = np.full(votes.tasks, -1, np.int8) if known is None else known
    seconds = np.full(votes.workers, np.nan) if seconds is None else seconds
    fit = best_fit(votes, known)
    settled = settled_by_others(votes, fit, known)
    on_correct, on_incorrect = (skill_on(label, votes, fit, settled) for label in (1, 0))
    balanced = (on_correct.mean + on_incorrect.mean) / 2
    belief = as_beta(balanced, (on_correct.variance + on_incorrect.variance) / 4)
    lower, upper = quantile([[DOUBT], [1 - DOUBT]], *belief)
    is_copy = in_each_others_steps(votes, known, fit)
    is_ranked = (share_below(np.full(votes.workers, CHANCE), *belief) < LUCK) & ~is_copy
    return Scores(
        posterior=fit.posterior,
        votes=np.bincount(votes.worker, minlength=votes.workers),
        on_correct=on_correct,
        on_incorrect=on_incorrect,
        balanced=balanced,
        lower=lower,
        upper=upper,
        rank=ranks(np.where(is_ranked, balanced, -1.0), seconds),
        is_ranked=is_ranked,
        is_copy=is_copy,
        types=fit.types,
        no=fit.rates[:, 0].T,
        yes=fit.rates[:, 1].T,
    )


def crowd_from(scores: Scores, workers: Sequence[str]) -> Crowd:
    """What the scores say of the workers, to weigh their votes with; the better half of the ranked are referees."""
    rates = {
        worker: Rates(tuple(no), tuple(yes))
        for worker, no, yes in zip(workers, scores.no.T.tolist(), scores.yes.T.tolist(), strict=True)
    }
    referees = referees_of([workers[place] for place in scores.order if scores.is_ranked[place]])
    return Crowd(tuple(scores.types.tolist()), rates, referees)


def settled_by_others(votes: Votes, fit: Fit, known: Known) -> Floats:
    """For each vote, how far its task is settled without it, from 0 to 1: a known task is, whoever votes.

    On the others, a worker's votes count by the share of the doubt about their tasks that the votes of others settle.
    Doubt is the variance of the class: with nothing known but how frequent the classes are, and given the other votes.
    """
    is_open = known < 0
    of_ones = (fit.posterior[is_open].sum() + 1) / (is_open.sum() + 2)
    counted = is_open[votes.task]
    left = np.bincount(votes.worker, fit.by_others * (1 - fit.by_others) * counted, votes.workers)
    count = np.bincount(votes.worker, counted, votes.workers)
    settled = np.clip(1 - left / (np.maximum(count, 1) * of_ones * (1 - of_ones)), 0, 1)
    return np.where(counted, settled[votes.worker], 1.0)


def skill_on(label: int, votes: Votes, fit: Fit, settled: Floats) -> Skill:
    """Each worker's skill on the tasks of a class."""
    of_class = fit.posterior if label else 1 - fit.posterior
    counts = of_class[votes.task] * settled
    agreed = np.bincount(votes.worker, counts * (votes.label == label), votes.workers)
    asked = np.bincount(votes.worker, counts, votes.workers)
    crowd = (agreed.sum() + 1) / (asked.sum() + 2)
    return Skill(agreed + CROWD * crowd, asked - agreed + CROWD * (1 - crowd))


def as_beta(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The Beta distribution of this mean and variance."""
    size = mean * (1 - mean) / variance - 1
    return mean * size, (1 - mean) * size


def ranks(scores: Floats, seconds: Floats) -> Places:
    """1 for the best; workers whose scores agree to nine digits share a rank, unless one of them is faster.

    Scores that agree when rounded to a hundredth, and reach the floor, rank by time, those without a known one after
    the others. Only then, and everywhere else, the exact score decides.
    """
    rounded = np.round(scores, 2)
    time = np.where((rounded >= QUICK) & ~np.isnan(seconds), np.maximum(seconds, SOONEST), np.inf)
    keys = np.stack([-rounded, time, -np.round(scores, 9)], axis=1)
    _, group, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - count + 1)[group.ravel()])
