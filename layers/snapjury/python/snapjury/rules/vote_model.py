"""A Bayesian model of yes/no votes: what each task is, from who said what, when nobody knows who is right.

Every task has a class (0 or 1) and, within it, one of a few subtypes: the clear ones, the misleading ones. A worker
says 1 with a probability of their own for each class and subtype. So skill on the two classes is apart, and votes that
go wrong together, because a task misleads, are not taken for independent evidence. Where the class of a task is known
(gold), it is held fixed and only the subtype is free.

    class      ~ Beta(1, 1) over the two, learned
    subtype    ~ Dirichlet(0.1 / M, ...) within a class, M subtypes: those not needed stay empty
    yes rate   ~ Beta(4, 1) in class 1, Beta(1, 4) in class 0, one for each worker and subtype

This is BCC (Kim and Ghahramani 2012) for M = 1 and EBCC (Li, Rubinstein and Cohn, ICML 2019) beyond, with the priors of
the latter, here started without chance: from the share of yes votes, subtypes from undisputed to disputed. Fitted by
mean-field variational Bayes. M grows as long as that predicts each vote better from the other votes of its task and
worker.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats, digamma

Places = NDArray[np.intp]
Known = NDArray[np.int8]
"""Each task's class if it is known, else -1."""

SUBTYPES = (1, 2, 3, 4)
"""The numbers of subtypes that are tried."""

CLASS_PRIOR = 1.0
SUBTYPE_PRIOR = 0.1
RIGHT, WRONG = 4.0, 1.0
"""A worker about whom nothing is known: right four times in five, believed like five votes."""

ROUNDS, FEWEST_ROUNDS = 200, 10
STILL = 1e-2
"""A fit ends when no task's probability moves by more in a round."""

CHUNK = 1 << 17


@dataclass(frozen=True)
class Votes:
    """Votes on tasks 0 to `tasks` - 1 by workers 0 to `workers` - 1; one for each task and worker.

    The three arrays have one entry a vote; `label` is 0 or 1.
    """

    task: Places
    worker: Places
    label: NDArray[np.int8]
    tasks: int
    workers: int

    def __len__(self) -> int:
        return len(self.task)


@dataclass(frozen=True)
class Fit:
    """What a model says: each task's probability of class 1, what it came from, and two facts about each vote left out.

    `types[l]` is the expected log share of a latent type, `no[l, w]` and `yes[l, w]` the expected log probabilities of
    a worker's answers on it: added up over a task's votes they give the posterior. `held_out` is a vote's log
    probability, `by_others` its task's probability of class 1, were the vote not known.
    """

    posterior: Floats
    types: Floats
    no: Floats
    yes: Floats
    held_out: Floats
    by_others: Floats
    subtypes: int
    rounds: int


@dataclass(frozen=True)
class Beliefs:
    """The latent state: `share[l, t]` is the probability that task t is of latent type l, classes one after the other.

    `yes[l, w]` and `no[l, w]` are the parameters of the Beta posterior of a worker's yes rate on a type.
    """

    share: Floats
    yes: Floats
    no: Floats


def best_fit(votes: Votes, known: Known) -> Fit:
    """The fit that predicts left-out votes best, with one subtype more as long as that helps."""
    best = fit(votes, known, SUBTYPES[0])
    for subtypes in SUBTYPES[1:]:
        found = fit(votes, known, subtypes)
        if found.held_out.sum() <= best.held_out.sum():
            break
        best = found
    return best


def fit(votes: Votes, known: Known, subtypes: int) -> Fit:
    """Fit a model with this many subtypes in each class."""
    sides = [np.flatnonzero(votes.label == label) for label in (0, 1)]
    share = first_shares(votes, known, subtypes)
    for rounds in range(1, ROUNDS + 1):
        beliefs = with_skills(share, votes, sides)
        types, (no, yes) = log_of_types(share, known), log_rates(beliefs)
        share = shares_of_types(types, no, yes, known, votes, sides)
        moved = np.abs(of_class_one(share) - of_class_one(beliefs.share)).max(initial=0)
        if moved < STILL and rounds >= FEWEST_ROUNDS:
            break
    left_out = np.concatenate([*leaving_out(Beliefs(share, beliefs.yes, beliefs.no), votes), np.empty((2, 0))], axis=1)
    posterior = np.where(known < 0, of_class_one(share), known)
    return Fit(posterior, types, no, yes, left_out[0], left_out[1], subtypes, rounds)


