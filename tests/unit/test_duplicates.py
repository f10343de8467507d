"""The same bytes under the same product are judged once, whatever crashes, comes twice or at once."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory import MemoryAssets, MemoryMedia, MemoryNotificationQueue, MemorySources
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import ConflictError
from snapjury.rules.asset import Event, Location, Source, State
from snapjury.rules.duplicates import MOST_LISTED, list_duplicate
from snapjury.rules.snapshot import Snapshot
from snapjury.services.validation import ValidationPorts, give_up_validation, validate_asset
from tests.builders import NOON, chips_asset
from tests.crashes import CrashError, CrashPoint, Overtaking
from tests.images import jpeg, with_segment
from tests.jury import CHIPS, YES, chips_snapshot, drawn_by, id_of, judged, voted_by

SALSA = "00000096385074"
PHOTO = jpeg(64, 48)
RETOUCHED = with_segment(0xFE, b"retouched", PHOTO)


class Desk:
    """A validation desk over memory, with a stored asset for each file: `photo` and `copy` have the same bytes."""

    def __init__(self, crash_point: CrashPoint | None = None, **products: str) -> None:
        around = (crash_point or CrashPoint(None, before=False)).around
        self.assets = MemoryAssets()
        self.snapshots = MemorySnapshots()
        self.outbox = MemoryNotificationQueue()
        files = {"photo": PHOTO, "copy": PHOTO, "another copy": PHOTO, "retouched": RETOUCHED}
        self.ports = ValidationPorts(
            around(self.assets),
            around(self.snapshots),
            MemorySources(files),
            around(MemoryMedia()),
            around(self.outbox),
            (),
            Random(1),
        )
        for name in files:
            product = products.get(name, CHIPS)
            self.assets.add(chips_asset(id=name, source=Source(Location.LOCAL, name), product=product))

    def validate(self, *names: str) -> None:
        """Receive a message for each of these assets; one that crashes comes again after the others."""
        waiting = list(names)
        while waiting:
            name = waiting.pop(0)
            try:
                validate_asset(name, self.ports, lambda: NOON)
            except CrashError:
                waiting.append(name)

    def read(self, name: str) -> Snapshot:
        return self.snapshots.get(name)

    @property
    def statuses(self) -> dict[str, str]:
        return {name: each.status for name, each in sorted(self.snapshots.snapshots.items())}


def assert_one_is_judged_for_the_other(desk: Desk) -> None:
    (first,) = (each for each in desk.snapshots.snapshots.values() if each.duplicate_of is None)
    (duplicate,) = (each for each in desk.snapshots.snapshots.values() if each.duplicate_of is not None)
    assert duplicate.duplicate_of == first.id
    assert first.duplicates == (duplicate.id,)
    assert {asset.state for asset in desk.assets.assets.values() if asset.is_finished} == {State.SUCCESS}
    told = {name for name, event in desk.outbox.messages if event is Event.SUCCESS}
    assert told == {first.id, duplicate.id}


# ---- what a duplicate is


def test_the_second_of_the_same_bytes_and_product_is_not_judged_but_listed_with_the_first() -> None:
    desk = Desk()

    desk.validate("photo", "copy", "another copy")

    assert desk.statuses == {"another copy": "duplicate", "copy": "duplicate", "photo": "pending"}
    assert desk.read("photo").duplicates == ("copy", "another copy")
    assert (desk.read("copy").duplicate_of, desk.read("another copy").duplicate_of) == ("photo", "photo")


def test_its_owner_is_told_of_success_as_of_any_good_picture() -> None:
    desk = Desk()

    desk.validate("photo", "copy")

    assert_one_is_judged_for_the_other(desk)
    assert [event for name, event in desk.outbox.messages if name == "copy"] == [Event.START, Event.SUCCESS]


def test_the_same_bytes_under_another_product_are_another_question() -> None:
    desk = Desk(copy=SALSA)

    desk.validate("photo", "copy")

    assert desk.statuses == {"copy": "pending", "photo": "pending"}


def test_other_bytes_of_the_same_picture_are_no_exact_duplicate() -> None:
    desk = Desk()

    desk.validate("photo", "retouched")

    assert desk.statuses == {"photo": "pending", "retouched": "pending"}


def test_a_duplicate_of_a_decided_snapshot_leaves_its_votes_and_decision_alone() -> None:
    desk = Desk()
    desk.validate("photo")
    decision = judged(YES, YES, YES).decision
    desk.snapshots.save(replace(desk.read("photo"), decision=decision, version=2))

    desk.validate("copy")

    assert desk.read("photo").decision == decision
    assert desk.read("photo").duplicates == ("copy",)
    assert desk.statuses == {"copy": "duplicate", "photo": "correct"}


def test_a_snapshot_lists_a_duplicate_once_and_not_more_than_a_thousand() -> None:
    full = chips_snapshot(duplicates=tuple(id_of(number) for number in range(MOST_LISTED)))
    almost = replace(full, duplicates=full.duplicates[:-1])

    assert list_duplicate(full, "one too many") == replace(full, has_more=True, version=full.version + 1)
    assert list_duplicate(almost, id_of(0)) is almost
    assert list_duplicate(almost, id_of(MOST_LISTED - 1)) == replace(full, version=full.version + 1)


def test_a_duplicate_that_is_not_listed_any_more_is_one_all_the_same() -> None:
    desk = Desk()
    desk.validate("photo")
    full = replace(desk.read("photo"), duplicates=tuple(map(str, range(MOST_LISTED))), version=2)
    desk.snapshots.save(full)

    desk.validate("copy")

    assert desk.read("photo") == replace(full, has_more=True, version=3)
    assert desk.read("copy").duplicate_of == "photo"


# ---- crashes, repetitions and overtaking


def effects() -> list[str]:
    crash_point = CrashPoint(None, before=False)
    Desk(crash_point).validate("photo", "copy")
    return crash_point.effects


def test_a_duplicate_takes_these_effects_and_no_others() -> None:
    first = ["save", "send", "put", "save", "claim_picture", "add", "send"]
    second = ["save", "send", "put", "save", "claim_picture", "save", "add", "send"]

    assert effects() == first + second


def points() -> Iterator[Any]:
    for step, name in enumerate(effects(), start=1):
        for before in (True, False):
            yield pytest.param(step, before, id=f"{'before' if before else 'after'}-{step}-{name}")


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_crash_at_any_step_leaves_one_to_judge_and_one_duplicate(step: int, before: bool) -> None:
    crash_point = CrashPoint(step, before)
    desk = Desk(crash_point)

    desk.validate("photo", "copy")

    assert crash_point.happened
    assert_one_is_judged_for_the_other(desk)


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_two_that_are_validated_at_once_are_judged_once(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    desk = Desk(overtaking)
    overtaking.what = lambda: desk.validate("copy")

    desk.validate("photo", "copy")

    assert overtaking.happened
    assert_one_is_judged_for_the_other(desk)


def test_messages_that_come_again_in_any_order_change_nothing() -> None:
    desk = Desk()
    desk.validate("photo", "copy")
    before = dict(desk.snapshots.snapshots)

    desk.validate("copy", "photo", "copy")

    assert desk.snapshots.snapshots == before


def test_a_first_one_whose_validator_died_before_filing_it_is_filed_by_its_duplicate() -> None:
    crash_point = CrashPoint(6, before=True)
    desk = Desk(crash_point)
    with pytest.raises(CrashError, match="add"):
        validate_asset("photo", desk.ports, lambda: NOON)

    desk.validate("copy")

    assert desk.statuses == {"copy": "duplicate", "photo": "pending"}
    assert desk.read("photo").duplicates == ("copy",)


def test_a_duplicate_that_was_accepted_but_not_filed_is_filed_when_its_validation_is_given_up() -> None:
    desk = Desk()
    desk.validate("photo", "copy")
    del desk.snapshots.snapshots["copy"]

    give_up_validation("copy", desk.ports, lambda: NOON)

    assert_one_is_judged_for_the_other(desk)


@pytest.mark.parametrize("before", [True, False])
def test_a_vote_that_comes_in_between_and_the_duplicate_both_stay(before: bool) -> None:
    listing = len(effects()) - 2
    overtaking = Overtaking(listing, before)
    desk = Desk(overtaking)

    def kevin_votes() -> None:
        drawn = drawn_by(desk.read("photo"), "kevin")
        desk.snapshots.save(drawn)
        desk.snapshots.save(voted_by(drawn, "kevin", YES))

    overtaking.what = kevin_votes

    desk.validate("photo", "copy")

    assert overtaking.effects[listing - 1] == "save"
    assert desk.read("photo").voters == ("kevin",)
    assert_one_is_judged_for_the_other(desk)


def test_where_others_keep_coming_first_the_message_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.validate("photo")

    def taken(snapshot: Snapshot) -> None:
        raise ConflictError(snapshot.id)

    with monkeypatch.context() as patch:
        patch.setattr(desk.snapshots, "save", taken)
        with pytest.raises(ConflictError):
            validate_asset("copy", desk.ports, lambda: NOON)
    desk.validate("copy")

    assert_one_is_judged_for_the_other(desk)
