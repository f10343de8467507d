"""A snapshot: a picture filed under a product, the votes on whether it belongs there, and what was decided."""

from enum import StrEnum

from msgspec import Struct

from snapjury.rules.asset import Asset
from snapjury.rules.types.image.about import IMAGE

PENDING = "pending"
"""The status of a snapshot whose decision is open."""

DUPLICATE = "duplicate"
"""The status of a snapshot for which another one is judged: the same bytes under the same product."""

REMOVED = "removed"
"""The status of a snapshot that its owner or an admin took out."""


class Verdict(StrEnum):
    """The two buttons: "Yes, it's correct" and "No / I'm not sure"."""

    CORRECT = "correct"
    INCORRECT_OR_UNSURE = "incorrect_or_unsure"


class Standing(StrEnum):
    """What a QA is told about a vote."""

    COUNTED = "counted"
    NO_OPEN_SEAT = "no_open_seat"  # its time was over and others have the seats: kept, but not counted
    ALREADY_DECIDED = "already_decided"  # kept, but not counted
    REMOVED = "removed"  # the snapshot was taken out: kept, but not counted
    WITHDRAWN = "withdrawn"


class Vote(Struct, frozen=True, omit_defaults=True):
    """What one QA said, in which session. Times are milliseconds since the epoch.

    `standing` and `remaining`, what the session had left after it, are what the QA was told, and is told again when the
    request is repeated: also if the vote was counted after all, because a seat stayed empty. `first` is what was said
    at first, where it was changed or taken back since and trying both verdicts could tell what others said, or what is
    known; `at` and `drawn_at` are then of that.
    """

    qa: str
    verdict: Verdict
    at: int
    session: str
    drawn_at: int
    remaining: int
    standing: Standing = Standing.COUNTED
    first: Verdict | None = None


class Lease(Struct, frozen=True, omit_defaults=True):
    """A seat kept for one QA until it expires (epoch ms); expired ones are kept a while, to know late votes by.

    One that was `given_up` ended with its session, which takes no more votes. It tells since when the QA had a seat.
    """

    qa: str
    session: str
    drawn_at: int
    expires_at: int
    remaining: int
    given_up: bool = False


