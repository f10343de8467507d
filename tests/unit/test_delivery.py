import json
import random
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory import MemoryAssets, MemoryNotificationQueue, MemoryWebhooks
from snapjury.errors import NotReplayableError, TemporaryFaultError
from snapjury.rules.asset import Asset, Event, File, State, finish_validation, start_validation
from snapjury.rules.delivery import (
    LOOK_AGAIN_AFTER,
    NOT_TRIED,
    Delivery,
    DeliveryPolicy,
    DeliveryState,
    GiveUp,
    Nothing,
    Wait,
    next_step,
    webhook_body,
)
from snapjury.rules.retry import Outcome, RetryPolicy, Verdict
from snapjury.services.delivery import SHORT_PAUSES, DeliveryPorts, deliver_webhook, replay_delivery
from snapjury.services.slow_receivers import MANY, Receiver, SlowReceivers, receiver_of
from tests.builders import CHIPS_URLS, NOON, chips_asset

POLICY = DeliveryPolicy(timeout=2, retry=RetryPolicy(ladder=(10, 20, 40), overload_pause=15))
REFUSED = Outcome(Verdict.RETRYABLE, "answered 500", 500)
LOOKS = 40
"""How often the end of an asset may look whether its start has arrived."""
GONE = Outcome(Verdict.PERMANENT, "answered 410", 410)
SILENT = Outcome(Verdict.OVERLOADED, "no answer within 2 s")


class Post:
    """A post office over memory with one asset that succeeded, and a clock to turn."""

    def __init__(self, asset: Asset | None = None, **answers: list[Outcome]) -> None:
        self.time = NOON
        self.store = MemoryAssets()
        self.store.assets["chips"] = asset or succeeded()
        self.webhooks = MemoryWebhooks({CHIPS_URLS[Event(event)]: list_ for event, list_ in answers.items()})
        self.queue = MemoryNotificationQueue()
        self.secrets = {"trax": ("whsec_trax",)}
        self.ports = DeliveryPorts(
            self.store,
            self.queue,
            self.webhooks,
            self.secrets.__getitem__,
            POLICY,
            SlowReceivers(15),
            lambda: self.time,
            self.sleep,
            random.Random(7),
        )

    def sleep(self, seconds: float) -> None:
        self.time += round(1000 * seconds)

    def deliver(self, event: Event) -> Delivery | Wait | Nothing:
        return deliver_webhook("chips", event, self.ports)

    def delivery(self, event: Event) -> Delivery:
        return self.store.history("chips").deliveries[event]


def succeeded() -> Asset:
    started = start_validation(chips_asset(), {}, NOON)
    return finish_validation(started, (), {}, File("ab" * 32, 5, 10, 10), NOON)


def failed() -> Asset:
    return finish_validation(
        start_validation(chips_asset(), {}, NOON),
        ("is not a jpeg",),
        {Event.START: ("is not a valid URL",)},
        None,
        NOON,
    )


def test_a_claim_and_the_time_of_a_call_begin_when_the_secrets_are_there() -> None:
    post, claims = Post(), []

    def slow(_: str) -> tuple[str, ...]:
        post.time += 21_000
        return ("whsec_trax",)

    class Watching(MemoryWebhooks):
        def post(self, url: str, webhook_id: str, body: bytes, now: int, secrets: Sequence[str]) -> Outcome:
            claims.append(post.delivery(Event.START).claimed_until)
            return super().post(url, webhook_id, body, now, secrets)

    result = deliver_webhook("chips", Event.START, replace(post.ports, secrets_of=slow, webhooks=Watching({})))

    assert isinstance(result, Delivery)
    assert claims[0] > NOON + 21_000 + 1000 * POLICY.timeout
    assert result.attempts[0].took == 0


def test_a_fault_in_reading_secrets_leaves_the_attempt_to_be_made() -> None:
    def unavailable(_: str) -> tuple[str, ...]:
        raise TemporaryFaultError("table: throttled")

    post = Post()

    with pytest.raises(TemporaryFaultError):
        deliver_webhook("chips", Event.START, replace(post.ports, secrets_of=unavailable))

    assert post.store.deliveries == {}
    assert post.deliver(Event.START).state is DeliveryState.DELIVERED  # type: ignore[union-attr]


def test_the_bodies_are_the_ones_that_were_promised() -> None:
    assert json.loads(webhook_body(succeeded(), Event.START)) == {"id": "chips", "state": "started"}
    assert json.loads(webhook_body(succeeded(), Event.SUCCESS)) == {"id": "chips", "state": "success"}
    assert json.loads(webhook_body(failed(), Event.FAILURE)) == {
        "id": "chips",
        "state": "failed",
        "errors": {"asset": ["is not a jpeg"], "onStart": ["is not a valid URL"]},
    }


def test_a_delivered_webhook_is_recorded_and_never_sent_again() -> None:
    post = Post()

    post.deliver(Event.START)
    again = post.deliver(Event.START)

    assert post.delivery(Event.START).state is DeliveryState.DELIVERED
    assert isinstance(again, Nothing)
    assert len(post.webhooks.calls) == 1
    assert post.queue.messages == []


