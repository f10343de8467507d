from random import Random

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory import MemoryAssets, MemoryMedia, MemoryNotificationQueue, MemorySources
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import ConflictError
from snapjury.rules.asset import Asset, Event, File, State, remove_asset, start_validation
from snapjury.rules.snapshot import Decision, Reason
from snapjury.services.validation import ValidationPorts, give_up_validation, validate_asset
from tests.builders import CHIPS_URLS, NOON, chips_asset
from tests.images import jpeg, png
from tests.jury import CHIPS, YES


class Desk:
    """A validation desk over memory, with one stored asset."""

    def __init__(self, content: bytes | None, **changes: object) -> None:
        files = {} if content is None else {"./images/chips.jpg": content}
        self.store = MemoryAssets()
        self.media = MemoryMedia()
        self.outbox = MemoryNotificationQueue()
        self.snapshots = MemorySnapshots()
        self.ports = ValidationPorts(
            self.store,
            self.snapshots,
            MemorySources(files),
            self.media,
            self.outbox,
            (),
            Random(1),
        )
        self.store.add(chips_asset(**changes))

    def validate(self, seen: Asset | None = None) -> Asset:
        asset = validate_asset("chips", self.ports, lambda: NOON + 1, seen)
        assert asset is not None
        return asset


def test_a_good_image_is_kept_under_its_hash_and_its_owner_told() -> None:
    photo = jpeg(640, 480)
    desk = Desk(photo)

    asset = desk.validate()

    assert asset.state is State.SUCCESS
    assert asset.file == File(asset.file.sha256, len(photo), 640, 480)  # type: ignore[union-attr]
    assert desk.media.objects == {asset.file.sha256: photo}  # type: ignore[union-attr]
    assert desk.outbox.messages == [("chips", Event.START), ("chips", Event.SUCCESS)]
    assert set(desk.outbox.tenants) == {"trax"}


def test_an_asset_that_the_message_brought_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(jpeg(640, 480))
    monkeypatch.delattr(MemoryAssets, "get")

    assert desk.validate(seen=chips_asset()).state is State.SUCCESS


def test_an_asset_that_the_message_brought_counts_for_nothing_once_the_stored_one_has_changed() -> None:
    removed, finished, withdrawn = (Desk(jpeg(640, 480), product=CHIPS) for _ in range(3))
    queued = chips_asset(product=CHIPS)
    removed.store.save(remove_asset(queued, NOON))
    finished.validate()
    withdrawn.store.withdraw(queued)

    assert removed.validate(seen=queued).removed_at == NOON
    assert finished.validate(seen=queued) == finished.store.get("chips")
    assert validate_asset("chips", withdrawn.ports, lambda: NOON, queued) is None
    assert withdrawn.outbox.messages == []
    assert not withdrawn.snapshots.snapshots


def test_all_five_errors_of_a_large_png_with_two_bad_urls_are_reported_at_once_to_the_good_url() -> None:
    urls = CHIPS_URLS | {Event.START: "nonsense", Event.SUCCESS: "http://169.254.169.254/"}
    desk = Desk(png(2000, 2000), notifications=urls)

    asset = desk.validate()

    assert asset.state is State.FAILED
    assert list(asset.errors.items()) == [
        ("asset", ("is not a jpeg", "width is greater than 1000px", "height is greater than 1000px")),
        ("onStart", ("is not a valid URL",)),
        ("onSuccess", ("is not a valid URL",)),
    ]
    assert desk.outbox.messages == [("chips", Event.FAILURE)]


def test_a_good_image_with_a_bad_url_fails_and_is_not_kept() -> None:
    desk = Desk(jpeg(10, 10), notifications={Event.START: "nonsense"})

    asset = desk.validate()

    assert asset.errors == {"onStart": ("is not a valid URL",)}
    assert asset.file is None
    assert desk.media.objects == {}
    assert desk.outbox.messages == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not reachable"),
        (b"", "is not an image"),
        (b"Dear customer", "is not an image"),
        (b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), "is larger than 20 MB"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes | None, message: str) -> None:
    assert Desk(content).validate().errors == {"asset": (message,)}


def test_an_asset_without_webhooks_is_validated_all_the_same() -> None:
    desk = Desk(jpeg(10, 10), notifications={})

    assert desk.validate().state is State.SUCCESS
    assert desk.outbox.messages == []


def test_a_withdrawn_asset_is_left_alone() -> None:
    desk = Desk(jpeg(10, 10))
    desk.store.withdraw(chips_asset())

    assert validate_asset("chips", desk.ports, lambda: NOON) is None
    assert give_up_validation("chips", desk.ports, lambda: NOON) is None


