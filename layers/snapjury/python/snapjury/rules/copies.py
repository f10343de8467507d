"""Workers whose votes are another's: copied, shared, or cast under two names.

Good workers agree because both are right, so agreement alone says nothing. What says something is agreement on votes
that the task's other votes make unlikely. For each pair, a copy (which repeats the other's vote but for a slip in
twenty) is weighed against chance, vote by vote on the tasks they share. By chance such odds reach c with a probability
of at most 1/c (Markov's inequality on a likelihood ratio).

Only somebody who shares at least half of their tasks with the other is suspected. Those whose work is mostly their own
are no copycats, though a batch of tasks that misleads two alike may make them look so.

The limits of odds for all these pairs are set so that a pair among the innocent is found once in 20 crowds (a weighted
Bonferroni correction). Half of that chance of error is shared out evenly. The other half goes to pairs that have nearly
the same tasks, as a copycat and the one copied: from the pair with the most shared tasks on, in parts as 1/2, 1/6, 1/12
and so on. So the tasks say where to look first, but only the votes convict.

A vote and its copy outvote others, so that both look right, and agreement no surprise. Two who alone have nearly the
same tasks are therefore judged once more, if the odds point to a copy, by a model fitted without the suspect's votes.
That needs the votes of others to settle most of the tasks, and two on each: beside a bad third, two good workers look
like a copy too.

Which of two with the same tasks copied cannot be told from the votes; nor can a copy of somebody who is never wrong.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats
from snapjury.rules.vote_model import RIGHT, WRONG, Fit, Known, Places, Votes, best_fit

SLIP = 0.05
"""How often a copy differs from what it copies."""

CERTAINTY = 20.0
"""One in how many crowds of innocents may have a pair under suspicion."""

MOSTLY, NEARLY = 0.5, 0.9
"""The share of their own tasks that a suspect has in common with the other; of all tasks of a pair that both judged,
for it to be looked at first."""

FIRST = 5
"""Pairs that are judged by a model of their own, which takes as long as the first."""

FEWEST, SETTLED, OTHERS = 20, 0.5, 2
"""What that takes: shared tasks, the share of the doubt about them that others settle, and others on a task."""

MOST_WORKERS = 2000
"""Pairs are compared among those with the most votes, since their number grows with the square."""


def in_each_others_steps(votes: Votes, known: Known, fit: Fit) -> NDArray[np.bool_]:
    """Who of the workers forms a pair that one of them copied, and shares most of their tasks with the other.

    `votes` are in the order of their tasks; `fit` is the best one of them.
    """
    cast = np.bincount(votes.worker, minlength=votes.workers)
    compared = np.argsort(-cast, kind="stable")[:MOST_WORKERS]
    cast = cast[compared]
    evidence, shared = compare(votes, fit.held_out, compared)
    first, second = np.nonzero((shared > 0) & (shared >= MOSTLY * np.minimum(cast[:, np.newaxis], cast)))
    shared, evidence = shared[first, second], evidence[first, second]
    is_same = shared >= NEARLY * (cast[first] + cast[second] - shared)
    limit = np.log(limits(shared, is_same))
    alike = np.bincount(first[is_same], minlength=len(cast)) + np.bincount(second[is_same], minlength=len(cast))
    is_alone = is_same & (alike[first] == 1) & (alike[second] == 1)
    doubtful = np.flatnonzero(is_alone & (shared >= FEWEST) & (evidence > limit / 2))
    for pair in doubtful[np.argsort(-shared[doubtful], kind="stable")][:FIRST]:
        found_afresh = afresh(votes, known, fit, int(compared[first[pair]]), int(compared[second[pair]]))
        if found_afresh is not None:  # the mean of the odds, which are by chance no likelier to be high than either
            evidence[pair] = np.logaddexp(evidence[pair], found_afresh) - np.log(2)
    is_found = evidence > limit
    found = np.zeros(votes.workers, bool)
    for place in (first, second):
        found[compared[place[is_found & (shared >= MOSTLY * cast[place])]]] = True
    return found


def limits(shared: Places, is_same: NDArray[np.bool_]) -> Floats:
    """The odds that each pair must exceed, by how many tasks they share, and whether those are nearly all of theirs."""
    limit = np.full(len(shared), float(len(shared)))
    place = np.searchsorted(np.sort(-shared[is_same]), -shared[is_same], side="right")
    parts = np.sum(1 / (place * (place + 1)))
    limit[is_same] = np.minimum(limit[is_same], place * (place + 1) * parts)
    return 2 * CERTAINTY * limit


def afresh(votes: Votes, known: Known, fit: Fit, *pair: int) -> float | None:
    """The log odds that one of a pair copied, each judged without the suspect; None where others settle too little."""
    found = [without_suspect(votes, known, fit, original, suspect) for original, suspect in (pair, pair[::-1])]
    if any(odds is None for odds in found):
        return None
    return float(np.logaddexp(*found) - np.log(2))  # type: ignore[arg-type]


def without_suspect(votes: Votes, known: Known, fit: Fit, original: int, suspect: int) -> float | None:
    """The log odds that the suspect copied, by what a model says that never saw the suspect's votes."""
    kept = votes.worker != suspect
    others = best_fit(replace(votes, task=votes.task[kept], worker=votes.worker[kept], label=votes.label[kept]), known)
    left, right = (np.flatnonzero(votes.worker == worker) for worker in (original, suspect))
    task, at_left, at_right = np.intersect1d(votes.task[left], votes.task[right], True, return_indices=True)
    label, copied = votes.label[left][at_left], votes.label[right][at_right]
    of_one = np.clip(others.posterior, 1e-12, 1 - 1e-12)
    is_judged = (np.bincount(votes.task, minlength=votes.tasks) >= OTHERS + 2) | (known >= 0)
    if settled(of_one, rates_by_class(votes, left, of_one)[label], task, is_judged) < SETTLED:
        return None
    rates = rates_by_class(votes, right, fit.posterior)[copied]
    chance = (1 - of_one[task]) * rates[:, 0] + of_one[task] * rates[:, 1]
    repeats = np.log(1 - SLIP + SLIP * chance) - np.log(chance)
    return float(np.where(label == copied, repeats, np.log(SLIP)).sum())


