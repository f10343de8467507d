"""What scoring has learned of the QAs, in the form that weighs the votes on one snapshot: in plain Python, for a vote
must not wait for numpy.

The model is that of `vote_model`: latent types of snapshots, the first half of them incorrect, the second half correct,
and for each QA the expected log probability of either verdict on each type: on the votes that were scored this gives
the scores' own probabilities. Somebody who is not known is taken to be right four times in five, the mean of the
model's prior; its expected logarithms, which are lower, predicted worse what the votes of newcomers mean.
"""

from collections.abc import Mapping, Sequence
from math import exp, log

from msgspec import Struct

from snapjury.rules.snapshot import Verdict, Vote

RIGHT, WRONG = log(0.8), log(0.2)


class Rates(Struct, frozen=True, array_like=True):
    """The log probability of a QA's No and of a Yes, by latent type."""

    no: tuple[float, ...]
    yes: tuple[float, ...]


class Crowd(Struct, frozen=True):
    """The log share of each latent type, the QAs that are known, and who of them may decide where others disagree."""

    types: tuple[float, ...] = (log(0.5), log(0.5))
    qas: Mapping[str, Rates] = {}
    referees: frozenset[str] = frozenset()

    def rates_of(self, qa: str) -> Rates:
        if qa in self.qas:
            return self.qas[qa]
        half = len(self.types) // 2
        return Rates((RIGHT,) * half + (WRONG,) * half, (WRONG,) * half + (RIGHT,) * half)


NOBODY_KNOWN = Crowd()


def referees_of(ranked: Sequence[str]) -> frozenset[str]:
    """The better half of the ranked QAs, who are named from the best on."""
    return frozenset(ranked[: (len(ranked) + 1) // 2])


EVEN = 300
"""How many snapshots of either class are taken to have been seen before any: a share learned from few runs away."""


def cautious(types: Sequence[float], snapshots: int) -> tuple[float, ...]:
    """The log shares of the types that so many snapshots gave, drawn towards as many correct as incorrect ones."""
    half = len(types) // 2
    learned = probability_of_correct((), Crowd(tuple(types)))
    correct = (learned * snapshots + EVEN) / (snapshots + 2 * EVEN)
    shifts = [log(1 - correct) - log_of_sum(types[:half])] * half + [log(correct) - log_of_sum(types[half:])] * half
    return tuple(each + shift for each, shift in zip(types, shifts, strict=True))


def log_of_sum(logs: Sequence[float]) -> float:
    """The logarithm of the sum of what these are the logarithms of, which may itself be too small for a number."""
    highest = max(logs)
    return highest + log(sum(exp(each - highest) for each in logs))


def probability_of_correct(votes: Sequence[Vote], crowd: Crowd) -> float:
    """The probability that the picture shows its product, given who said what."""
    weights = list(crowd.types)
    for vote in votes:
        rates = crowd.rates_of(vote.qa)
        said = rates.yes if vote.verdict is Verdict.CORRECT else rates.no
        weights = [weight + each for weight, each in zip(weights, said, strict=True)]
    highest = max(weights)
    shares = [exp(weight - highest) for weight in weights]
    return sum(shares[len(shares) // 2 :]) / sum(shares)
