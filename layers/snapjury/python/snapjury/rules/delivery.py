"""The delivery of one webhook: who may try now, in which order, and what an attempt leads to.

Several consumers may hold the same message at once, so an attempt is claimed first, by a conditional write, for as
long as it can take. The end event waits until the start event has arrived or been given up.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, TypedDict

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.asset import Asset, Errors, Event
from snapjury.rules.retry import Outcome, RetryPolicy, Verdict, longest_climb, pause_after

KEPT_ATTEMPTS = 20
LOOK_AGAIN_AFTER = 1.0
LONGEST_LOOK_AGAIN = 60.0
CLAIM_MARGIN = 5.0
CRASH_RECOVERY = 120.0
"""Seconds in which a start event whose consumer died comes back: more than the queue's visibility timeout."""


NOT_TRIED = Outcome(Verdict.OVERLOADED, "not tried: the receiver has just left another call unanswered")
"""What an attempt comes to that was spared a receiver; it takes a step of the ladder all the same."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Trouble(StrEnum):
    """States of a delivery that was tried and has not arrived: it is repeated, or was given up."""

    REPEATED = DeliveryState.PENDING.value
    GIVEN_UP = DeliveryState.FAILED.value


class Attempt(Struct, frozen=True, omit_defaults=True):
    """One call of the receiver: when (epoch ms), how long it took (ms) and how it ended."""

    at: int
    took: int
    detail: str
    status: int | None = None


class Delivery(Struct, frozen=True, omit_defaults=True):
    """One webhook of one asset. `failures` counts since the last replay; times are epoch milliseconds."""

    asset_id: str
    event: Event
    state: DeliveryState = DeliveryState.PENDING
    attempts: tuple[Attempt, ...] = ()
    failures: int = 0
    next_attempt_at: int = 0
    claimed_until: int = 0
    replays: int = 0
    version: int = 0

    @property
    def webhook_id(self) -> str:
        """The same for every attempt and every replay, so that a receiver can tell a repetition."""
        return f"msg_{self.asset_id}_{self.event}"

    @property
    def is_over(self) -> bool:
        return self.state is not DeliveryState.PENDING

    @property
    def is_in_trouble(self) -> bool:
        """Whether it was tried and has not arrived: it is repeated, or was given up."""
        return bool(self.attempts) and self.state is not DeliveryState.DELIVERED


class DeliveryPolicy(Struct, frozen=True):
    """How long an attempt may take (seconds) and when it is repeated."""

    timeout: float = 15
    retry: RetryPolicy = RetryPolicy()

    def steps(self, event: Event) -> int:
        return self.retry.start_steps if event is Event.START else len(self.retry.ladder)


class Try(Struct, frozen=True):
    """It is this delivery's turn: claim it and attempt it now."""

    delivery: Delivery


class GiveUp(Struct, frozen=True):
    """Write this delivery, which ends without (another) attempt, and decide again."""

    delivery: Delivery


class Wait(Struct, frozen=True):
    """Look again after so many seconds."""

    seconds: float


class Nothing(Struct, frozen=True):
    """There is nothing (more) to do, for this reason."""

    reason: str


Step = Try | GiveUp | Wait | Nothing


def next_step(
    asset: Asset, event: Event, deliveries: Mapping[Event, Delivery], policy: DeliveryPolicy, now: int
) -> Step:
    """What a consumer that holds the message of this event should do at `now`."""
    delivery = deliveries.get(event) or Delivery(asset.id, event)
    if asset.url_for(event) is None:
        return Nothing("the asset has no such webhook")
    if not has_happened(asset, event):
        return Nothing("it has not happened to the asset")
    if delivery.is_over:
        return Nothing(f"already {delivery.state}")
    busy_until = max(delivery.next_attempt_at, delivery.claimed_until)
    if now < busy_until:
        return Wait((busy_until - now) / 1000)
    if delivery.replays == 0:
        turn = wait_for_turn(asset, delivery, deliveries, policy, now)
        if turn is not None:
            return turn
    return Try(delivery)


def has_happened(asset: Asset, event: Event) -> bool:
    return asset.started_at is not None if event is Event.START else asset.end_event is event


