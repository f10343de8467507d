"""The delivery of webhooks: at least once, under one id, start before end, whatever receivers do."""

import random
from collections.abc import Callable, Sequence

from msgspec import Struct

from snapjury.errors import ConflictError, NotFoundError, NotReplayableError
from snapjury.rules.asset import Asset, Event
from snapjury.rules.delivery import (
    LOOK_AGAIN_AFTER,
    NOT_TRIED,
    Delivery,
    DeliveryPolicy,
    GiveUp,
    Nothing,
    Try,
    Wait,
    claim,
    has_happened,
    may_be_spared,
    next_step,
    record_attempt,
    replay,
    webhook_body,
)
from snapjury.rules.retry import Verdict
from snapjury.services.ports import AssetHistory, Assets, NotificationQueue, Webhooks
from snapjury.services.slow_receivers import SlowReceivers, receiver_of

SHORT_PAUSES = (0.05, 0.1, 0.2)
"""Seconds between looks at a start event that is being told just now, before its asset's end goes back to the queue."""


class DeliveryPorts(Struct, frozen=True):
    """`queue` brings a webhook up again; `secrets_of` gives the secrets that sign an owner's webhooks.

    `sleep` waits for so many seconds.
    """

    assets: Assets
    queue: NotificationQueue
    webhooks: Webhooks
    secrets_of: Callable[[str], Sequence[str]]
    policy: DeliveryPolicy
    slow_receivers: SlowReceivers
    clock: Callable[[], int]
    sleep: Callable[[float], object]
    random: random.Random


def deliver_webhook(
    asset_id: str, event: Event, ports: DeliveryPorts, seen: Asset | None = None
) -> Delivery | Wait | Nothing:
    """Take one webhook as far as it can be taken now: the delivery after an attempt, or why there was none.

    Where it has to be looked at again, a message for that time is in the queue: the caller drops the one that it has.
    `seen` is the asset as it was when it had come to the event, which spares a read where nobody has tried yet.
    """
    untold = history_of_untold(seen, event)
    pauses = iter(SHORT_PAUSES)
    while True:
        try:
            history = untold or ports.assets.history(asset_id)
        except NotFoundError:
            return Nothing("there is no such asset")
        untold = None
        step = next_step(history.asset, event, history.deliveries, ports.policy, ports.clock())
        try:
            match step:
                case Try(delivery):
                    result: Delivery | Wait | Nothing = attempt(history, delivery, ports)
                case GiveUp(delivery):
                    ports.assets.save_delivery(delivery, history.asset.owner)
                    continue
                case Wait(seconds) if seconds <= LOOK_AGAIN_AFTER and (pause := next(pauses, None)):
                    ports.sleep(pause)
                    continue
                case _:
                    result = step
        except ConflictError:
            continue
        pause = seconds_until(result, ports.clock())
        if pause is not None:
            ports.queue.send(history.asset, event, pause)
        return result


def history_of_untold(seen: Asset | None, event: Event) -> AssetHistory | None:
    """The asset's history if nobody has tried to deliver this event; None if it goes by another one's delivery, too.

    Whoever has tried makes the claim a conflict.
    """
    if seen is None or (event is not Event.START and seen.url_for(Event.START) is not None):
        return None
    return AssetHistory(seen, {})


def attempt(history: AssetHistory, delivery: Delivery, ports: DeliveryPorts) -> Delivery:
    """The delivery after one call of its receiver, which is claimed first so that nobody else calls meanwhile."""
    url = history.asset.url_for(delivery.event) or ""
    owner = history.asset.owner
    receiver, now = receiver_of(owner, url), ports.clock()
    if not ports.slow_receivers.may_call(receiver, now) and may_be_spared(delivery, ports.policy):
        skipped = record_attempt(delivery, NOT_TRIED, ports.policy, now, now, ports.random.random())
        ports.assets.save_delivery(skipped, owner)
        return skipped
    secrets = ports.secrets_of(owner)  # before the claim: a fault here leaves nothing claimed
    began = ports.clock()  # a slow table takes longer than a claim lasts
    claimed = claim(delivery, ports.policy, began)
    ports.assets.save_delivery(claimed, owner)
    body = webhook_body(history.asset, delivery.event)
    outcome = ports.webhooks.post(url, delivery.webhook_id, body, began, secrets)
    ended = ports.clock()
    ports.slow_receivers.note(receiver, outcome.verdict is Verdict.OVERLOADED and outcome.status is None, ended)
    tried = record_attempt(claimed, outcome, ports.policy, began, ended, ports.random.random())
    ports.assets.save_delivery(tried, owner)
    return tried


def replay_delivery(history: AssetHistory, event: Event, assets: Assets, queue: NotificationQueue) -> Delivery:
    """The delivery, due again under its old webhook id; NotReplayableError says why not.

    Repeating the call while the replay is under way only makes sure that it is queued.
    """
    if history.asset.url_for(event) is None or not has_happened(history.asset, event):
        raise NotReplayableError(f"there is no {event} to tell: it has not happened, or has no URL that can be called")
    delivery = history.deliveries.get(event) or Delivery(history.asset.id, event)
    if delivery.is_over or not delivery.version:
        delivery = replay(delivery)
        try:
            assets.save_delivery(delivery, history.asset.owner)
        except ConflictError:
            if assets.history(history.asset.id).deliveries.get(event) != delivery:  # else it was our own save, repeated
                raise NotReplayableError("the delivery has just changed; look at it and try again") from None
    queue.send(history.asset, event)
    return delivery


def seconds_until(result: Delivery | Wait | Nothing, now: int) -> float | None:
    """After how many seconds the webhook should be looked at again; None when it is done with."""
    if isinstance(result, Wait):
        return result.seconds
    if isinstance(result, Delivery) and not result.is_over:
        return max(0.0, (result.next_attempt_at - now) / 1000)
    return None


def summary_of(result: Delivery | Wait | Nothing) -> dict[str, object]:
    """What a log line says of the result."""
    match result:
        case Delivery(attempts=(*_, last)):
            return {"state": result.state, "detail": last.detail, "took_ms": last.took}
        case Nothing(reason):
            return {"state": "nothing", "detail": reason}
        case _:
            return {"state": "waiting"}


def event_named(name: str) -> Event:
    """The event of this name; NotFoundError if there is none."""
    if name not in set(Event):
        raise NotFoundError(name)
    return Event(name)
