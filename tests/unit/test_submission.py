from itertools import count

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory import MemoryAssets, MemoryValidationQueue
from snapjury.errors import (
    ForbiddenError,
    IdempotencyKeyReusedError,
    LocationNotEnabledError,
    NotFoundError,
    TemporaryFaultError,
)
from snapjury.rules.api_key import Access
from snapjury.rules.asset import Asset, Event, Location, Source, State
from snapjury.services.assets import Submission, SubmissionPorts, asset_seen_by, submit_asset
from tests.builders import CHIPS_URLS, NOON

CHIPS = Submission("trax", Source(Location.LOCAL, "./images/chips.jpg"), CHIPS_URLS)
CHIPS_KEYED = Submission("trax", CHIPS.source, CHIPS_URLS, idempotency_key="order-66")


class BrokenQueue:
    def send(self, asset: Asset) -> None:
        raise TemporaryFaultError("queue")


@pytest.fixture
def ports() -> SubmissionPorts:
    ids = count(1)
    return SubmissionPorts(
        MemoryAssets(), MemoryValidationQueue(), (Location.LOCAL, Location.UPLOAD), lambda: f"asset{next(ids)}"
    )


def with_broken_queue(ports: SubmissionPorts) -> SubmissionPorts:
    return SubmissionPorts(ports.assets, BrokenQueue(), ports.enabled_locations, ports.new_id)


def test_a_submitted_asset_is_stored_and_queued(ports: SubmissionPorts) -> None:
    asset = submit_asset(CHIPS, ports, NOON)

    assert asset.state is State.QUEUED
    assert ports.assets.get("asset1") == asset
    assert ports.queue.messages == ["asset1"]
    assert ports.queue.tenants == [CHIPS.owner]


def test_the_same_request_without_a_key_is_another_asset(ports: SubmissionPorts) -> None:
    assert submit_asset(CHIPS, ports, NOON).id != submit_asset(CHIPS, ports, NOON).id


def test_the_same_request_with_its_key_is_the_same_asset(ports: SubmissionPorts) -> None:
    first = submit_asset(CHIPS_KEYED, ports, NOON)
    again = submit_asset(CHIPS_KEYED, ports, NOON + 5000)

    assert again == first


def test_a_key_belongs_to_its_owner(ports: SubmissionPorts) -> None:
    other = Submission("labelbox", CHIPS.source, CHIPS_URLS, idempotency_key="order-66")

    assert submit_asset(CHIPS_KEYED, ports, NOON).id != submit_asset(other, ports, NOON).id


def test_a_key_with_another_request_is_refused(ports: SubmissionPorts) -> None:
    submit_asset(CHIPS_KEYED, ports, NOON)
    other = Submission("trax", CHIPS.source, {Event.START: "https://elsewhere.example"}, "order-66")

    with pytest.raises(IdempotencyKeyReusedError):
        submit_asset(other, ports, NOON)


def test_a_key_with_another_type_is_refused(ports: SubmissionPorts) -> None:
    submit_asset(replace(CHIPS_KEYED, type="png"), ports, NOON)

    with pytest.raises(IdempotencyKeyReusedError):
        submit_asset(CHIPS_KEYED, ports, NOON)


def test_a_key_with_another_product_is_refused(ports: SubmissionPorts) -> None:
    submit_asset(replace(CHIPS_KEYED, product="04012345678901"), ports, NOON)

    with pytest.raises(IdempotencyKeyReusedError):
        submit_asset(CHIPS_KEYED, ports, NOON)


def test_an_image_keeps_the_product_that_it_is_filed_under(ports: SubmissionPorts) -> None:
    asset = submit_asset(replace(CHIPS, product="04012345678901"), ports, NOON)

    assert ports.assets.get(asset.id).product == "04012345678901"


def test_a_request_whose_queue_failed_leaves_nothing_behind(ports: SubmissionPorts) -> None:
    with pytest.raises(TemporaryFaultError):
        submit_asset(CHIPS, with_broken_queue(ports), NOON)

    assert ports.assets.page("trax", None, 10, None).assets == ()


def test_a_keyed_request_whose_queue_failed_is_queued_when_it_is_repeated(ports: SubmissionPorts) -> None:
    with pytest.raises(TemporaryFaultError):
        submit_asset(CHIPS_KEYED, with_broken_queue(ports), NOON)

    asset = submit_asset(CHIPS_KEYED, ports, NOON)

    assert ports.queue.messages == [asset.id]


def test_a_location_that_is_not_enabled_is_refused_with_those_that_are(ports: SubmissionPorts) -> None:
    from_web = Submission("trax", Source(Location.HTTP, "https://example.com/chips.jpg"), {})

    with pytest.raises(LocationNotEnabledError, match="'http' is not enabled here; use one of: local, upload"):
        submit_asset(from_web, ports, NOON)


def test_what_is_not_in_the_callers_folder_of_the_bucket_is_refused_and_nothing_is_left_behind(
    ports: SubmissionPorts,
) -> None:
    with_bucket = replace(ports, enabled_locations=(Location.S3,))
    theirs = Submission("trax", Source(Location.S3, "s3://source/labelbox/1.jpg"), {}, sources="trax/")
    ours = replace(theirs, source=Source(Location.S3, "s3://source/trax/1.jpg"))

    with pytest.raises(ForbiddenError, match="this API key opens s3://<bucket>/trax/ alone"):
        submit_asset(theirs, with_bucket, NOON)
    assert ports.queue.messages == []
    assert submit_asset(ours, with_bucket, NOON).source == ours.source
    assert submit_asset(replace(theirs, sources="*"), with_bucket, NOON).source == theirs.source


def test_somebody_elses_asset_is_not_found(ports: SubmissionPorts) -> None:
    asset = submit_asset(CHIPS, ports, NOON)

    with pytest.raises(NotFoundError):
        asset_seen_by(Access("labelbox", "*"), asset.id, ports.assets)
