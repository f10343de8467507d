"""The JSON of snapshots: what is submitted, the record of a decision, and statistics."""

import re
from typing import Any

from msgspec import Struct

from snapjury.errors import InvalidRequestError, MalformedRequestError
from snapjury.rules.gtin import normal_gtin
from snapjury.rules.policy import posterior_of
from snapjury.rules.snapshot import STATUSES, Decision, Snapshot, Verdict, Vote
from snapjury.schemas import (
    DEFAULT_PAGE,
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

POSITION = re.compile(rf"({'|'.join(STATUSES)})#\d{{13}}#[a-z2-7]{{20}}")
"""A place in a list of snapshots: status, creation and id of the last one shown."""


class SubmitSnapshotRequest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Body of `POST /snapshots`: that of an asset, and the GTIN of the product that the picture is filed under."""

    product: str
    asset_path: SourceRequest
    notifications: NotificationsRequest = NotificationsRequest()

    def submission(self, owner: str, idempotency_key: str | None) -> Submission:
        """The submission; InvalidRequestError if the product is no GTIN."""
        try:
            product = normal_gtin(self.product)
        except ValueError as error:
            raise InvalidRequestError(str(error), "product") from error
        asset = SubmitAssetRequest(self.asset_path, self.notifications)
        return asset.submission(owner, idempotency_key, product)


class KnownAnswerRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PUT /snapshots/{snapshot}/answer`."""

    answer: Verdict


def status_named(text: str) -> str:
    if text not in STATUSES:
        raise ValueError(f"must be one of: {', '.join(STATUSES)}")
    return text


class SnapshotQuery(Struct, frozen=True):
    """Which snapshots to list, from which position on."""

    product: str | None = None
    status: str | None = None
    limit: int = DEFAULT_PAGE
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


def snapshot_view(snapshot: Snapshot, links: MediaLinks) -> dict[str, object]:
    return {
        "id": snapshot.id,
        "product": snapshot.product,
        "status": snapshot.status,
        "image_url": links.link(snapshot.image),
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


def vote_view(vote: Vote) -> dict[str, object]:
    return {"qa": vote.qa, "verdict": vote.verdict, "at": moment(vote.at), "session": vote.session}


def decision_view(decision: Decision) -> dict[str, object]:
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


def snapshots_view(page: SnapshotPage, links: MediaLinks) -> dict[str, object]:
    return {"snapshots": [snapshot_view(each, links) for each in page.snapshots], "next": token_of(page.next_position)}


def record_view(record: SnapshotRecord, links: MediaLinks) -> dict[str, object]:
    """A snapshot with how its picture came in; one that is not filed has no status yet.

    A duplicate shows the status, the votes and the decision of the snapshot that is judged for it.
    """
    asset, snapshot, judged = record.asset, record.snapshot, record.judged
    came_in = {"state": asset.state, "errors": asset.errors, "assetPath": asset.source}
    if snapshot is None or judged is None:
        return {"id": asset.id, "product": asset.product, "status": None, **came_in}
    own = {
        "id": snapshot.id,
        "duplicate_of": snapshot.duplicate_of,
        "duplicates": snapshot.duplicates,
        "created_at": moment(snapshot.created_at),
    }
    return snapshot_view(judged, links) | own | came_in


def statistics_view(statistics: Statistics) -> dict[str, object]:
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
