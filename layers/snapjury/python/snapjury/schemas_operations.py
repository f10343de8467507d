"""The JSON of operations: the overview, what failed, and dead letters."""

import re
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from snapjury.rules.activity import Figures
from snapjury.rules.asset import Event
from snapjury.schemas import (
    DEFAULT_PAGE,
    Parameters,
    asset_view,
    delivery_view,
    moment,
    page_size,
    position_of,
    token_of,
)
from snapjury.services.operation_ports import DeadLetter, DeliveryPage
from snapjury.services.operations import Overview, Pile
from snapjury.services.ports import AssetPage

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
    limit: int = DEFAULT_PAGE
    next: str | None = None


FAILED_POSITION = re.compile(r"\d{13}#\d{1,15}#\d{1,15}#[a-z2-7]{20}")
TROUBLED_POSITION = re.compile(rf"\d{{13}}#[a-z2-7]{{20}}#({'|'.join(Event)})")

FAILED_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=FAILED_POSITION)}
TROUBLED_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=TROUBLED_POSITION)}


def overview_view(overview: Overview) -> dict[str, object]:
    hour = overview.hour
    return {
        "at": moment(overview.at),
        "queues": overview.queues,
        "last_hour": {
            "since": moment(hour.since),
            "assets_counted_since": moment(overview.assets_since),
            "decisions_counted_since": moment(overview.decisions_since),
            **figures_view(hour.total),
            "steps": [{"begins_at": moment(at)} | figures_view(each) for at, each in hour.steps.items()],
        },
    }


def figures_view(figures: Figures) -> dict[str, object]:
    return {
        "assets": {
            "accepted": figures.accepted,
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


def failed_assets_view(page: AssetPage) -> dict[str, object]:
    assets = [asset_view(each) | {"owner": each.owner, "product": each.product} for each in page.assets]
    return {"assets": assets, "next": token_of(page.next_position)}


def troubled_view(page: DeliveryPage) -> dict[str, object]:
    deliveries = [{"asset": each.asset_id} | delivery_view(each, url) for each, url in page.deliveries]
    return {"deliveries": deliveries, "next": token_of(page.next_position)}


def piles_view(piles: tuple[Pile, ...]) -> dict[str, object]:
    shown = [
        {"queue": each.queue, "count": each.count, "messages": [letter_view(each.queue, one) for one in each.letters]}
        for each in piles
    ]
    return {"dead_letters": shown}


def letter_view(queue: str, letter: DeadLetter) -> dict[str, object]:
    """A message, its body as JSON where it is some, and what it is about where that is known."""
    body: Any = letter.body[:SHOWN_BODY]
    if len(letter.body) <= SHOWN_BODY:
        try:
            body = msgspec.json.decode(letter.body)
        except msgspec.DecodeError:
            body = letter.body
    fields = body if isinstance(body, dict) else {}
    about = {name: fields[field] for field, name in NAMED_BY.get(queue, {}).items() if field in fields}
    sent = {"id": letter.id, "sent_at": moment(letter.sent_at), "receives": letter.receives}
    return sent | {"body": body, "about": about}
