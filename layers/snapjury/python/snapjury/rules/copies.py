"""Workers whose votes are another's: copied, shared, or cast under two names.

Good workers agree because both are right, so agreement alone says nothing. What says something is agreement on votes
that the task's other votes make unlikely. For each pair, a copy (which repeats the other's vote but for a slip in
twenty) is weighed against chance, vote by vote on the tasks they share. By chance such odds reach c with a probability
of at most 1/c (Markov's inequality on a likelihood ratio).

Only somebody who shares at least half of their tasks with the other is suspected. Those whose work is mostly their own
are no copycats, though a batch of tasks that misleads two alike may make them look so.

The limits of odds for all these pairs are set so that a pair among the innocent is found once in 20 crowds (a weighted
Bonferroni correction). Half of that chance of error is shared out evenly. The other half goes to pairs that have nearly
the same tasks, as a copycat and the one copied: from the pair with the most shared tasks on, 1/2, 1/6, 1/12 of it and
so on. So the tasks say where to look first, but only the votes convict.

Which of two with the same tasks copied cannot be told from the votes; nor can a copy of somebody who is never wrong.
"""

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats
from snapjury.rules.vote_model import Places, Votes

SLIP = 0.05
"""How often a copy differs from what it copies."""

CERTAINTY = 20.0
"""One in how many crowds of innocents may have a pair under suspicion."""

MOSTLY, NEARLY = 0.5, 0.9
"""The share of their own tasks that a suspect has in common with the other; of all tasks of a pair that both judged,
for it to be looked at first."""

MOST_WORKERS = 2000
"""Pairs are compared among those with the most votes, since their number grows with the square."""


def in_each_others_steps(votes: Votes, held_out: Floats) -> NDArray[np.bool_]:
    """Who of the workers forms a pair that one of them copied, and shares most of their tasks with the other.

    `votes` are in the order of their tasks; `held_out` is each vote's log probability given the others'.
    """
    cast = np.bincount(votes.worker, minlength=votes.workers)
    compared = np.argsort(-cast, kind="stable")[:MOST_WORKERS]
    cast = cast[compared]
    evidence, shared = compare(votes, held_out, compared)
    first, second = np.nonzero((shared > 0) & (shared >= MOSTLY * np.minimum(cast[:, np.newaxis], cast)))
    shared = shared[first, second]
    is_found = evidence[first, second] > np.log(limits(shared, cast[first] + cast[second] - shared))
    found = np.zeros(votes.workers, bool)
    for place in (first, second):
        found[compared[place[is_found & (shared >= MOSTLY * cast[place])]]] = True
    return found


def limits(shared: Places, of_either: Places) -> Floats:
    """The odds that each pair must exceed, by the tasks that both and that either of them judged."""
    limit = np.full(len(shared), float(len(shared)))
    same = shared >= NEARLY * of_either
    place = np.searchsorted(np.sort(-shared[same]), -shared[same], side="right")
    limit[same] = np.minimum(limit[same], place * (place + 1))
    return 2 * CERTAINTY * limit


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
    for apart in range(1, int(np.bincount(task, minlength=1).max(initial=1))):
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
