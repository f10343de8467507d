"""One suite for what tells admins what happened lately: the in-memory twin and DynamoDB behave alike."""

from collections.abc import Iterator

import boto3
import pytest
from msgspec.structs import replace

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_operations import DynamoActivity
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.memory import MemoryAssets
from snapjury.adapters.memory_operations import MemoryActivity
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.adapters.table import Table
from snapjury.rules.activity import Decided, Ended
from snapjury.rules.asset import Asset, Event, finish_validation, start_validation
from snapjury.rules.delivery import Delivery, DeliveryPolicy, Trouble, claim, record_attempt, replay
from snapjury.rules.retry import Outcome, Verdict
from snapjury.services.operation_ports import Activity
from snapjury.services.ports import Assets, Snapshots
from tests.aws import mocked_aws
from tests.builders import CHIPS_URLS, NOON, chips_asset
from tests.jury import YES, id_of, judged
from tests.template import create_core_table

HOUR = 3_600_000
POLICY = DeliveryPolicy()
REFUSED = Outcome(Verdict.RETRYABLE, "answered 500", 500)
GONE = Outcome(Verdict.PERMANENT, "answered 410", 410)
ARRIVED = Outcome(Verdict.DELIVERED, "answered 204", 204)
Stores = tuple[Activity, Assets, Snapshots]


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        assets, snapshots = MemoryAssets(), MemorySnapshots()
        yield MemoryActivity(assets, snapshots), assets, snapshots
        return
    with mocked_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_core_table(client, "core")
        table = Table(client, "core")
        yield DynamoActivity(table), DynamoAssets(table), DynamoSnapshots(table)


def end(assets: Assets, number: int, at: int, *errors: str) -> Asset:
    """Store an asset that was submitted at noon and ended then."""
    queued = chips_asset(id=id_of(number))
    started = start_validation(queued, {}, NOON + 1)
    finished = finish_validation(started, errors, {}, None, at)
    assets.add(queued)
    assets.save(started)
    assets.save(finished)
    return finished


def attempt(delivery: Delivery, outcome: Outcome, at: int, assets: Assets) -> Delivery:
    """Store an attempt and what it comes to."""
    owner = assets.get(delivery.asset_id).owner
    claimed = claim(delivery, POLICY, at)
    tried = record_attempt(claimed, outcome, POLICY, at, at + 5, luck=0.5)
    assets.save_delivery(claimed, owner)
    assets.save_delivery(tried, owner)
    return tried


def test_assets_are_told_once_they_have_ended_whoever_owns_them(stores: Stores) -> None:
    activity, assets, _ = stores
    end(assets, 1, NOON + 50)
    end(assets, 2, NOON + 60, "is not a jpeg")
    assets.add(chips_asset(id=id_of(3), owner="labelbox"))

    newest = activity.ended(NOON, NOON + HOUR, 10)

    assert newest.since == NOON
    assert sorted(newest.entries, key=lambda each: each.at) == [
        Ended(NOON + 50, waited=1, took=50, failed=False),
        Ended(NOON + 60, waited=1, took=60, failed=True),
    ]


def test_only_the_time_that_is_asked_for_is_told(stores: Stores) -> None:
    activity, assets, _ = stores
    for number in range(4):
        end(assets, number, NOON + 100 * number)

    newest = activity.ended(NOON + 100, NOON + 300, 10)

    assert sorted(each.at for each in newest.entries) == [NOON + 100, NOON + 200]


def test_of_very_many_all_that_came_since_a_moment_are_told(stores: Stores) -> None:
    activity, assets, _ = stores
    moments = [NOON + 100 * number for number in range(60)]
    for number, moment in enumerate(moments):
        end(assets, number, moment, *(["is not a jpeg"] if number % 2 else []))

    newest = activity.ended(NOON, NOON + HOUR, 5)

    assert newest.since > NOON
    assert sorted(each.at for each in newest.entries) == [each for each in moments if each >= newest.since]
    assert len(newest.entries) >= 4


def test_decisions_are_told_with_their_votes_and_those_spared(stores: Stores) -> None:
    activity, _, snapshots = stores
    decided = judged(YES, YES, YES)
    assert decided.decision is not None
    snapshots.add(replace(decided, version=1))

    moment = decided.decision.decided_at
    newest = activity.decided(moment, moment + 1, 10)

    assert newest.entries == (Decided(moment, votes=3, spared=decided.decision.spared),)
    assert activity.decided(moment + 1, moment + HOUR, 10).entries == ()