def test_of_two_verdicts_the_first_counts_for_both() -> None:
    desk = Desk(jpeg(10, 10))
    save = desk.store.save

    def somebody_else_is_faster(asset: Asset) -> None:
        if asset.state is State.SUCCESS:
            desk.store.save = save  # type: ignore[method-assign]
            give_up_validation("chips", desk.ports, lambda: NOON)
        save(asset)

    desk.store.save = somebody_else_is_faster  # type: ignore[method-assign]

    asset = desk.validate()

    assert asset.state is State.FAILED
    assert asset.errors == {"asset": ("could not be validated",)}
    assert {event for _, event in desk.outbox.messages} == {Event.START, Event.FAILURE}


def test_a_start_that_somebody_else_stored_first_is_not_stored_again() -> None:
    desk = Desk(jpeg(10, 10))
    save = desk.store.save

    def somebody_else_began(asset: Asset) -> None:
        desk.store.save = save  # type: ignore[method-assign]
        save(asset)
        raise ConflictError(asset.id)

    desk.store.save = somebody_else_began  # type: ignore[method-assign]

    assert desk.validate().version == 3


def test_a_validation_given_up_ends_as_failed_and_tells_the_owner_of_the_bad_urls_too() -> None:
    desk = Desk(jpeg(10, 10), notifications=CHIPS_URLS | {Event.SUCCESS: "nonsense"})
    desk.store.save(start_validation(desk.store.get("chips"), {}, NOON))

    asset = give_up_validation("chips", desk.ports, lambda: NOON)

    assert asset is not None
    assert asset.errors == {"asset": ("could not be validated",), "onSuccess": ("is not a valid URL",)}
    assert desk.outbox.messages == [("chips", Event.FAILURE)]


def test_a_validation_that_nobody_began_is_begun_where_it_is_given_up() -> None:
    desk = Desk(jpeg(10, 10))

    asset = give_up_validation("chips", desk.ports, lambda: NOON)

    assert asset is not None
    assert asset.state is State.SUCCESS
    assert [event for _, event in desk.outbox.messages] == [Event.START, Event.SUCCESS]


def test_a_validation_that_crashes_where_it_was_to_be_given_up_is_given_up_the_next_time() -> None:
    desk = Desk(jpeg(10, 10))

    def crash(*_: object) -> None:
        raise MemoryError

    put, desk.media.put = desk.media.put, crash  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        give_up_validation("chips", desk.ports, lambda: NOON)
    desk.media.put = put  # type: ignore[method-assign]

    asset = give_up_validation("chips", desk.ports, lambda: NOON)

    assert asset is not None
    assert asset.errors == {"asset": ("could not be validated",)}


def test_giving_up_keeps_a_verdict_that_exists() -> None:
    desk = Desk(jpeg(10, 10))
    verdict = desk.validate()

    assert give_up_validation("chips", desk.ports, lambda: NOON) == verdict


def test_an_accepted_picture_of_a_product_enters_the_pool_by_itself() -> None:
    desk = Desk(jpeg(640, 480), product=CHIPS)

    asset = desk.validate()

    snapshot = desk.snapshots.get("chips")
    assert asset.file is not None
    assert (snapshot.product, snapshot.image, snapshot.width) == (CHIPS, asset.file.sha256, 640)
    assert snapshot.status == "pending"


def test_a_refused_picture_and_one_of_no_product_do_not() -> None:
    refused, without_product = Desk(png(640, 480), product=CHIPS), Desk(jpeg(640, 480))

    refused.validate()
    without_product.validate()

    assert (refused.snapshots.snapshots, without_product.snapshots.snapshots) == ({}, {})


def test_a_message_that_comes_again_leaves_the_votes_on_the_snapshot_alone() -> None:
    desk = Desk(jpeg(640, 480), product=CHIPS)
    desk.validate()
    judged = replace(
        desk.snapshots.get("chips"), version=2, decision=Decision(YES, Reason.UNANIMOUS, 0.8, NOON, "p", 0)
    )
    desk.snapshots.save(judged)

    desk.validate()

    assert desk.snapshots.get("chips") == judged


def test_a_snapshot_that_was_accepted_but_not_filed_is_filed_when_its_validation_is_given_up() -> None:
    desk = Desk(jpeg(640, 480), product=CHIPS)
    desk.validate()
    desk.snapshots.snapshots.clear()

    give_up_validation("chips", desk.ports, lambda: NOON + 5)

    assert desk.snapshots.get("chips").status == "pending"


def test_an_asset_ends_when_its_file_has_been_looked_at() -> None:
    desk = Desk(jpeg(10, 10))
    moments = iter([NOON + 10, NOON + 700])

    asset = validate_asset("chips", desk.ports, lambda: next(moments))

    assert asset is not None
    assert (asset.started_at, asset.finished_at) == (NOON + 10, NOON + 700)