def wait_for_turn(
    asset: Asset, delivery: Delivery, deliveries: Mapping[Event, Delivery], policy: DeliveryPolicy, now: int
) -> Step | None:
    """The step that keeps start before end, or None when it is this delivery's turn."""
    if delivery.event is Event.START or asset.started_at is None or asset.url_for(Event.START) is None:
        return None
    start = deliveries.get(Event.START) or Delivery(asset.id, Event.START)
    if start.is_over or start.replays:
        return None
    longest = longest_climb(policy.retry, policy.steps(Event.START), policy.timeout) + CRASH_RECOVERY
    if now < max(start.claimed_until, asset.started_at + 1000 * longest):
        return Wait(max(patience(now - asset.started_at), (start.next_attempt_at - now) / 1000))
    return GiveUp(give_up(start, "did not arrive before the end was due", now))


def patience(waited: int) -> float:
    """Seconds to the next look at a start event that is under way, after `waited` ms: a quarter of that.

    It grows because each look costs three requests of the queue and one of the table.
    """
    return min(max(LOOK_AGAIN_AFTER, waited / 4000), LONGEST_LOOK_AGAIN)


def claim(delivery: Delivery, policy: DeliveryPolicy, now: int) -> Delivery:
    """The delivery, reserved for one attempt; the reservation ends by the clock if its holder dies."""
    until = now + round(1000 * (policy.timeout + CLAIM_MARGIN))
    return replace(delivery, claimed_until=until, version=delivery.version + 1)


def record_attempt(
    tried: Delivery, outcome: Outcome, policy: DeliveryPolicy, at: int, now: int, luck: float
) -> Delivery:
    """The delivery after an attempt that began at `at` and ended at `now` (epoch ms)."""
    attempts = (*tried.attempts, Attempt(at, now - at, outcome.detail, outcome.status))[-KEPT_ATTEMPTS:]
    over = replace(tried, attempts=attempts, claimed_until=0, next_attempt_at=0, version=tried.version + 1)
    if outcome.verdict is Verdict.DELIVERED:
        return replace(over, state=DeliveryState.DELIVERED)
    failures = tried.failures + 1
    pause = pause_after(failures, outcome, policy.retry, policy.steps(tried.event), luck)
    if pause is None:
        return replace(over, state=DeliveryState.FAILED, failures=failures)
    return replace(over, failures=failures, next_attempt_at=now + round(1000 * pause))


def may_be_spared(delivery: Delivery, policy: DeliveryPolicy) -> bool:
    """Whether the receiver need not be called now: another attempt will come, or it was called since the last replay.

    So no ladder ends without a call.
    """
    failures = delivery.failures
    is_last = pause_after(failures + 1, NOT_TRIED, policy.retry, policy.steps(delivery.event), luck=0) is None
    since_replay = delivery.attempts[-failures:] if failures else ()
    return not is_last or any(each.detail != NOT_TRIED.detail for each in since_replay)


def give_up(delivery: Delivery, reason: str, now: int) -> Delivery:
    """The delivery, ended without an attempt."""
    attempts = (*delivery.attempts, Attempt(now, 0, reason))[-KEPT_ATTEMPTS:]
    return replace(
        delivery,
        state=DeliveryState.FAILED,
        attempts=attempts,
        next_attempt_at=0,
        version=delivery.version + 1,
    )


def replay(delivery: Delivery) -> Delivery:
    """The delivery, due again from the foot of the ladder and no longer bound to its place in the order."""
    return replace(
        delivery,
        state=DeliveryState.PENDING,
        failures=0,
        next_attempt_at=0,
        replays=delivery.replays + 1,
        version=delivery.version + 1,
    )


class Started(TypedDict):
    """Work on the asset has begun."""

    id: str
    state: Literal["started"]


class Succeeded(TypedDict):
    """The asset was accepted."""

    id: str
    state: Literal["success"]


class Failed(TypedDict):
    """The asset was refused; `errors` names what is wrong, by `asset` or by the webhook whose URL it is."""

    id: str
    state: Literal["failed"]
    errors: Errors


def webhook_body(asset: Asset, event: Event) -> bytes:
    """The JSON that the owner gets for this event."""
    return msgspec.json.encode(told(asset, event))


def told(asset: Asset, event: Event) -> Started | Succeeded | Failed:
    match event:
        case Event.START:
            return {"id": asset.id, "state": "started"}
        case Event.SUCCESS:
            return {"id": asset.id, "state": "success"}
        case Event.FAILURE:
            return {"id": asset.id, "state": "failed", "errors": asset.errors}