def of_class_one(share: Floats) -> Floats:
    """Each task's probability of class 1."""
    return np.asarray(share[len(share) // 2 :].sum(axis=0))


def first_shares(votes: Votes, known: Known, subtypes: int) -> Floats:
    """Classes by the share of votes; subtypes by how disputed the class is, as binomial weights of that share."""
    count = np.bincount(votes.task, minlength=votes.tasks)
    said_yes = np.where(count, np.bincount(votes.task, votes.label, votes.tasks) / np.maximum(count, 1), 0.5)
    of_one = np.where(known < 0, said_yes, known)
    rest = subtypes - 1
    return np.array(
        [
            of_class * comb(rest, disputed) * agreed ** (rest - disputed) * (1 - agreed) ** disputed
            for of_class, agreed in ((1 - of_one, 1 - said_yes), (of_one, said_yes))
            for disputed in range(subtypes)
        ]
    ).reshape(2 * subtypes, votes.tasks)


def with_skills(share: Floats, votes: Votes, sides: list[Places]) -> Beliefs:
    """Each worker's Beta posterior of the yes rate on each latent type, given what the tasks are."""
    counts = [
        np.array([np.bincount(votes.worker[side], row[votes.task[side]], votes.workers) for row in share])
        for side in sides
    ]
    prior = np.repeat([WRONG, RIGHT], len(share) // 2)[:, np.newaxis]
    return Beliefs(share, counts[1] + prior, counts[0] + (RIGHT + WRONG - prior))


def shares_of_types(types: Floats, no: Floats, yes: Floats, known: Known, votes: Votes, sides: list[Places]) -> Floats:
    """What the tasks are, given the workers' skills."""
    score = np.repeat(types[:, np.newaxis], votes.tasks, axis=1)
    for row, rates_no, rates_yes in zip(score, no, yes, strict=True):
        for side, rates in zip(sides, (rates_no, rates_yes), strict=True):
            row += np.bincount(votes.task[side], rates[votes.worker[side]], votes.tasks)
    score[: len(score) // 2, known == 1] = -np.inf
    score[len(score) // 2 :, known == 0] = -np.inf
    return normalised(score)


def log_rates(beliefs: Beliefs) -> tuple[Floats, Floats]:
    """The expected log probability of a no and of a yes, by type and worker."""
    total = digamma(beliefs.yes + beliefs.no)
    return digamma(beliefs.no) - total, digamma(beliefs.yes) - total


def log_of_types(share: Floats, known: Known) -> Floats:
    """The expected log probability of each latent type, of a task that is not known.

    The known tasks do not tell how frequent the classes are: somebody picked them.
    """
    count, unknown = (share @ np.stack([np.ones(len(known)), known < 0], axis=1)).T.reshape(2, 2, -1)
    within = count + SUBTYPE_PRIOR / count.shape[1]
    classes = unknown.sum(axis=1) + CLASS_PRIOR
    return (
        digamma(within)
        - digamma(within.sum(axis=1, keepdims=True))
        + (digamma(classes) - digamma(classes.sum(keepdims=True)))[:, np.newaxis]
    ).ravel()


def normalised(score: Floats) -> Floats:
    """Log weights in columns as probabilities."""
    weight = np.exp(score - score.max(axis=0, initial=-np.inf))
    return np.asarray(weight / weight.sum(axis=0))


def leaving_out(beliefs: Beliefs, votes: Votes) -> Iterator[Floats]:
    """Each vote's log probability, and its task's probability of class 1, were the vote not known; in chunks.

    A vote's part is taken out of its task's types and of its worker's counts.
    """
    no, yes = log_rates(beliefs)
    for start in range(0, len(votes), CHUNK):
        task, worker, label = (part[start : start + CHUNK] for part in (votes.task, votes.worker, votes.label))
        share, is_yes = beliefs.share[:, task], label == 1
        said = np.where(is_yes, yes[:, worker], no[:, worker])
        without = normalised(np.log(np.maximum(share, 1e-300)) - said)
        same = np.where(is_yes, beliefs.yes[:, worker], beliefs.no[:, worker]) - share
        other = np.where(is_yes, beliefs.no[:, worker], beliefs.yes[:, worker])
        predicted = (without * np.maximum(same, 1e-9) / (np.maximum(same, 1e-9) + other)).sum(axis=0)
        yield np.array([np.log(predicted), of_class_one(without)])
