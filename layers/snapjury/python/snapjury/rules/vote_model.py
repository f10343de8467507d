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

TRIAL, ROUNDS = 5, 200
"""The rounds after which the numbers of subtypes are compared; those that the best may take on."""
STILL = 1e-2
"""A fit ends when no task's probability moves by more in a round."""

STEP_ON = 0.5
"""How much further than a round's outcome the next one starts (over-relaxation)."""

CHUNK = 1 << 11


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

    `types[l]` is the expected log share of a latent type, `rates[w, a, l]` the expected log probability of a worker's
    answer a on it: added up over a task's votes they give the posterior. `held_out` is a vote's log probability,
    `by_others` its task's probability of class 1, were the vote not known.
    """

    posterior: Floats
    types: Floats
    rates: Floats
    held_out: Floats
    by_others: Floats


@dataclass(frozen=True)
class State:
    """A round's outcome: `share[t, l]` is the probability that task t is of latent type l, classes one after the other.

    It came from `counts[w, a, l]`, the parameters of the Beta posterior of a worker's answers on a type, by way of
    `types` and `rates` as in `Fit`.
    """

    share: Floats
    counts: Floats
    types: Floats
    rates: Floats


class Sums:
    """Sums of rows that share a number from 0 to `size` - 1; `numbers` has that of each row, in ascending order."""

    def __init__(self, numbers: Places, size: int) -> None:
        self.starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        self.places = numbers[self.starts]
        self.size = size

    def of(self, rows: Floats) -> Floats:
        sums = np.zeros((self.size, rows.shape[1]), order="F")
        sums[self.places] = np.add.reduceat(rows, self.starts, axis=0)
        return sums


class Ballot:
    """The votes in two orders, to add up over a task's votes, and over a worker's votes for one answer.

    An answer's number is twice the worker's and the label, so that [worker, label] unfolds into it.
    """

    def __init__(self, votes: Votes) -> None:
        self.votes = votes
        answer = 2 * votes.worker + votes.label
        by_task, by_answer = np.argsort(votes.task, kind="stable"), np.argsort(answer, kind="stable")
        self.answers, self.tasks = answer[by_task], votes.task[by_answer]
        self.of_task = Sums(votes.task[by_task], votes.tasks)
        self.of_answer = Sums(answer[by_answer], 2 * votes.workers)


def best_fit(votes: Votes, known: Known) -> Fit:
    """The fit that predicts left-out votes best, with one subtype more as long as that helps and empties no class."""
    ballot = Ballot(votes)
    tried = [trial(ballot, known, SUBTYPES[0])]
    held_out = leaving_out(tried[0], votes)[0].sum()
    for subtypes in SUBTYPES[1:]:
        further = trial(ballot, known, subtypes)
        predicted = leaving_out(further, votes)[0].sum()
        if predicted <= held_out:
            break
        tried.append(further)
        held_out = predicted
    best = settled(tried.pop(), ballot, known)
    while tried and is_a_class_empty(best):
        best = settled(tried.pop(), ballot, known)
    posterior = np.where(known < 0, of_class_one(best.share), known)
    return Fit(posterior, best.types, best.rates, *leaving_out(best, votes))


def is_a_class_empty(state: State) -> bool:
    """Whether a class has less than one task in all: with subtypes that is for good, as no votes bring it back."""
    of_one = of_class_one(state.share)
    return bool(min(of_one.sum(), (1 - of_one).sum()) < 1)


def trial(ballot: Ballot, known: Known, subtypes: int) -> State:
    """What a few rounds make of a model with this many subtypes in each class."""
    state = next_round(first_shares(ballot.votes, known, subtypes), ballot, known)
    for _ in range(1, TRIAL):
        state = next_round(state.share, ballot, known)
    return state


def settled(state: State, ballot: Ballot, known: Known) -> State:
    """Where further rounds change little. Each starts half a step further on, which saves some."""
    start = state.share
    for _ in range(TRIAL, ROUNDS):
        before, state = state, next_round(start, ballot, known)
        if np.abs(of_class_one(state.share) - of_class_one(before.share)).max(initial=0) < STILL:
            break
        start = normalised(np.maximum(state.share + STEP_ON * (state.share - before.share), 0))
    return state


def next_round(share: Floats, ballot: Ballot, known: Known) -> State:
    """The workers' skills given what the tasks are, and what the tasks are given the skills."""
    counts = counts_of_answers(share, ballot)
    types, rates = log_of_types(share, known), log_rates(counts)
    return State(shares_of_types(types, rates, known, ballot), counts, types, rates)


