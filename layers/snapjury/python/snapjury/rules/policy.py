"""Jury policies: how many votes a snapshot needs, and what they decide. Pure, so that stored votes can be replayed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Protocol

from msgspec import Struct

from snapjury.rules.crowd import NOBODY_KNOWN, Crowd, probability_of_correct
from snapjury.rules.snapshot import Decision, Reason, Verdict, Vote

JURY = 3
"""A full jury: what the votes spared are counted against, and the fewest that decide what is audited or was revised.

How many votes a policy asks for stands in POLICIES, whatever this is.
"""


class FinalLabel(StrEnum):
    """What becomes the status: what most votes say, or what is likelier by who said what."""

    MAJORITY = "majority"
    POSTERIOR = "posterior"


class Policy(Protocol):
    """When votes are enough.

    `version`, the name and a number, goes into every decision record: whoever changes what a policy decides raises the
    number. `most` is the number of votes never exceeded, and so how many QAs are needed to decide everything. A policy
    that `weighs` looks at what is known of the QAs, not only at how many said what.

    It goes by the votes and not by their order: they are changed and withdrawn, and late ones come in behind others.
    It says when votes are enough, and not what they say: see `label_of`.
    """

    weighs: ClassVar[bool]

    def __hash__(self) -> int: ...

    @property
    def version(self) -> str: ...

    @property
    def most(self) -> int: ...

    def stop(self, votes: Sequence[Vote], crowd: Crowd) -> Reason | None:
        """Why these votes are enough; None as long as more are needed."""

    def seats(self, votes: Sequence[Vote], crowd: Crowd) -> int:
        """How many votes to have in all before looking again, the given ones among them: more only if it goes on."""


class Majority(Struct, frozen=True):
    """A jury of `most`, an odd number, whose majority decides.

    One that `stops_early` asks no further once the majority is fixed: it gives the same decisions with fewer votes.
    """

    weighs: ClassVar[bool] = False
    version: str
    most: int
    stops_early: bool = False

    def stop(self, votes: Sequence[Vote], crowd: Crowd) -> Reason | None:
        if self.stops_early and leading(votes) > self.most // 2 and len(votes) < self.most:
            return Reason.FIXED
        return by_number(votes) if len(votes) >= self.most else None

    def seats(self, votes: Sequence[Vote], crowd: Crowd) -> int:
        if not self.stops_early:
            return self.most
        return min(self.most, len(votes) + self.most // 2 + 1 - leading(votes))


class Lead(Struct, frozen=True):
    """Asks until one verdict is `lead` votes ahead, or `most`, an odd number, were cast."""

    weighs: ClassVar[bool] = False
    version: str
    lead: int
    most: int

    def stop(self, votes: Sequence[Vote], crowd: Crowd) -> Reason | None:
        if self.missing(votes) <= 0:
            return Reason.LEAD
        return Reason.MAJORITY if len(votes) >= self.most else None

    def seats(self, votes: Sequence[Vote], crowd: Crowd) -> int:
        return min(self.most, len(votes) + max(0, self.missing(votes)))

    def missing(self, votes: Sequence[Vote]) -> int:
        """How many votes could bring the leading verdict far enough ahead."""
        return self.lead - (2 * leading(votes) - len(votes))


class Confidence(Struct, frozen=True):
    """Asks until the votes, weighed by what is known of the QAs, leave no more than `doubt` about the verdict.

    Never fewer than two votes. From three on the likelier verdict is enough if most votes say so too. Where they say
    otherwise up to `most` are asked unless there is hardly a doubt, for weights learned from few votes claim too much.
    As long as nothing is known of the QAs, votes are counted: it stops when two agree.
    """

    weighs: ClassVar[bool] = True
    version: str
    doubt: float
    most: int

    def stop(self, votes: Sequence[Vote], crowd: Crowd) -> Reason | None:
        if not crowd.qas:
            return COUNTING.stop(votes, crowd)
        if len(votes) < 2:
            return None
        correct = probability_of_correct(votes, crowd)
        likelier, majority = likelier_of(correct), majority_of(votes)
        if min(correct, 1 - correct) <= self.doubt and (majority in (likelier, None) or len(votes) >= JURY):
            return Reason.CONFIDENT
        if len(votes) >= JURY and majority is likelier:
            return by_number(votes)
        return Reason.WEIGHED if len(votes) >= self.most else None

    def seats(self, votes: Sequence[Vote], crowd: Crowd) -> int:
        return len(votes) if self.stop(votes, crowd) else max(2, len(votes) + 1)


COUNTING = Majority("stop-when-decided/1", JURY, stops_early=True)

POLICIES: dict[str, Policy] = {
    "one-vote": Majority("one-vote/1", 1),
    "three-votes": Majority("three-votes/1", JURY),
    "stop-when-decided": COUNTING,
    "lead-of-two": Lead("lead-of-two/1", lead=2, most=5),
    "confidence": Confidence("confidence/1", doubt=0.015, most=5),
}
"""What the setting ReviewPolicy may be.