class Reason(StrEnum):
    """Why a decision was taken."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    FIXED = "fixed"  # the votes not cast could not have changed it
    KNOWN_ANSWER = "known_answer"  # an admin knows it, whatever the votes say
    LEAD = "lead"  # one verdict was far enough ahead
    CONFIDENT = "confident"  # who said what left hardly a doubt
    WEIGHED = "weighed"  # likelier by who said what, though not by the number of votes


class Decision(Struct, frozen=True, omit_defaults=True):
    """How the jury decided, when (epoch ms) and by which version of which policy.

    `confidence` is the estimated chance that one more vote agrees, or that the status is true where who said what
    decided; `spared` counts the votes saved against a jury of three, below 0 where more were cast. `majority` is what
    most votes say, None if they are even; `correct` is the probability that the picture shows its product, by the votes
    and by what was known of the QAs then. `audit` is what the policy would have decided earlier, had a full jury not
    been asked to see how good that is; None where it would not have.
    """

    status: Verdict
    reason: Reason
    confidence: float
    decided_at: int
    policy: str
    spared: int
    majority: Verdict | None = None
    correct: float | None = None
    audit: Verdict | None = None


class Gold(Struct, frozen=True):
    """What makes a snapshot a question with a known answer: a copy, for one QA, of the snapshot `of`.

    `answer` is what was known when it was drawn; see `services.gold.gold_answers`. `shadow` is a snapshot that the QA
    was shown beside it: once that one is decided, the copy is decided for its QA too.
    """

    of: str
    answer: Verdict
    shadow: str | None = None


class Snapshot(Struct, frozen=True, omit_defaults=True):
    """One picture of a product: `product` is its GTIN-14; the picture is kept as `type` under the SHA-256 `image`.

    `place` is where it stands in the pool of the undecided, drawn at random again with each vote. `surplus` holds votes
    for which no seat was open; `withdrawn`, those taken back where `first` is kept, of QAs who have no other.
    `duplicate_of` names the snapshot that is judged for this one, `duplicates` those that this one is judged for, but
    not all of them if it `has_more`. One that was removed (epoch ms) is still judged for its duplicates. `known` is the
    answer that an admin knows; `gold_place`, where it stands among those whose answer is known, is drawn at random once
    and kept. `version` grows by one with every change.
    """

    id: str
    owner: str
    product: str
    image: str
    width: int
    height: int
    created_at: int
    place: str
    version: int
    votes: tuple[Vote, ...] = ()
    surplus: tuple[Vote, ...] = ()
    withdrawn: tuple[Vote, ...] = ()
    leases: tuple[Lease, ...] = ()
    decision: Decision | None = None
    duplicate_of: str | None = None
    duplicates: tuple[str, ...] = ()
    has_more: bool = False
    removed_at: int | None = None
    known: Verdict | None = None
    gold_place: str | None = None
    gold: Gold | None = None
    type: str = IMAGE.name

    @property
    def status(self) -> str:
        if self.removed_at is not None:
            return REMOVED
        return DUPLICATE if self.duplicate_of is not None else self.judgement

    @property
    def judgement(self) -> str:
        """What its jury has come to, also where the snapshot itself was removed, and is judged for its duplicates."""
        return self.decision.status if self.decision else PENDING

    @property
    def is_gone(self) -> bool:
        """Whether it was removed, and so was all that it is judged for: nobody is shown it, and no export has it."""
        return self.removed_at is not None and not self.duplicates and not self.has_more

    @property
    def is_open(self) -> bool:
        """Whether it is to be judged."""
        return self.decision is None and self.duplicate_of is None and not self.is_gone

    @property
    def is_settled(self) -> bool:
        """Whether no vote on it can count any more: it is decided, or gone."""
        return self.decision is not None or self.is_gone

    @property
    def voters(self) -> tuple[str, ...]:
        """The QAs whose votes count, who are never shown it again."""
        return tuple(vote.qa for vote in self.votes)

    @property
    def scored(self) -> tuple[Vote, ...]:
        """The votes that the leaderboard goes by: those that count, and those that were thought better of in vain."""
        in_vain = (vote for vote in self.surplus if vote.first is not None)
        return (*self.votes, *in_vain, *self.withdrawn)

    def vote_of(self, qa: str) -> Vote | None:
        """The vote of this QA, counted or surplus."""
        for vote in (*self.votes, *self.surplus):
            if vote.qa == qa:
                return vote
        return None

    @property
    def is_revised(self) -> bool:
        """Whether a vote was changed or taken back, and what was said first is kept."""
        return bool(self.withdrawn) or any(vote.first is not None for vote in (*self.votes, *self.surplus))

    def lease_of(self, qa: str, session: str) -> Lease | None:
        """The seat that was kept for this QA in this session, expired or not, but not given up."""
        for lease in self.leases:
            if lease.qa == qa and lease.session == session and not lease.given_up:
                return lease
        return None

    def live_leases(self, now: int) -> tuple[Lease, ...]:
        return tuple(lease for lease in self.leases if lease.expires_at > now)


def file_snapshot(asset: Asset, place: str) -> Snapshot | None:
    """The snapshot that an accepted asset becomes, undecided; None if the asset is none, or was not accepted.

    What was removed before it could be filed is filed as removed.
    """
    file = asset.file
    if asset.product is None or file is None or asset.finished_at is None or not (file.width and file.height):
        return None
    return Snapshot(
        asset.id,
        asset.owner,
        asset.product,
        file.sha256,
        file.width,
        file.height,
        created_at=asset.finished_at,
        place=place,
        version=1,
        removed_at=asset.removed_at,
        type=asset.type,
    )


STATUSES = (PENDING, *Verdict, DUPLICATE, REMOVED)