def of_class_one(share: Floats) -> Floats:
    """Each task's probability of class 1."""
    return np.asarray(share[:, share.shape[1] // 2 :].sum(axis=1))


def first_shares(votes: Votes, known: Known, subtypes: int) -> Floats:
    """Classes by the share of votes; subtypes by how disputed the class is, as binomial weights of that share."""
    count = np.bincount(votes.task, minlength=votes.tasks)
    said_yes = np.where(count, np.bincount(votes.task, votes.label, votes.tasks) / np.maximum(count, 1), 0.5)
    of_one = np.where(known < 0, said_yes, known)
    rest = subtypes - 1
    return np.stack(
        [
            of_class * comb(rest, disputed) * agreed ** (rest - disputed) * (1 - agreed) ** disputed
            for of_class, agreed in ((1 - of_one, 1 - said_yes), (of_one, said_yes))
            for disputed in range(subtypes)
        ],
        axis=1,
    )


def counts_of_answers(share: Floats, ballot: Ballot) -> Floats:
    """How often each worker gave either answer on each latent type, with the prior, given what the tasks are."""
    prior = np.repeat([[RIGHT, WRONG], [WRONG, RIGHT]], share.shape[1] // 2, axis=1)
    counts = ballot.of_answer.of(share.take(ballot.tasks, axis=0)).reshape(-1, 2, share.shape[1])
    return np.asarray(counts + prior)


def shares_of_types(types: Floats, rates: Floats, known: Known, ballot: Ballot) -> Floats:
    """What the tasks are, given the workers' skills."""
    score = ballot.of_task.of(rates.reshape(-1, len(types)).take(ballot.answers, axis=0))
    score += types
    half = len(types) // 2
    score[known == 1, :half] = -np.inf
    score[known == 0, half:] = -np.inf
    score -= score.max(axis=1, initial=-np.inf, keepdims=True)
    return normalised(np.exp(score, out=score))


def log_rates(counts: Floats) -> Floats:
    """The expected log probability of each answer, by worker, answer and type."""
    logs = digamma(np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1))
    return np.asarray(logs[:, :2] - logs[:, 2:])


def log_of_types(share: Floats, known: Known) -> Floats:
    """The expected log probability of each latent type, of a task that is not known.

    The known tasks do not tell how frequent the classes are: somebody picked them.
    """
    count = share.sum(axis=0).reshape(2, -1)
    subtypes = count.shape[1]
    within = count + SUBTYPE_PRIOR / subtypes
    classes = count.sum(axis=1) - share[known >= 0].sum(axis=0).reshape(2, -1).sum(axis=1) + CLASS_PRIOR
    logs = digamma(np.column_stack([within, within.sum(axis=1), classes, np.full(2, classes.sum())]))
    of_within, of_class, of_all = logs[:, subtypes:].T
    return np.asarray(logs[:, :subtypes] + (of_class - of_within - of_all)[:, np.newaxis]).ravel()


def normalised(weight: Floats) -> Floats:
    """Weights as probabilities, in place: each row adds up to one."""
    weight /= weight.sum(axis=1, keepdims=True)
    return weight


def leaving_out(state: State, votes: Votes) -> tuple[Floats, Floats]:
    """Each vote's log probability, and its task's probability of class 1, were the vote not known.

    A vote's part is taken out of its task's types and of its worker's counts. In chunks, to spare memory.
    """
    types = len(state.types)
    share_of, counts = state.share.T, state.counts.reshape(-1, types).T
    unsaid, total = np.exp(-state.rates).reshape(-1, types).T, state.counts.sum(axis=1).T
    held_out, by_others = np.empty(len(votes)), np.empty(len(votes))
    for start in range(0, len(votes), CHUNK):
        chunk = slice(start, start + CHUNK)
        worker, answer = votes.worker[chunk], 2 * votes.worker[chunk] + votes.label[chunk]
        share, count = share_of.take(votes.task[chunk], axis=1), counts.take(answer, axis=1)
        without = normalised((share * unsaid.take(answer, axis=1)).T)
        same = np.maximum(count - share, 1e-9).T
        other = (total.take(worker, axis=1) - count).T
        held_out[chunk] = np.log((without * same / (same + other)).sum(axis=1))
        by_others[chunk] = of_class_one(without)
    return held_out, by_others
