"""Messages come twice, out of order and after crashes anywhere; what they lead to happens once."""

import random
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from snapjury.adapters.memory import (
    MemoryAssets,
    MemoryMedia,
    MemoryNotificationQueue,
    MemorySources,
    MemoryWebhooks,
)
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.rules.asset import Asset, Event, State
from snapjury.rules.delivery import Delivery, DeliveryPolicy, DeliveryState
from snapjury.rules.retry import Outcome, RetryPolicy, Verdict
from snapjury.services.delivery import DeliveryPorts, deliver_webhook, seconds_until
from snapjury.services.slow_receivers import SlowReceivers
from snapjury.services.validation import ValidationPorts, validate_asset
from tests.builders import CHIPS_URLS, NOON, chips_asset
from tests.crashes import CrashError, CrashPoint
from tests.images import jpeg, png
from tests.jury import CHIPS as CHIPS_GTIN

POLICY = DeliveryPolicy(timeout=2, retry=RetryPolicy(ladder=(1, 2, 4), overload_pause=1))


class System:
    """A queue, a validator and a notifier over memory, whose clock jumps to whatever is waited for."""

    def __init__(self, content: bytes, crash_point: CrashPoint, *, brings: bool = True) -> None:
        self.time = NOON
        self.brings = brings
        self.store = MemoryAssets()
        self.media = MemoryMedia()
        self.outbox = MemoryNotificationQueue()
        self.webhooks = MemoryWebhooks()
        sources = MemorySources({"./images/chips.jpg": content})
        fragile = crash_point.around
        self.queued = chips_asset(product=CHIPS_GTIN)
        self.store.add(self.queued)
        self.snapshots = MemorySnapshots()
        self.validation = ValidationPorts(
            fragile(self.store),
            fragile(self.snapshots),
            sources,
            fragile(self.media),
            fragile(self.outbox),
            (),
            random.Random(1),
        )
        self.delivery = DeliveryPorts(
            fragile(self.store),
            fragile(self.outbox),
            fragile(self.webhooks),
            lambda _: ("whsec_trax",),
            POLICY,
            SlowReceivers(1),
            lambda: self.time,
            lambda _: None,
            random.Random(1),
        )

    def run(self, *events: Event | None) -> None:
        """Receive messages about chips (events to tell, or None to validate it) until none is left, whatever crashes.

        If messages bring the asset along, these bring the queued one, or the latest, and do so again after a crash.
        """
        waiting = [(event, self.queued if event is None else self.asset) for event in events]
        for _ in range(200):
            if not waiting:
                return
            event, seen = waiting.pop(0)
            if not self.is_done_with(event, seen):
                waiting.append((event, seen))
            waiting += self.sent()
        raise AssertionError(f"never done with {waiting}")

    def sent(self) -> list[tuple[Event, Asset | None]]:
        """What was sent to the notifier since this was asked last."""
        messages = [(event, seen) for (_, event), seen in zip(self.outbox.messages, self.outbox.seen, strict=True)]
        self.outbox.messages.clear()
        self.outbox.seen.clear()
        return messages

    def is_done_with(self, event: Event | None, seen: Asset | None) -> bool:
        seen = seen if self.brings else None
        try:
            if event is None:
                return validate_asset("chips", self.validation, lambda: self.time, seen) is not None
            result = deliver_webhook("chips", event, self.delivery, seen)
        except CrashError:
            self.time += 1000 * 90  # the visibility timeout passes
            return False
        self.time += round(1000 * (seconds_until(result, self.time) or 0))
        return True

    @property
    def asset(self) -> Asset:
        return self.store.assets["chips"]

    @property
    def told(self) -> list[str]:
        """The webhook ids in the order in which the owner's servers saw them."""
        return [webhook_id for _, webhook_id, _ in self.webhooks.calls]


def assert_ended_once(system: System, state: State, event: Event) -> None:
    assert system.asset.state is state
    assert list(system.snapshots.snapshots) == (["chips"] if state is State.SUCCESS else [])
    assert list(dict.fromkeys(system.told)) == ["msg_chips_onStart", f"msg_chips_{event}"]
    deliveries = system.store.history("chips").deliveries
    assert {name: each.state for name, each in deliveries.items()} == dict.fromkeys(
        (Event.START, event), DeliveryState.DELIVERED
    )
    bodies = {webhook_id: set() for webhook_id in system.told}
    for _, webhook_id, body in system.webhooks.calls:
        bodies[webhook_id].add(body)
    assert all(len(each) == 1 for each in bodies.values()), "a webhook id was used for two bodies"


def steps_of(content: bytes) -> list[str]:
    crash_point = CrashPoint(None, before=False)
    System(content, crash_point).run(None)
    return crash_point.effects


