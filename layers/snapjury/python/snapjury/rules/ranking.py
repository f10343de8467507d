"""A leaderboard from the votes of a window: who ranks where, by which skills, and how fast."""

import numpy as np
from numpy.typing import NDArray

from snapjury.rules.beta import Floats
from snapjury.rules.board import Board, Row, Window
from snapjury.rules.crowd import NOBODY_KNOWN, Crowd
from snapjury.rules.ledger import Ledger
from snapjury.rules.scoring import Scores, crowd_from, score
from snapjury.rules.vote_model import Places, Votes

LONGEST_VOTE = 5 * 60
"""Seconds; who took longer was away."""


def rank_qas(ledger: Ledger, window: Window, since: int, until: int, is_complete: bool) -> Board:
    """The leaderboard of these votes. What it says of time is as given, and `took` still 0."""
    numbers, qa = np.unique(np.array(ledger.qa, np.intp), return_inverse=True)
    names = list(ledger.qas)
    qas = [names[number] for number in numbers]
    task, label = np.array(ledger.snapshot, np.intp), np.array(ledger.verdict, np.int8)
    crowd, rows = NOBODY_KNOWN, []
    if qas:
        seconds = medians(seconds_of(ledger), qa, len(qas))
        votes = Votes(task, qa, label, ledger.snapshots, len(qas))
        scores = score(votes, np.array(ledger.known, np.int8), seconds)
        crowd = crowd_from(scores, qas)
        agreed = np.array(ledger.decided, np.int8)[task] == label
        rows = rows_of(scores, qas, shares(agreed, qa, len(qas)), seconds, crowd)
    return Board(window, since, until, ledger.snapshots, ledger.votes, is_complete, 0, crowd.types, tuple(rows))


def rows_of(scores: Scores, qas: list[str], agreement: Floats, seconds: Floats, crowd: Crowd) -> list[Row]:
    """The best first, those without a rank last."""
    order = sorted(range(len(qas)), key=lambda place: (scores.rank[place], -scores.balanced[place], qas[place]))
    return [
        Row(
            qa=qas[place],
            rank=int(scores.rank[place]) if scores.is_ranked[place] else None,
            votes=int(scores.votes[place]),
            agreement=float(agreement[place]),
            on_correct=float(scores.on_correct.mean[place]),
            on_incorrect=float(scores.on_incorrect.mean[place]),
            score=float(scores.balanced[place]),
            lower=float(scores.lower[place]),
            upper=float(scores.upper[place]),
            seconds=None if np.isnan(seconds[place]) else float(seconds[place]),
            rates=crowd.qas[qas[place]],
            is_copy=bool(scores.is_copy[place]),
        )
        for place in order
    ]


def shares(holds: NDArray[np.bool_], qa: Places, qas: int) -> Floats:
    """For each QA the share of votes for which it holds."""
    return np.asarray(np.bincount(qa, holds, qas) / np.bincount(qa, minlength=qas))


def seconds_of(ledger: Ledger) -> Floats:
    """How long each vote took: since the one before it in its session, or since it was drawn if that was later.

    Votes that are not in the ledger yet are not known of. NaN where nobody can have been looking all that time.
    """
    session, at = np.array(ledger.session, np.intp), np.array(ledger.at, np.int64)
    begun = np.array(ledger.drawn_at, np.int64)
    order = np.lexsort((at, session))
    follows = session[order][1:] == session[order][:-1]
    before, after = order[:-1][follows], order[1:][follows]
    begun[after] = np.maximum(begun[after], at[before])
    seconds = (at - begun) / 1000
    return np.where(seconds > LONGEST_VOTE, np.nan, seconds)


def medians(values: Floats, qa: Places, qas: int) -> Floats:
    """For each QA the median of the values that are known; NaN if none is."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((values[known], qa[known]))]
    count = np.bincount(qa[order], minlength=qas)
    first = np.cumsum(count) - count
    found = np.full(qas, np.nan)
    some = np.flatnonzero(count)
    low, high = (first[some] + (count[some] - extra) // 2 for extra in (1, 0))
    found[some] = (values[order[low]] + values[order[high]]) / 2
    return found
