"""The JSON of snapshots: what is submitted, the record of a decision, and statistics."""

import re
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from snapjury.errors import InvalidRequestError, MalformedRequestError
from snapjury.rules.api_key import Access
from snapjury.rules.asset import Asset, Errors, Source, State
from snapjury.rules.gtin import normal_gtin
from snapjury.rules.ids import ID_SHAPE
from snapjury.rules.policy import Posterior, posterior_of
from snapjury.rules.snapshot import DUPLICATE, STATUSES, Decision, Reason, Snapshot, Verdict, Vote
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import PICTURES, PICTURES_IN_WORDS
from snapjury.schemas import (
    DEFAULT_PAGE,
    Gtin,
    Limit,
    Moment,
    NotificationsRequest,
    Parameters,
    SourceRequest,
    SubmitAssetRequest,
    moment,
    page_size,
    position_of,
    token_of,
)
from snapjury.services.assets import Submission
from snapjury.services.ports import MediaLinks, SnapshotPage
from snapjury.services.snapshots import SnapshotRecord, Statistics

POSITION = re.compile(rf"({'|'.join(STATUSES)})#\d{{13}}#{ID_SHAPE}")
"""A place in a list of snapshots: status, creation and id of the last one shown."""

Status = Annotated[str, Meta(extra_json_schema={"enum": list(STATUSES)})]
OwnStatus = Annotated[str, Meta(extra_json_schema={"enum": [each for each in STATUSES if each != DUPLICATE]})]
PictureType = Annotated[str, Meta(description="`image` is a JPEG.", extra_json_schema={"enum": list(PICTURES)})]


class SubmitSnapshotRequest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Body of `POST /snapshots`: that of an asset, its type, and the GTIN of the product that it is filed under."""

    product: Gtin
    asset_path: SourceRequest
    notifications: NotificationsRequest = NotificationsRequest()
    type: PictureType = IMAGE.name

    def submission(self, access: Access, idempotency_key: str | None) -> Submission:
        """The submission; InvalidRequestError if the product is no GTIN, or the type none of pictures."""
        if self.type not in PICTURES:
            raise InvalidRequestError(f"must be one of: {PICTURES_IN_WORDS}", "type")
        try:
            product = normal_gtin(self.product)
        except ValueError as error:
            raise InvalidRequestError(str(error), "product") from error
        asset = SubmitAssetRequest(self.asset_path, self.notifications)
        return asset.submission(access, idempotency_key, product, self.type)


class KnownAnswerRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PUT /snapshots/{snapshot}/answer`."""

    answer: Verdict


def status_named(text: str) -> str:
    if text not in STATUSES:
        raise ValueError(f"must be one of: {', '.join(STATUSES)}")
    return text


class SnapshotQuery(Struct, frozen=True):
    """Which snapshots to list, from which position on."""

    product: Gtin | None = None
    status: Status | None = None
    limit: Limit = DEFAULT_PAGE
    next: str | None = None


def position_of_snapshot(token: str) -> str:
    return position_of(token, shape=POSITION)


SNAPSHOT_PARAMETERS: Parameters = {
    "product": normal_gtin,
    "status": status_named,
    "limit": page_size,
    "next": position_of_snapshot,
}


def snapshot_query(parameters: dict[str, Any]) -> SnapshotQuery:
    """The query of these parameters; MalformedRequestError if the token is of a list by another status."""
    query = SnapshotQuery(**parameters)
    if query.status and query.next and not query.next.startswith(f"{query.status}#"):
        raise MalformedRequestError("is of a list by another status; go on with the same `status`", "next")
    return query


class VoteView(TypedDict):
    """What a QA said, when and in which session."""

    qa: str
    verdict: Verdict
    at: Moment
    session: str


class DecisionView(TypedDict):
    """A decision; `majority` and `posterior` are what most votes say, and what is likelier by who said what.

    `confidence` is the chance that one more vote agrees, by Laplace's rule (0.8 for three of three votes, 0.6 for two
    of them), or where who said what decided the probability of the status; 1 where an admin knows the answer.
    `audit` is what the policy would have decided earlier, had a full jury not been asked to see how good that is.
    """

    status: Verdict
    reason: Reason
    confidence: float
    decided_at: Moment
    policy: str
    votes_spared: int
    majority: Verdict | None
    posterior: Posterior | None
    audit: Verdict | None


class SnapshotView(TypedDict):
    """A snapshot with its votes; `surplus_votes` are those for which no seat was open."""

    id: str
    product: str
    status: Status
    type: PictureType
    image_url: str
    sha256: str
    width: int
    height: int
    votes: list[VoteView]
    surplus_votes: list[VoteView]
    decision: DecisionView | None
    known_answer: Verdict | None
    duplicate_of: str | None
    duplicates: tuple[str, ...]
    created_at: Moment