def test_decisions_of_two_months_are_told_together(stores: Stores) -> None:
    activity, _, snapshots = stores
    new_year = 1_798_761_600_000  # 2027-01-01
    for number, moment in enumerate((new_year - 1, new_year)):
        decided = judged(YES, YES, YES)
        assert decided.decision is not None
        decision = replace(decided.decision, decided_at=moment)
        snapshots.add(replace(decided, id=id_of(number), decision=decision, version=1))

    newest = activity.decided(new_year - HOUR, new_year + 1, 10)

    assert sorted(each.at for each in newest.entries) == [new_year - 1, new_year]


def test_failed_assets_are_listed_page_by_page_the_last_to_fail_first(stores: Stores) -> None:
    activity, assets, _ = stores
    failed = [end(assets, number, NOON + number, "is not a jpeg") for number in range(7)]
    end(assets, 8, NOON + 8)

    first = activity.failed(4, None)
    second = activity.failed(4, first.next_position)

    assert [*first.assets, *second.assets] == failed[::-1]
    assert len(first.assets) == 4
    assert second.next_position is None


def test_a_delivery_is_listed_while_it_is_repeated_and_once_it_was_given_up(stores: Stores) -> None:
    activity, assets, _ = stores
    assets.add(chips_asset(id=id_of(1)))
    assets.add(chips_asset(id=id_of(2)))
    repeated = attempt(Delivery(id_of(1), Event.START), REFUSED, NOON, assets)
    gone = attempt(Delivery(id_of(2), Event.START), GONE, NOON + 9, assets)

    assert activity.troubled(10, None).deliveries == (
        (gone, CHIPS_URLS[Event.START]),
        (repeated, CHIPS_URLS[Event.START]),
    )


def test_a_delivery_that_arrives_is_listed_no_more_and_usually_never_was(stores: Stores) -> None:
    activity, assets, _ = stores
    assets.add(chips_asset(id=id_of(1)))
    usual = claim(Delivery(id_of(1), Event.SUCCESS), POLICY, NOON)
    assets.save_delivery(usual, "trax")
    repeated = attempt(Delivery(id_of(1), Event.START), REFUSED, NOON, assets)

    assert [each.event for each, _ in activity.troubled(10, None).deliveries] == [Event.START]
    attempt(repeated, ARRIVED, NOON + 9000, assets)
    assert activity.troubled(10, None).deliveries == ()


def test_troubled_deliveries_are_listed_page_by_page_the_last_tried_first(stores: Stores) -> None:
    activity, assets, _ = stores
    for number in range(5):
        assets.add(chips_asset(id=id_of(number)))
        attempt(Delivery(id_of(number), Event.START), REFUSED, NOON + number, assets)

    first = activity.troubled(3, None)
    second = activity.troubled(3, first.next_position)

    listed = [each.asset_id for each, _ in (*first.deliveries, *second.deliveries)]
    assert listed == [id_of(number) for number in (4, 3, 2, 1, 0)]
    assert second.next_position is None


def test_owners_list_their_own_deliveries_in_trouble_the_repeated_first_and_the_last_tried_first(
    stores: Stores,
) -> None:
    _, assets, _ = stores
    for number, owner in enumerate(("trax", "trax", "trax", "bolt", "trax")):
        assets.add(chips_asset(id=id_of(number), owner=owner))
    tried = [
        attempt(Delivery(id_of(number), Event.START), outcome, NOON + number, assets)
        for number, outcome in enumerate((REFUSED, GONE, REFUSED, GONE, GONE))
    ]

    def listed(state: Trouble | None, owner: str = "trax") -> list[Delivery]:
        first = assets.troubled(owner, state, 1, None)
        others = assets.troubled(owner, state, 9, first.next_position) if first.next_position else None
        pages = (*first.deliveries, *(others.deliveries if others else ()))
        assert {url for _, url in pages} <= {CHIPS_URLS[Event.START]}
        return [each for each, _ in pages]

    assert listed(None) == [tried[2], tried[0], tried[4], tried[1]]
    assert listed(Trouble.REPEATED) == [tried[2], tried[0]]
    assert listed(Trouble.GIVEN_UP) == [tried[4], tried[1]]
    assert listed(None, "bolt") == [tried[3]]
    assert listed(None, "acme") == []


def test_one_that_was_given_up_is_listed_as_repeated_once_it_is_replayed_and_no_more_once_it_arrives(
    stores: Stores,
) -> None:
    _, assets, _ = stores
    assets.add(chips_asset(id=id_of(1)))
    again = replay(attempt(Delivery(id_of(1), Event.START), GONE, NOON, assets))
    assets.save_delivery(again, "trax")

    assert assets.troubled("trax", Trouble.GIVEN_UP, 9, None).deliveries == ()
    assert assets.troubled("trax", Trouble.REPEATED, 9, None).deliveries == ((again, CHIPS_URLS[Event.START]),)
    attempt(again, ARRIVED, NOON + 9, assets)
    assert assets.troubled("trax", None, 9, None).deliveries == ()