def rates_by_class(votes: Votes, own: Places, of_one: Floats) -> Floats:
    """A worker's rate of either answer [answer, class], given the probabilities of class 1."""
    is_one = of_one[votes.task[own]]
    counts = [
        [(is_class * (votes.label[own] == answer)).sum() for is_class in (1 - is_one, is_one)] for answer in (0, 1)
    ]
    counted = np.add(counts, [[RIGHT, WRONG], [WRONG, RIGHT]])
    return np.asarray(counted / counted.sum(axis=0))


def settled(of_one: Floats, said: Floats, task: Places, is_judged: NDArray[np.bool_]) -> float:
    """The share of the doubt about these tasks that is settled without the votes that were `said` [task, class]."""
    odds = of_one[task] / (1 - of_one[task]) * said[:, 0] / said[:, 1]
    without = np.where(is_judged[task], odds / (1 + odds), of_one.mean())
    return float(1 - (without * (1 - without)).mean() / (of_one.mean() * (1 - of_one.mean())))


def compare(votes: Votes, held_out: Floats, compared: Places) -> tuple[Floats, Places]:
    """For each pair, as places in `compared` with the smaller first: log odds that one copied, and the shared tasks.

    The odds are the mean of those that it was this or that one.
    """
    size = len(compared)
    seat = np.full(votes.workers, -1)
    seat[compared] = np.arange(size)
    kept = np.flatnonzero(seat[votes.worker] >= 0)
    task, place, label = votes.task[kept], seat[votes.worker[kept]], votes.label[kept]
    repeats = (np.log(1 - SLIP + SLIP * np.exp(held_out)) - held_out)[kept]
    evidence, shared = np.zeros((2, size * size)), np.zeros(size * size, np.intp)
    for apart in range(1, int(np.max(np.bincount(task, minlength=1)))):
        left = np.flatnonzero(task[apart:] == task[:-apart])
        right = left + apart
        pair = np.minimum(place[left], place[right]) * size + np.maximum(place[left], place[right])
        same = label[left] == label[right]
        low_first = place[left] < place[right]
        shared += np.bincount(pair, minlength=size * size)
        for side, vote in enumerate((np.where(low_first, left, right), np.where(low_first, right, left))):
            evidence[side] += np.bincount(pair, np.where(same, repeats[vote], np.log(SLIP)), size * size)
    odds = np.logaddexp(*evidence) - np.log(2)
    return odds.reshape(size, size), shared.reshape(size, size)
