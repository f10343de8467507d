"""How jury policies compare on the same votes, over many random orders of them: what they spend, how right they are."""

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from snapjury.rules.policy import JURY, POLICIES, is_audited, majority_of
from snapjury.rules.replay import Ballots, Outcome, replay, shuffled
from snapjury.rules.snapshot import Verdict, Vote

Labels = NDArray[np.float64]


class Entry(Struct, frozen=True):
    """A policy in the comparison; with `best_decide` the best-ranked QA votes where the votes are even."""

    policy: str
    best_decide: bool = False

    @property
    def name(self) -> str:
        return f"{self.policy} + best-ranked" if self.best_decide else self.policy


WITH_BEST_RANKED = ("stop-when-decided", "lead-of-two")
"""Policies that are compared once more, with the best-ranked QA voting where the votes are even."""

ENTRIES = tuple(
    Entry(policy, best_decide)
    for policy in POLICIES
    for best_decide in ((False, True) if policy in WITH_BEST_RANKED else (False,))
)

BASELINE = "three-votes"
"""What the others are compared with, whatever the default is."""

FULL = (JURY, max(policy.most for policy in POLICIES.values()))
"""Votes on a task that a comparison needs: for the baseline, and for all that policies may ask for."""


class Figures(Struct, frozen=True):
    """What one policy did in one order. Votes are per task, all else in percent.

    `saved` is against three votes a task, or as many as there are.
    `accuracy` and `f1` (of label 1) are of the labels as they were decided, `final_accuracy` and `final_f1` of those
    by all votes cast in the end; None if nothing is known to measure them by. Even votes count half.
    `identical` is the share of tasks that three votes in the same order decide alike.
    """

    votes: float
    saved: float
    fewest: int
    identical: float
    accuracy: float | None
    f1: float | None
    final_accuracy: float | None
    final_f1: float | None


def compare(
    ballots: Mapping[str, tuple[Vote, ...]], truth: Mapping[str, int], orders: int, seed: int
) -> Iterator[tuple[Entry, Figures]]:
    """Each policy's figures, order by order; the votes on a task come in the same order for all policies."""
    known = np.array([truth.get(task, -1) for task in ballots], float)
    votes = tuple(ballots.values())
    for order in range(orders):
        drawn = shuffled(votes, np.random.default_rng((seed, order)))
        outcomes = {entry: outcome_of(entry, drawn, np.random.default_rng((seed, order, 1))) for entry in ENTRIES}
        baseline = next(each for entry, each in outcomes.items() if entry.policy == BASELINE)
        for entry, outcome in outcomes.items():
            yield entry, figures_of(outcome, baseline, known)


def outcome_of(entry: Entry, drawn: Ballots, chance: np.random.Generator) -> Outcome:
    return replay(drawn, POLICIES[entry.policy], chance, entry.best_decide)


def figures_of(outcome: Outcome, baseline: Outcome, known: Labels) -> Figures:
    decided, final = np.array(outcome.decided), np.array(outcome.final)
    spent = float(np.mean(outcome.spent))
    return Figures(
        votes=spent,
        saved=float(np.mean(baseline.spent)) - spent,
        fewest=min(outcome.spent),
        identical=100 * float(np.mean(decided == np.array(baseline.decided))),
        accuracy=accuracy(decided, known),
        f1=f1(decided, known),
        final_accuracy=accuracy(final, known),
        final_f1=f1(final, known),
    )


def accuracy(labels: Labels, known: Labels) -> float | None:
    is_known = known >= 0
    return 100 * float(1 - np.abs(labels - known)[is_known].mean()) if is_known.any() else None


def f1(labels: Labels, known: Labels) -> float | None:
    """F1 of label 1."""
    is_known = known >= 0
    found, there = labels[is_known], known[is_known]
    either = float(found.sum() + there.sum())
    return 200 * float((found * there).sum()) / either if either else None


def audit_of(ballots: Mapping[str, tuple[Vote, ...]], share: float) -> dict[str, int]:
    """What most of all votes say, for the share (in percent) of the tasks that is audited; not where they are even."""
    majorities = {task: majority_of(votes) for task, votes in ballots.items() if is_audited(task, share)}
    return {task: int(each is Verdict.CORRECT) for task, each in majorities.items() if each is not None}


def summary_of(figures: list[Figures]) -> dict[str, dict[str, float] | None]:
    """The mean of each figure over the orders, and its standard error."""
    columns = {name: [getattr(each, name) for each in figures] for name in Figures.__struct_fields__}
    return {name: None if None in values else mean_of(values) for name, values in columns.items()}


def mean_of(values: list[float]) -> dict[str, float]:
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 3), "error": round(error, 3)}
