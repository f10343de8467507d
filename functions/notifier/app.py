"""Delivers webhooks; one that must wait or be repeated is sent to the queue again, to be delivered at its time."""

from collections.abc import Mapping
from typing import Any

import msgspec

from snapjury.batch import Failures, Record, process_batch
from snapjury.logs import log_event
from snapjury.messages import NotificationMessage
from snapjury.metrics import measured
from snapjury.rules.delivery import Delivery, DeliveryState
from snapjury.services.delivery import deliver_webhook, seconds_until, summary_of
from snapjury.wiring import notifier as wiring
from snapjury.wiring.clients import now

PARALLEL_DELIVERIES = 10


def notify(record: Record) -> None:
    message = msgspec.json.decode(record.body, type=NotificationMessage)
    seen = message.seen if record.is_first else None
    result = deliver_webhook(message.asset, message.event, wiring.delivery_ports(), seen)
    about = summary_of(result) | attempt_of(result) | {"again_in": seconds_until(result, now())}
    log_event("webhook", asset=message.asset, webhook=message.event, **about)


def attempt_of(result: object) -> dict[str, object]:
    """What is measured of an attempt, where one was made."""
    match result:
        case Delivery(state=DeliveryState.DELIVERED, attempts=(*_, last)):
            return measured(WebhooksDelivered=1, WebhookTime=last.took)
        case Delivery(state=DeliveryState.FAILED, attempts=(*_, last)):
            return measured(WebhooksGivenUp=1, WebhookTime=last.took)
        case Delivery(attempts=(*_, last)):
            return measured(WebhookAttemptsFailed=1, WebhookTime=last.took)
        case _:
            return {}


def handler(event: Mapping[str, Any], context: object) -> Failures:
    return process_batch(event, notify, workers=PARALLEL_DELIVERIES)