def test_a_refused_webhook_waits_for_its_next_step_under_the_same_id() -> None:
    post = Post(onStart=[REFUSED])

    post.deliver(Event.START)
    early = post.deliver(Event.START)
    post.time = post.delivery(Event.START).next_attempt_at
    post.deliver(Event.START)

    assert isinstance(early, Wait)
    assert 8 <= early.seconds <= 12
    assert post.queue.messages == 2 * [("chips", Event.START)]
    assert post.queue.delays == 2 * [early.seconds]
    assert post.queue.tenants == 2 * ["trax"]
    assert [webhook_id for _, webhook_id, _ in post.webhooks.calls] == 2 * ["msg_chips_onStart"]
    assert [each.status for each in post.delivery(Event.START).attempts] == [500, 204]


def test_a_receiver_that_is_gone_ends_it_at_once() -> None:
    post = Post(onStart=[GONE])

    post.deliver(Event.START)

    assert post.delivery(Event.START).state is DeliveryState.FAILED


def test_the_end_waits_for_the_start() -> None:
    post = Post(onStart=[REFUSED])
    post.deliver(Event.START)

    waiting = post.deliver(Event.SUCCESS)

    assert isinstance(waiting, Wait)
    assert [url for url, _, _ in post.webhooks.calls] == [CHIPS_URLS[Event.START]]


def test_the_end_follows_a_start_that_is_being_told_without_going_back_to_the_queue() -> None:
    post = Post()
    start_is_told = replace(post.ports, sleep=lambda _: post.deliver(Event.START))

    deliver_webhook("chips", Event.SUCCESS, start_is_told)

    assert [url for url, _, _ in post.webhooks.calls] == [CHIPS_URLS[Event.START], CHIPS_URLS[Event.SUCCESS]]
    assert post.queue.messages == []


def test_the_end_goes_back_to_the_queue_if_the_start_is_not_told_within_moments() -> None:
    post = Post()

    waiting = post.deliver(Event.SUCCESS)

    assert waiting == Wait(LOOK_AGAIN_AFTER)
    assert post.time - NOON == round(1000 * sum(SHORT_PAUSES))
    assert post.queue.messages == [("chips", Event.SUCCESS)]


def test_the_end_does_not_wait_for_a_start_that_nobody_asked_for() -> None:
    post = Post(failed())

    post.deliver(Event.FAILURE)

    assert post.delivery(Event.FAILURE).state is DeliveryState.DELIVERED


def test_an_event_that_did_not_happen_is_not_told() -> None:
    post = Post(failed())

    assert isinstance(post.deliver(Event.SUCCESS), Nothing)
    assert isinstance(post.deliver(Event.START), Nothing)
    assert post.webhooks.calls == []


def test_a_silent_receiver_is_spared_for_a_while_without_holding_a_thread() -> None:
    post = Post(onStart=[SILENT])
    post.deliver(Event.START)
    post.store.assets["crisps"] = replace(succeeded(), id="crisps")

    skipped = deliver_webhook("crisps", Event.START, post.ports)

    assert isinstance(skipped, Delivery)
    assert skipped.attempts[-1].detail.startswith("not tried")
    assert skipped.next_attempt_at >= NOON + 15_000
    assert len(post.webhooks.calls) == 1


def test_a_webhook_is_not_given_up_without_a_call_however_silent_others_find_its_receiver() -> None:
    post = Post(onStart=[SILENT])
    receiver = receiver_of("trax", CHIPS_URLS[Event.START])

    for _ in range(1 + POLICY.retry.start_steps):
        post.ports.slow_receivers.note(receiver, timed_out=True, now=post.time)
        post.deliver(Event.START)
        post.time = post.delivery(Event.START).next_attempt_at

    given_up = post.delivery(Event.START)
    assert given_up.state is DeliveryState.FAILED
    assert [each.detail for each in given_up.attempts] == [NOT_TRIED.detail, NOT_TRIED.detail, SILENT.detail]


def test_a_webhook_whose_receiver_was_called_may_end_without_another_call() -> None:
    post = Post(onStart=[SILENT])
    receiver = receiver_of("trax", CHIPS_URLS[Event.START])
    post.deliver(Event.START)

    for _ in range(POLICY.retry.start_steps):
        post.time = post.delivery(Event.START).next_attempt_at
        post.ports.slow_receivers.note(receiver, timed_out=True, now=post.time)
        post.deliver(Event.START)

    assert post.delivery(Event.START).state is DeliveryState.FAILED
    assert len(post.webhooks.calls) == 1


def test_a_replay_is_the_call_that_finds_out_whether_a_silent_receiver_answers_again() -> None:
    post = Post(onStart=[SILENT, SILENT, SILENT])
    for _ in range(1 + POLICY.retry.start_steps):
        post.deliver(Event.START)
        post.time = post.delivery(Event.START).next_attempt_at or post.time + 1000 * 60
    replay_delivery(post.store.history("chips"), Event.START, post.store, post.queue)

    deliver_webhook("chips", Event.START, post.ports, post.queue.seen[-1])

    assert post.delivery(Event.START).state is DeliveryState.DELIVERED