CHIPS = jpeg(320, 240)
SCREENSHOT = png(320, 240)
ENDINGS = [
    pytest.param(CHIPS, State.SUCCESS, Event.SUCCESS, id="success"),
    pytest.param(SCREENSHOT, State.FAILED, Event.FAILURE, id="failure"),
]


def test_a_success_takes_these_effects_and_no_others() -> None:
    validation = ["save", "send", "put", "save", "claim_picture", "add", "send"]
    delivery = ["save_delivery", "post", "save_delivery"]

    assert steps_of(CHIPS) == validation + 2 * delivery


def crash_points() -> Iterator[Any]:
    for content, state, event in (parameters.values for parameters in ENDINGS):
        for step, name in enumerate(steps_of(content), start=1):
            for before in (True, False):
                when = "before" if before else "after"
                yield pytest.param(content, state, event, step, before, id=f"{state}-{when}-{step}-{name}")


@pytest.mark.parametrize("brings", [True, False])
@pytest.mark.parametrize(("content", "state", "event", "step", "before"), list(crash_points()))
def test_a_crash_at_any_step_loses_nothing_and_changes_no_id(
    content: bytes, state: State, event: Event, step: int, before: bool, brings: bool
) -> None:
    crash_point = CrashPoint(step, before)
    system = System(content, crash_point, brings=brings)

    system.run(None)

    assert crash_point.happened
    assert_ended_once(system, state, event)
    repeated = len(system.told) - 2
    assert repeated <= 1, "only a call whose record was lost may be repeated"


@pytest.mark.parametrize("brings", [True, False])
@pytest.mark.parametrize(("content", "state", "event"), ENDINGS)
def test_every_message_delivered_twice_calls_each_receiver_once(
    content: bytes, state: State, event: Event, brings: bool
) -> None:
    system = System(content, CrashPoint(None, before=False), brings=brings)

    system.run(None, None)
    system.run(Event.START, event, Event.START, None)

    assert_ended_once(system, state, event)
    assert len(system.told) == 2


@pytest.mark.parametrize("order", sorted(set(permutations(2 * [Event.START, Event.SUCCESS]))))
def test_the_start_is_told_before_the_end_in_whatever_order_the_messages_come(order: tuple[Event, ...]) -> None:
    system = System(CHIPS, CrashPoint(None, before=False))
    validate_asset("chips", system.validation, lambda: NOON)
    system.sent()

    system.run(*order)

    assert system.told == ["msg_chips_onStart", "msg_chips_onSuccess"]


def test_two_consumers_of_one_message_do_not_call_the_receiver_at_once() -> None:
    system = System(CHIPS, CrashPoint(None, before=False))
    validate_asset("chips", system.validation, lambda: NOON)
    second: list[object] = []

    def receiver_is_slow(*arguments: Any) -> Any:
        second.append(deliver_webhook("chips", Event.START, system.delivery))
        return real_post(*arguments)

    real_post = system.webhooks.post
    system.webhooks.post = receiver_is_slow  # type: ignore[method-assign]

    first = deliver_webhook("chips", Event.START, system.delivery)

    assert isinstance(first, Delivery)
    assert seconds_until(second[0], system.time) == 7  # type: ignore[arg-type]
    assert system.told == ["msg_chips_onStart"]


def test_a_dead_start_receiver_holds_the_end_up_for_its_short_ladder_only() -> None:
    system = System(CHIPS, CrashPoint(None, before=False))
    refused = Outcome(Verdict.RETRYABLE, "answered 500", 500)
    system.webhooks.answers[CHIPS_URLS[Event.START]] = [refused] * 50

    system.run(None)

    deliveries = system.store.history("chips").deliveries
    assert deliveries[Event.START].state is DeliveryState.FAILED
    assert deliveries[Event.START].failures == 3
    assert deliveries[Event.SUCCESS].state is DeliveryState.DELIVERED
    assert system.told == 3 * ["msg_chips_onStart"] + ["msg_chips_onSuccess"]


def test_a_lost_start_message_does_not_hold_the_end_up_for_ever() -> None:
    system = System(CHIPS, CrashPoint(None, before=False))
    validate_asset("chips", system.validation, lambda: NOON)
    system.sent()

    system.run(Event.SUCCESS)

    deliveries = system.store.history("chips").deliveries
    assert system.told == ["msg_chips_onSuccess"]
    assert deliveries[Event.START].state is DeliveryState.FAILED
    assert deliveries[Event.START].attempts[-1].detail == "did not arrive before the end was due"


def test_a_start_message_that_comes_after_the_end_is_dropped() -> None:
    system = System(CHIPS, CrashPoint(None, before=False))
    validate_asset("chips", system.validation, lambda: NOON)
    system.sent()
    system.run(Event.SUCCESS)

    system.run(Event.START)

    assert system.told == ["msg_chips_onSuccess"]
