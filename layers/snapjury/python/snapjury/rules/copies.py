"""Workers whose votes are another's: copied, shared, or cast under two names.

Good workers agree because both are right, so agreement alone says nothing. What says something is agreement on votes
that the task's other votes make unlikely. For each pair, a copy (which repeats the other's vote but for a slip in
twenty) is weighed against chance, vote by vote on the tasks they share. By chance such odds reach c with a probability
of at most 1/c (Markov's inequality on a likelihood ratio), so a limit of 20 for each pair compared finds a pair among
the innocent once in 20 crowds. Which of the two copied cannot be told from the votes; nor can a copy of somebody who is
never wrong.
"""

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats
from snapjury.rules.vote_model import Places, Votes

SLIP = 0.05
"""How often a copy differs from what it copies."""

CERTAINTY = 20.0
"""The odds that a pair must reach, for each pair compared."""

MOST_WORKERS = 2000
"""Pairs are compared among those with the most votes, since their number grows with the square."""


def in_each_others_steps(votes: Votes, held_out: Floats) -> NDArray[np.bool_]:
    """Who of the workers forms a pair that one of them copied.

    `votes` are in the order of their tasks; `held_out` is each vote's log probability given the others'.
    """
    found = np.zeros(votes.workers, bool)
    seat = seats(votes)
    size = min(votes.workers, MOST_WORKERS)
    evidence = evidence_of_copying(votes, held_out, seat, size)
    pairs = max(1.0, size * (size - 1) / 2)
    first, second = np.nonzero(evidence > np.log(CERTAINTY * pairs))
    compared = np.flatnonzero(seat < size)
    compared = compared[np.argsort(seat[compared])]
    found[compared[first]] = found[compared[second]] = True
    return found


def seats(votes: Votes) -> Places:
    """Each worker's place among those with the most votes."""
    count = np.bincount(votes.worker, minlength=votes.workers)
    seat = np.empty(votes.workers, np.intp)
    seat[np.argsort(-count, kind="stable")] = np.arange(votes.workers)
    return seat


def evidence_of_copying(votes: Votes, held_out: Floats, seat: Places, size: int) -> Floats:
    """The log odds that one of a pair copied, by their seats: the mean of the odds that it was this or that one."""
    repeats = np.log(1 - SLIP + SLIP * np.exp(held_out)) - held_out
    evidence = np.zeros((2, size * size))
    kept = np.flatnonzero(seat[votes.worker] < size)
    task, place, label = votes.task[kept], seat[votes.worker[kept]], votes.label[kept]
    repeats = repeats[kept]
    for apart in range(1, int(np.bincount(task, minlength=1).max(initial=1))):
        left = np.flatnonzero(task[apart:] == task[:-apart])
        right = left + apart
        pair = np.minimum(place[left], place[right]) * size + np.maximum(place[left], place[right])
        same = label[left] == label[right]
        low_first = place[left] < place[right]
        for side, vote in enumerate((np.where(low_first, left, right), np.where(low_first, right, left))):
            evidence[side] += np.bincount(pair, np.where(same, repeats[vote], np.log(SLIP)), size * size)
    return np.asarray((np.logaddexp(*evidence) - np.log(2)).reshape(size, size))