class SnapshotsView(TypedDict):
    """Some snapshots, newest first; `next` is the token for the following page, null at the end."""

    snapshots: list[SnapshotView]
    next: str | None


class CameInView(TypedDict):
    """How a picture came in, and when it was removed, if it was."""

    state: State
    errors: Errors
    assetPath: Source
    removed_at: Moment | None


class SnapshotRecordView(SnapshotView, CameInView):
    """A snapshot and how its picture came in; a duplicate shows the decision on the snapshot that is judged for it."""


class OwnSnapshotView(CameInView):
    """What became of a picture, as its owner sees it, and admins as long as it is no snapshot.

    Nothing says who voted, or when.
    `status` is null until it has been validated, and if it was refused; of a duplicate it is that of the judged one.
    """

    id: str
    product: str | None
    status: OwnStatus | None


def snapshot_view(snapshot: Snapshot, links: MediaLinks) -> SnapshotView:
    return {
        "id": snapshot.id,
        "product": snapshot.product,
        "status": snapshot.status,
        "type": snapshot.type,
        "image_url": links.link(snapshot.image, snapshot.type),
        "sha256": snapshot.image,
        "width": snapshot.width,
        "height": snapshot.height,
        "votes": [vote_view(each) for each in snapshot.votes],
        "surplus_votes": [vote_view(each) for each in snapshot.surplus],
        "decision": decision_view(snapshot.decision) if snapshot.decision else None,
        "known_answer": snapshot.known,
        "duplicate_of": snapshot.duplicate_of,
        "duplicates": snapshot.duplicates,
        "created_at": moment(snapshot.created_at),
    }


def vote_view(vote: Vote) -> VoteView:
    return {"qa": vote.qa, "verdict": vote.verdict, "at": moment(vote.at), "session": vote.session}


def decision_view(decision: Decision) -> DecisionView:
    return {
        "status": decision.status,
        "reason": decision.reason,
        "confidence": decision.confidence,
        "decided_at": moment(decision.decided_at),
        "policy": decision.policy,
        "votes_spared": decision.spared,
        "majority": decision.majority,
        "posterior": posterior_of(decision),
        "audit": decision.audit,
    }


def snapshots_view(page: SnapshotPage, links: MediaLinks) -> SnapshotsView:
    return {"snapshots": [snapshot_view(each, links) for each in page.snapshots], "next": token_of(page.next_position)}


def record_view(record: SnapshotRecord, links: MediaLinks) -> SnapshotRecordView | OwnSnapshotView:
    """A snapshot with how its picture came in; one that is not filed has no status yet.

    A duplicate shows the status, the votes and the decision of the snapshot that is judged for it.
    """
    snapshot, judged, status = record.snapshot, record.judged, record.status
    if snapshot is None or judged is None or status is None:
        return own_view(record)
    return {
        **snapshot_view(judged, links),
        "id": snapshot.id,
        "status": status,
        "duplicate_of": snapshot.duplicate_of,
        "duplicates": snapshot.duplicates,
        "created_at": moment(snapshot.created_at),
        **came_in_view(record.asset),
    }


def own_view(record: SnapshotRecord) -> OwnSnapshotView:
    return {
        "id": record.asset.id,
        "product": record.asset.product,
        "status": record.status,
        **came_in_view(record.asset),
    }


def came_in_view(asset: Asset) -> CameInView:
    return {
        "state": asset.state,
        "errors": asset.errors,
        "assetPath": asset.source,
        "removed_at": moment(asset.removed_at),
    }


class QueueView(TypedDict):
    """About how many messages wait, are being worked on, and could not be handled."""

    waiting: int
    in_flight: int
    dead: int


class PendingView(TypedDict):
    """Snapshots whose decision is open; `estimated` if they were not counted one by one."""

    snapshots: int
    estimated: bool


class TallyView(TypedDict):
    """The decisions of the last hour; the first thousand only if it is not `complete`."""

    decided: int
    correct: int
    incorrect_or_unsure: int
    votes: int
    votes_spared: int
    audited: int
    audit_agreed: int
    complete: bool


class StatisticsView(TypedDict):
    queues: dict[str, QueueView]
    pending: PendingView
    last_hour: TallyView


def statistics_view(statistics: Statistics) -> StatisticsView:
    hour = statistics.last_hour
    return {
        "queues": {
            name: {"waiting": each.waiting + each.delayed, "in_flight": each.in_flight, "dead": each.dead}
            for name, each in statistics.queues.items()
        },
        "pending": {"snapshots": statistics.pending, "estimated": statistics.pending_is_estimated},
        "last_hour": {
            "decided": hour.decided,
            "correct": hour.correct,
            "incorrect_or_unsure": hour.decided - hour.correct,
            "votes": hour.votes,
            "votes_spared": hour.votes_spared,
            "audited": hour.audited,
            "audit_agreed": hour.agreed,
            "complete": hour.complete,
        },
    }