Only the template's list, the documents' tables, and what `rules.comparison` compares with and once more repeat these
names.
"""

DEFAULT_POLICY = "three-votes"


def policy_named(name: str) -> Policy:
    """The policy of this name; ValueError says which there are."""
    if name not in POLICIES:
        raise ValueError(f"{name!r} is none of: {', '.join(POLICIES)}")
    return POLICIES[name]


def tally_of(votes: Sequence[Vote]) -> Counter[Verdict]:
    return Counter(vote.verdict for vote in votes)


def leading(votes: Sequence[Vote]) -> int:
    """How many votes the leading verdict has."""
    correct = sum(vote.verdict is Verdict.CORRECT for vote in votes)
    return max(correct, len(votes) - correct)


def by_number(votes: Sequence[Vote]) -> Reason:
    return Reason.UNANIMOUS if leading(votes) == len(votes) else Reason.MAJORITY


def majority_of(votes: Sequence[Vote]) -> Verdict | None:
    """What most votes say; None if they are even."""
    lead = 2 * sum(vote.verdict is Verdict.CORRECT for vote in votes) - len(votes)
    if lead == 0:
        return None
    return Verdict.CORRECT if lead > 0 else Verdict.INCORRECT_OR_UNSURE


def likelier_of(correct: float) -> Verdict:
    """The likelier verdict; where both are alike, the one that lets nothing wrong pass."""
    return Verdict.CORRECT if correct > 0.5 else Verdict.INCORRECT_OR_UNSURE


class Posterior(Struct, frozen=True):
    """The likelier label, and its probability."""

    label: Verdict
    confidence: float


def posterior_of(decision: Decision) -> Posterior | None:
    """What was likelier by what was known of the QAs at the decision; None where that was not recorded."""
    if decision.correct is None:
        return None
    label = likelier_of(decision.correct)
    return Posterior(label, decision.correct if label is Verdict.CORRECT else round(1 - decision.correct, 4))


def label_of(votes: Sequence[Vote], crowd: Crowd, label: FinalLabel) -> Verdict:
    """What these votes say; where they are even, always by who said what."""
    by_count = majority_of(votes) if label is FinalLabel.MAJORITY else None
    return by_count or likelier_of(probability_of_correct(votes, crowd))


@lru_cache(maxsize=1000)  # it is asked several times for each snapshot of a page
def is_audited(snapshot: str, share: float) -> bool:
    """Whether this snapshot is of the share, in percent, that always gets a full jury: the same whenever asked."""
    digest = hashlib.sha256(f"audit\0{snapshot}".encode()).digest()
    return int.from_bytes(digest[:4]) < share / 100 * 2**32


@lru_cache  # of a few policies
def tells_by_stopping(policy: Policy) -> bool:
    """Whether a decision may come before the last vote that it may ask for, and so tells voters what others said.

    One that weighs may once QAs are known, whatever it does before.
    """
    yes, no = ([Vote(str(place), verdict, 0, "", 0, 0) for place in range(policy.most)] for verdict in Verdict)
    few = (yes[:correct] + no[correct:count] for count in range(1, policy.most) for correct in range(count + 1))
    return policy.weighs or any(policy.stop(votes, NOBODY_KNOWN) for votes in few)


def first_stop(votes: Sequence[Vote], policy: Policy, crowd: Crowd) -> int | None:
    """After how many of these votes the policy would have stopped; None if after none."""
    counts = range(1, len(votes) + 1)
    return next((count for count in counts if policy.stop(votes[:count], crowd)), None)


def seats_for(votes: Sequence[Vote], policy: Policy, crowd: Crowd = NOBODY_KNOWN, audited: bool = False) -> int:
    """How many votes to have in all; in an audit a full jury, and no more if the policy would have stopped before."""
    if not audited:
        return policy.seats(votes, crowd)
    stop = first_stop(votes, policy, crowd)
    return JURY if stop is not None and stop < JURY else max(JURY, policy.seats(votes, crowd))


def decide(
    votes: Sequence[Vote],
    policy: Policy,
    now: int,
    crowd: Crowd = NOBODY_KNOWN,
    label: FinalLabel = FinalLabel.MAJORITY,
    audited: bool = False,
) -> Decision | None:
    """The decision that these votes come to; None as long as more are needed.

    The confidence of a majority is by Laplace's rule of succession: of n votes with k for the verdict, a further one
    agrees with probability (k + 1) / (n + 2). Where who said what decides, it is the verdict's probability.
    """
    stop = first_stop(votes, policy, crowd) if audited else None
    is_early = stop is not None and stop < JURY
    reason = by_number(votes) if is_early else policy.stop(votes, crowd)
    if reason is None or (audited and len(votes) < JURY):
        return None
    correct, majority = probability_of_correct(votes, crowd), majority_of(votes)
    status = label_of(votes, crowd, label)
    if label is FinalLabel.MAJORITY and status is majority:
        confidence = (leading(votes) + 1) / (len(votes) + 2)
    else:
        confidence = correct if status is Verdict.CORRECT else 1 - correct
    return Decision(
        status,
        reason_for(status, reason, votes, likelier_of(correct)),
        round(confidence, 4),
        now,
        policy.version,
        spared=JURY - len(votes),
        majority=majority,
        correct=round(correct, 4),
        audit=label_of(votes[:stop], crowd, label) if is_early else None,
    )


def reason_for(status: Verdict, reason: Reason, votes: Sequence[Vote], likelier: Verdict) -> Reason:
    """The policy's reason to stop, unless it speaks for the other verdict."""
    if reason in (Reason.CONFIDENT, Reason.WEIGHED) and status is not likelier:
        return by_number(votes)
    if reason is not Reason.CONFIDENT and status is not majority_of(votes):
        return Reason.WEIGHED
    return reason
