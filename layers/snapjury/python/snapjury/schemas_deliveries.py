"""The JSON of webhooks and how they were delivered."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, TypedDict

from msgspec import Struct

from snapjury.rules.asset import Event
from snapjury.rules.delivery import Delivery, DeliveryState, Trouble
from snapjury.rules.ids import ID_SHAPE
from snapjury.schemas import (
    DEFAULT_PAGE,
    Limit,
    Moment,
    OwnerName,
    Parameters,
    held_to_state,
    moment,
    owner_named,
    page_size,
    position_of,
    token_of,
)
from snapjury.services.ports import AssetHistory, DeliveryPage

TROUBLED_POSITION = re.compile(rf"\d{{13}}#{ID_SHAPE}#({'|'.join(Event)})")
OWN_TROUBLED_POSITION = re.compile(rf"({'|'.join(Trouble)})#{TROUBLED_POSITION.pattern}")
"""A place in a list of deliveries: the last attempt's time, the asset and the event; in an owner's after the state."""


def trouble_named(text: str) -> Trouble:
    if text not in set(Trouble):
        raise ValueError(f"must be one of: {', '.join(Trouble)}")
    return Trouble(text)


class DeliveriesQuery(Struct, frozen=True):
    """Which webhooks to list, from which position on; whose, only admins may say."""

    owner: OwnerName | None = None
    state: Trouble | None = None
    limit: Limit = DEFAULT_PAGE
    next: str | None = None


DELIVERIES_PARAMETERS: Parameters = {
    "owner": owner_named,
    "state": trouble_named,
    "limit": page_size,
    "next": partial(position_of, shape=OWN_TROUBLED_POSITION),
}


def deliveries_query(parameters: Mapping[str, Any]) -> DeliveriesQuery:
    """The query of these parameters; MalformedRequestError if the token is of a list by another state."""
    query = DeliveriesQuery(**parameters)
    held_to_state(query.state, query.next)
    return query


class AttemptView(TypedDict):
    """One try; `status` is what the receiver answered, null if it did not.

    Where it had just left another call unanswered, `detail` says that it was not called: such a try counts, but is not
    the only one.
    """

    at: Moment
    took_ms: int
    status: int | None
    detail: str


class DeliveryView(TypedDict):
    """A webhook that was begun, and its last attempts. One with a broken URL never is; the asset's `errors` name it."""

    event: Event
    url: str | None
    webhook_id: str
    state: DeliveryState
    attempts: list[AttemptView]
    next_attempt_at: Moment | None
    replays: int


def delivery_view(delivery: Delivery, url: str | None) -> DeliveryView:
    attempts: list[AttemptView] = [
        {"at": moment(each.at), "took_ms": each.took, "status": each.status, "detail": each.detail}
        for each in delivery.attempts
    ]
    return {
        "event": delivery.event,
        "url": url,
        "webhook_id": delivery.webhook_id,
        "state": delivery.state,
        "attempts": attempts,
        "next_attempt_at": moment(delivery.next_attempt_at or None),
        "replays": delivery.replays,
    }


class DeliveriesView(TypedDict):
    """The webhooks of an asset that have begun."""

    deliveries: list[DeliveryView]


def deliveries_view(history: AssetHistory) -> DeliveriesView:
    return {
        "deliveries": [delivery_view(each, history.asset.url_for(each.event)) for each in history.deliveries.values()]
    }


class TroubledDeliveryView(DeliveryView):
    """A webhook that has not arrived, with the id of its asset."""

    asset: str


class TroubledDeliveriesView(TypedDict):
    """Some webhooks, newest attempt first; `next` is the token for the following page, null at the end."""

    deliveries: list[TroubledDeliveryView]
    next: str | None


def troubled_view(page: DeliveryPage) -> TroubledDeliveriesView:
    deliveries: list[TroubledDeliveryView] = [
        {"asset": each.asset_id, **delivery_view(each, url)} for each, url in page.deliveries
    ]
    return {"deliveries": deliveries, "next": token_of(page.next_position)}
