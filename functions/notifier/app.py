"""Delivers webhooks; one that must wait or be repeated stays in the queue, hidden until its time."""

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

READS = 5
"""Receives after which a message that cannot be read is given up, as on other queues: this one climbs no ladder."""


def notify(record: Record) -> bool:
    try:
        message = msgspec.json.decode(record.body, type=NotificationMessage)
    except msgspec.DecodeError:
        if record.receives < READS:
            raise
        wiring.dead_letters().send(record.body)
        log_event("given_up", message=record.id, receives=record.receives)
        return True
    result = deliver_webhook(message.asset, message.event, wiring.delivery_ports())
    pause = seconds_until(result, now())
    about = summary_of(result) | attempt_of(result)
    log_event("webhook", asset=message.asset, webhook=message.event, **about, again_in=pause)
    if pause is None:
        return True
    wiring.visibility().put_off(record.receipt_handle, pause)
    return False


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
