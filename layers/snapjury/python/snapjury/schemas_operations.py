"""The JSON of operations: the overview, what failed, and dead letters."""

import re
from functools import partial
from typing import Any, TypedDict

import msgspec
from msgspec import Struct

from snapjury.rules.activity import Figures, Latency
from snapjury.rules.ids import ID_SHAPE
from snapjury.schemas import (
    DEFAULT_PAGE,
    AssetView,
    Limit,
    Moment,
    Parameters,
    asset_view,
    moment,
    page_size,
    position_of,
    token_of,
)
from snapjury.schemas_deliveries import TROUBLED_POSITION
from snapjury.services.operation_ports import DeadLetter
from snapjury.services.operations import Overview, Pile
from snapjury.services.ports import AssetPage, QueueLengths

SHOWN_BODY = 2000
"""Characters of a message's body: ours have fewer, and fifty foreign ones shall fit into an answer."""

NAMED_BY = {
    "validation": {"asset": "asset"},
    "notification": {"asset": "asset", "event": "event"},
    "import": {"job": "import"},
    "export": {"job": "export"},
}
"""What the fields of a queue's messages name."""


class NewestFirstQuery(Struct, frozen=True):
    limit: Limit = DEFAULT_PAGE
    next: str | None = None


FAILED_POSITION = re.compile(rf"\d{{13}}#\d{{1,15}}#\d{{1,15}}#{ID_SHAPE}")

FAILED_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=FAILED_POSITION)}
TROUBLED_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=TROUBLED_POSITION)}


class AssetFiguresView(TypedDict):
    """Assets of a time, and the milliseconds until their work began and ended; null where none did."""

    submitted: int
    succeeded: int
    failed: int
    ms_to_start: Latency | None
    ms_to_end: Latency | None


class DecisionFiguresView(TypedDict):
    """Decisions of a time, and the votes spent on them and spared."""

    decided: int
    votes: int
    votes_spared: int


class FiguresView(TypedDict):
    assets: AssetFiguresView
    decisions: DecisionFiguresView


class StepView(FiguresView):
    """What happened in five minutes."""

    begins_at: Moment


class HourView(FiguresView):
    """What happened in the last hour, and in each five minutes of it; busy hours are counted from a later time on."""

    since: Moment
    assets_counted_since: Moment
    decisions_counted_since: Moment
    steps: list[StepView]


class OverviewView(TypedDict):
    """What waits in each queue, and the last hour."""

    at: Moment
    queues: dict[str, QueueLengths]
    last_hour: HourView


def overview_view(overview: Overview) -> OverviewView:
    hour = overview.hour
    return {
        "at": moment(overview.at),
        "queues": overview.queues,
        "last_hour": {
            "since": moment(hour.since),
            "assets_counted_since": moment(overview.assets_since),
            "decisions_counted_since": moment(overview.decisions_since),
            **figures_view(hour.total),
            "steps": [{"begins_at": moment(at), **figures_view(each)} for at, each in hour.steps.items()],
        },
    }


def figures_view(figures: Figures) -> FiguresView:
    return {
        "assets": {
            "submitted": figures.submitted,
            "succeeded": figures.succeeded,
            "failed": figures.failed,
            "ms_to_start": figures.to_start,
            "ms_to_end": figures.to_end,
        },
        "decisions": {
            "decided": figures.decided,
            "votes": figures.votes,
            "votes_spared": figures.votes_spared,
        },
    }


class FailedAssetView(AssetView):
    """A failed asset, with whose it is; `product` is the GTIN that its picture was to be filed under."""

    owner: str
    product: str | None


class FailedAssetsView(TypedDict):
    """Some failed assets, the last to fail first; `next` is the token for the following page, null at the end."""

    assets: list[FailedAssetView]
    next: str | None


def failed_assets_view(page: AssetPage) -> FailedAssetsView:
    assets: list[FailedAssetView] = [
        {**asset_view(each), "owner": each.owner, "product": each.product} for each in page.assets
    ]
    return {"assets": assets, "next": token_of(page.next_position)}


class LetterView(TypedDict):
    """A message, its body as JSON where it is some, and the ids of what it is about where they are known."""

    id: str
    sent_at: Moment
    receives: int
    body: Any
    about: dict[str, Any]


class PileView(TypedDict):
    """The dead letters of a queue: about how many there are, and some of them."""

    queue: str
    count: int
    messages: list[LetterView]


class PilesView(TypedDict):
    """The dead letters of every queue."""

    dead_letters: list[PileView]


def piles_view(piles: tuple[Pile, ...]) -> PilesView:
    shown: list[PileView] = [
        {"queue": each.queue, "count": each.count, "messages": [letter_view(each.queue, one) for one in each.letters]}
        for each in piles
    ]
    return {"dead_letters": shown}


def shown_of(text: str) -> Any:
    """What a message says, as JSON where it is that and not too long: without what was seen of an asset, if it was."""
    try:
        body = msgspec.json.decode(text)
        if isinstance(body, dict):
            body.pop("seen", None)
        return body if len(msgspec.json.encode(body)) <= SHOWN_BODY else text[:SHOWN_BODY]
    except (msgspec.DecodeError, RecursionError):
        return text[:SHOWN_BODY]


def letter_view(queue: str, letter: DeadLetter) -> LetterView:
    body = shown_of(letter.body)
    fields = body if isinstance(body, dict) else {}
    about = {name: fields[field] for field, name in NAMED_BY.get(queue, {}).items() if field in fields}
    return {
        "id": letter.id,
        "sent_at": moment(letter.sent_at),
        "receives": letter.receives,
        "body": body,
        "about": about,
    }
