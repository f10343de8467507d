"""One suite for every store of assets: the in-memory twin and DynamoDB behave alike."""

from collections.abc import Iterator

import boto3
import pytest

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.memory import MemoryAssets
from snapjury.adapters.table import Table
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError
from snapjury.rules.asset import Event, File, State, finish_validation, start_validation
from snapjury.rules.delivery import Delivery, DeliveryPolicy, claim, record_attempt
from snapjury.rules.retry import outcome_of_status
from snapjury.services.ports import Assets
from tests.aws import mocked_aws
from tests.builders import NOON, chips_asset
from tests.template import create_core_table


@pytest.fixture(params=["memory", "dynamodb"])
def assets(request: pytest.FixtureRequest) -> Iterator[Assets]:
    if request.param == "memory":
        yield MemoryAssets()
        return
    with mocked_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_core_table(client, "core")
        yield DynamoAssets(Table(client, "core"))


def test_an_added_asset_is_read_as_it_was(assets: Assets) -> None:
    asset = chips_asset()

    assets.add(asset)

    assert assets.get("chips") == asset


def test_an_added_asset_keeps_its_product(assets: Assets) -> None:
    asset = chips_asset(product="04012345678901")

    assets.add(asset)

    assert assets.get("chips") == asset


def test_an_id_is_taken_once(assets: Assets) -> None:
    assets.add(chips_asset())

    with pytest.raises(AlreadyExistsError):
        assets.add(chips_asset(created_at=NOON + 1))


def test_an_unknown_asset_is_not_found(assets: Assets) -> None:
    with pytest.raises(NotFoundError):
        assets.get("unknown")
    with pytest.raises(NotFoundError):
        assets.history("unknown")


def test_every_field_of_a_finished_asset_is_kept(assets: Assets) -> None:
    started = start_validation(chips_asset(), {}, NOON + 1)
    image = File("ab" * 32, 12_345, 640, 480)
    succeeded = finish_validation(started, (), {}, image, NOON + 2)

    assets.add(chips_asset())
    assets.save(started)
    assets.save(succeeded)

    assert assets.get("chips") == succeeded


def test_the_errors_keep_their_order(assets: Assets) -> None:
    errors = {Event.START: ("is not a valid URL",), Event.FAILURE: ("is not a valid URL",)}
    started = start_validation(chips_asset(), errors, NOON + 1)
    failed = finish_validation(started, ("is not a jpeg", "width is greater than 1000px"), errors, None, NOON + 2)

    assets.add(chips_asset())
    assets.save(started)
    assets.save(failed)

    assert list(assets.get("chips").errors.items()) == list(failed.errors.items())


def test_only_the_next_version_is_saved(assets: Assets) -> None:
    assets.add(chips_asset())
    started = start_validation(chips_asset(), {}, NOON + 1)
    assets.save(started)

    with pytest.raises(ConflictError):
        assets.save(started)


def test_an_asset_that_is_gone_is_not_brought_back(assets: Assets) -> None:
    with pytest.raises(ConflictError):
        assets.save(start_validation(chips_asset(), {}, NOON))


def test_the_history_has_the_deliveries_that_began(assets: Assets) -> None:
    assets.add(chips_asset())
    policy = DeliveryPolicy()
    claimed = claim(Delivery("chips", Event.START), policy, NOON)
    tried = record_attempt(claimed, outcome_of_status(500, retry_after=3), policy, NOON, NOON + 40, luck=0.5)
    ended = claim(Delivery("chips", Event.SUCCESS), policy, NOON)

    for delivery in (claimed, tried, ended):
        assets.save_delivery(delivery, "trax")

    history = assets.history("chips")
    assert history.asset == chips_asset()
    assert history.deliveries == {Event.START: tried, Event.SUCCESS: ended}


def test_a_delivery_is_claimed_once(assets: Assets) -> None:
    claimed = claim(Delivery("chips", Event.START), DeliveryPolicy(), NOON)
    assets.save_delivery(claimed, "trax")

    with pytest.raises(ConflictError):
        assets.save_delivery(claimed, "trax")


def test_an_asset_that_nobody_knows_of_can_be_withdrawn(assets: Assets) -> None:
    assets.add(chips_asset())

    assets.withdraw(chips_asset())

    with pytest.raises(NotFoundError):
        assets.get("chips")


def test_an_asset_that_is_being_worked_on_is_not_withdrawn(assets: Assets) -> None:
    assets.add(chips_asset())
    started = start_validation(chips_asset(), {}, NOON)
    assets.save(started)

    assets.withdraw(chips_asset())

    assert assets.get("chips") == started


def test_a_list_shows_each_of_an_owners_assets_once_newest_first(assets: Assets) -> None:
    for number in range(25):
        assets.add(chips_asset(id=f"chips{number:02}", created_at=NOON + number))
    assets.add(chips_asset(id="foreign", owner="labelbox"))

    seen: list[str] = []
    position: str | None = None
    pages = 0
    while pages == 0 or position:
        page = assets.page("trax", State.QUEUED, 10, position)
        seen += [asset.id for asset in page.assets]
        position = page.next_position
        pages += 1

    assert seen == [f"chips{number:02}" for number in reversed(range(25))]
    assert pages == 3


def test_a_list_that_fits_exactly_ends(assets: Assets) -> None:
    for number in range(10):
        assets.add(chips_asset(id=f"chips{number}"))

    page = assets.page("trax", None, 10, None)

    assert len(page.assets) == 10
    assert page.next_position is None


def test_a_list_by_state_follows_the_state(assets: Assets) -> None:
    assets.add(chips_asset())
    assets.add(chips_asset(id="crisps"))
    assets.save(start_validation(chips_asset(), {}, NOON))

    assert [asset.id for asset in assets.page("trax", State.WORKING, 10, None).assets] == ["chips"]
    assert [asset.id for asset in assets.page("trax", State.QUEUED, 10, None).assets] == ["crisps"]
    assert len(assets.page("trax", None, 10, None).assets) == 2


def test_what_was_created_in_a_time_is_found_page_by_page_in_the_list_of_its_state(assets: Assets) -> None:
    for number in range(8):
        assets.add(chips_asset(id=f"chips{number}", created_at=NOON + number))
    assets.save(start_validation(chips_asset(id="chips4", created_at=NOON + 4), {}, NOON + 9))
    assets.add(chips_asset(id="foreign", owner="labelbox", created_at=NOON + 3))

    first = assets.created("trax", State.QUEUED, NOON + 2, NOON + 6, 3, None)
    rest = assets.created("trax", State.QUEUED, NOON + 2, NOON + 6, 3, first.next_position)
    working = assets.created("trax", State.WORKING, NOON + 2, NOON + 6, 3, None)

    assert [asset.id for asset in (*first.assets, *rest.assets)] == ["chips6", "chips5", "chips3", "chips2"]
    assert rest.next_position is None
    assert [asset.id for asset in working.assets] == ["chips4"]
