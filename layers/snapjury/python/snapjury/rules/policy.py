"""Jury policies: how many votes a snapshot needs, and what they decide. Pure, so that stored votes can be replayed."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from snapjury.rules.snapshot import Decision, Reason, Verdict, Vote


class Policy(Struct, frozen=True):
    """A jury of `size`, an odd number, whose majority decides.

    One that `stops_early` asks no further once the majority is fixed: it gives the same decisions with fewer votes.
    `version` goes into every decision record.
    """

    version: str
    size: int
    stops_early: bool = False

    def seats(self, votes: Sequence[Vote]) -> int:
        """How many votes to have in all, those that were cast among them."""
        if not self.stops_early:
            return self.size
        return min(self.size, len(votes) + self.majority - most(votes))

    def verdict(self, votes: Sequence[Vote]) -> Verdict | None:
        """What these votes decide; None as long as more are needed."""
        tally = tally_of(votes)
        is_enough = most(votes) >= self.majority if self.stops_early else len(votes) >= self.size
        return max(Verdict, key=lambda verdict: tally[verdict]) if is_enough else None

    @property
    def majority(self) -> int:
        return self.size // 2 + 1


POLICIES = {
    "one-vote": Policy("one-vote/1", 1),
    "three-votes": Policy("three-votes/1", 3),
    "stop-when-decided": Policy("stop-when-decided/1", 3, stops_early=True),
}
"""What the setting ReviewPolicy may be."""

DEFAULT_POLICY = "three-votes"


def tally_of(votes: Sequence[Vote]) -> Counter[Verdict]:
    return Counter(vote.verdict for vote in votes)


def most(votes: Sequence[Vote]) -> int:
    """How many votes the leading verdict has."""
    return max(tally_of(votes).values(), default=0)


def decide(votes: Sequence[Vote], policy: Policy, now: int) -> Decision | None:
    """The decision that these votes come to; None as long as more are needed.

    Confidence by Laplace's rule of succession: of n votes with k for the verdict, a further one agrees with
    probability (k + 1) / (n + 2).
    """
    status = policy.verdict(votes)
    if status is None:
        return None
    agreeing = tally_of(votes)[status]
    reason = Reason.FIXED if len(votes) < policy.size else Reason.MAJORITY
    if agreeing == len(votes) == policy.size:
        reason = Reason.UNANIMOUS
    confidence = round((agreeing + 1) / (len(votes) + 2), 4)
    return Decision(status, reason, confidence, now, policy.version, spared=max(0, policy.size - len(votes)))