def test_a_silent_receiver_that_answers_again_is_called_as_before() -> None:
    post = Post(onStart=[SILENT])
    post.deliver(Event.START)
    post.time = post.delivery(Event.START).next_attempt_at

    post.deliver(Event.START)

    assert post.delivery(Event.START).state is DeliveryState.DELIVERED


def test_only_one_call_probes_a_silent_receiver_at_a_time() -> None:
    slow = SlowReceivers(15)
    slow.note(shops("hooks/1?asset=7"), timed_out=True, now=NOON)

    assert not slow.may_call(shops("hooks/1?asset=8"), NOON + 14_999)
    assert slow.may_call(shops("hooks/1?asset=8"), NOON + 15_000)
    assert not slow.may_call(shops("hooks/1?asset=9"), NOON + 15_001)


def test_a_silent_receiver_does_not_count_against_others_on_its_host() -> None:
    slow = SlowReceivers(15)
    for number in range(MANY - 1):
        slow.note(shops(f"hooks/{number}"), timed_out=True, now=NOON)

    assert slow.may_call(shops("hooks/other"), NOON)


def test_many_silent_receivers_of_a_customer_on_a_host_are_one() -> None:
    slow = SlowReceivers(15)
    for number in range(MANY):
        slow.note(shops(f"hooks/{number}"), timed_out=True, now=NOON)

    assert not slow.may_call(shops("hooks/other"), NOON + 14_999)
    assert slow.may_call(shops("hooks/other"), NOON + 15_000)
    assert slow.may_call(receiver_of("acme", "https://shop.example/hooks/other"), NOON)
    assert slow.may_call(receiver_of("trax", "https://bar.example/hooks/other"), NOON)


def test_only_so_many_silent_receivers_are_remembered() -> None:
    slow = SlowReceivers(15)
    receivers = [receiver_of("trax", f"https://shop{number}.example/") for number in range(1001)]
    for each in receivers:
        slow.note(each, timed_out=True, now=NOON)

    assert slow.may_call(receivers[0], NOON)
    assert not slow.may_call(receivers[1000], NOON)


def shops(path: str) -> Receiver:
    """A receiver of one customer on one host."""
    return receiver_of("trax", f"https://shop.example/{path}")


def test_a_failed_delivery_is_replayed_under_its_old_id() -> None:
    post = Post(onStart=[GONE])
    post.deliver(Event.START)
    queue = MemoryNotificationQueue()

    replay_delivery(post.store.history("chips"), Event.START, post.store, queue)
    post.deliver(Event.START)

    assert queue.messages == [("chips", Event.START)]
    assert post.delivery(Event.START).state is DeliveryState.DELIVERED
    assert post.delivery(Event.START).replays == 1
    assert [webhook_id for _, webhook_id, _ in post.webhooks.calls] == 2 * ["msg_chips_onStart"]


def test_a_replay_asked_for_twice_is_one_replay() -> None:
    post = Post(onStart=[GONE])
    post.deliver(Event.START)
    queue = MemoryNotificationQueue()

    for _ in range(2):
        replay_delivery(post.store.history("chips"), Event.START, post.store, queue)

    assert post.delivery(Event.START).replays == 1


def test_what_never_happened_cannot_be_replayed() -> None:
    post = Post()

    with pytest.raises(NotReplayableError, match="there is no onFailure to tell: it has not happened"):
        replay_delivery(post.store.history("chips"), Event.FAILURE, post.store, MemoryNotificationQueue())


def test_a_webhook_whose_message_was_lost_is_told_by_a_replay() -> None:
    post = Post()
    queue = MemoryNotificationQueue()

    replay_delivery(post.store.history("chips"), Event.SUCCESS, post.store, queue)
    post.deliver(Event.SUCCESS)

    assert queue.messages == [("chips", Event.SUCCESS)]
    assert post.delivery(Event.SUCCESS).state is DeliveryState.DELIVERED


def test_the_end_looks_at_a_lost_start_seldom() -> None:
    post = Post()
    looks = 0
    while isinstance(waiting := post.deliver(Event.SUCCESS), Wait):
        post.time += round(1000 * waiting.seconds)
        looks += 1

    assert post.delivery(Event.SUCCESS).state is DeliveryState.DELIVERED
    assert looks <= LOOKS


def test_the_end_looks_at_a_lost_start_seldom_under_the_default_policy() -> None:
    policy = DeliveryPolicy()
    asset, now, looks = succeeded(), NOON, 0
    while isinstance(waiting := next_step(asset, Event.SUCCESS, {}, policy, now), Wait):
        now += round(1000 * waiting.seconds)
        looks += 1

    assert isinstance(waiting, GiveUp)
    assert looks <= LOOKS


def test_an_unknown_asset_has_nothing_to_tell() -> None:
    assert isinstance(deliver_webhook("unknown", Event.START, Post().ports), Nothing)


def test_a_queued_asset_has_nothing_to_tell_yet() -> None:
    post = Post(chips_asset())

    assert isinstance(post.deliver(Event.START), Nothing)
    assert post.store.assets["chips"].state is State.QUEUED
