"""Taking out what was submitted: by its owner or an admin, whatever crashes, comes twice or at the same time."""

import hashlib
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from snapjury.errors import NotFoundError
from snapjury.rules.api_key import Access
from snapjury.rules.asset import Event, State
from snapjury.rules.duplicates import holders
from snapjury.rules.snapshot import Snapshot
from snapjury.services.filing import FilingPorts
from snapjury.services.removal import remove_submitted, take_out
from snapjury.services.validation import validate_asset
from tests.builders import NOON, chips_asset
from tests.crashes import CrashError, CrashPoint, Overtaking
from tests.jury import CHIPS, MINUTE, chips_snapshot, id_of
from tests.unit.test_duplicates import PHOTO, Desk

LATER = NOON + MINUTE


class Archive(Desk):
    """A validation desk from which pictures can be removed again; its assets have ids as real ones."""

    def filing(self, crash_point: CrashPoint | None = None) -> FilingPorts:
        around = (crash_point or CrashPoint(None, before=False)).around
        return FilingPorts(around(self.assets), around(self.snapshots), self.ports.chance)

    def remove(self, *names: str) -> None:
        for name in names:
            take_out(name, self.filing(), LATER)

    @property
    def judged(self) -> set[str]:
        """What QAs are shown."""
        shards = range(self.snapshots.shards)
        return {each.id for shard in shards for each in self.snapshots.pool(shard, "!", "~", 100)}


def test_owners_remove_their_own_and_admins_everybodys() -> None:
    archive = Archive()
    ours, theirs, no_snapshot = id_of(4), id_of(5), id_of(6)
    for name, owner, product in ((ours, "trax", CHIPS), (theirs, "acme", CHIPS), (no_snapshot, "trax", None)):
        archive.assets.add(chips_asset(id=name, owner=owner, product=product))

    assert remove_submitted(ours, Access("trax", "*"), archive.filing(), LATER).removed_at == LATER
    assert remove_submitted(ours, Access("trax", "*"), archive.filing(), LATER + 1).removed_at == LATER
    assert remove_submitted(theirs, Access("local", "*", admin="anna"), archive.filing(), LATER).removed_at == LATER
    for nobodys in (no_snapshot, id_of(99), "no id"):
        with pytest.raises(NotFoundError):
            remove_submitted(nobodys, Access("trax", "*"), archive.filing(), LATER)
    with pytest.raises(NotFoundError):
        remove_submitted(ours, Access("somebody", "*"), archive.filing(), LATER)


def test_what_is_removed_before_it_is_validated_is_never_shown_and_its_owner_is_told_all_the_same() -> None:
    archive = Archive()
    archive.remove("photo")

    archive.validate("photo")

    assert archive.statuses == {"photo": "removed"}
    assert archive.judged == set()
    assert archive.assets.get("photo").state is State.SUCCESS
    assert [event for _, event in archive.outbox.messages] == [Event.START, Event.SUCCESS]


def test_what_was_refused_is_removed_as_well() -> None:
    archive = Archive()
    archive.assets.assets["photo"] = replace(archive.assets.get("photo"), state=State.FAILED)

    archive.remove("photo")

    assert archive.assets.get("photo").removed_at == LATER
    assert archive.statuses == {}


def test_a_duplicate_is_removed_though_its_first_is_not_filed_yet_and_told_of_its_success_all_the_same() -> None:
    """Whoever validated the first has claimed its bytes and died, or is about to file it."""
    archive = Archive()
    claimed = replace(chips_snapshot(1), id="photo", image=hashlib.sha256(PHOTO).hexdigest())
    archive.snapshots.claim_picture(claimed)
    archive.remove("copy")
    archive.validate("copy", "copy")

    archive.remove("copy")
    archive.validate("copy")
    archive.validate("photo")

    assert archive.statuses == {"copy": "removed", "photo": "pending"}
    assert holders(archive.read("photo")) == ("photo",)
    assert [event for name, event in archive.outbox.messages if name == "copy"].count(Event.SUCCESS) == 3


def test_a_duplicate_that_comes_after_its_first_was_removed_is_judged() -> None:
    archive = Archive()
    archive.validate("photo")
    archive.remove("photo")

    archive.validate("copy")

    assert archive.judged == {"photo"}
    assert holders(archive.read("photo")) == ("copy",)
    archive.remove("copy")
    assert archive.judged == set()


def steps() -> Iterator[tuple[int, bool]]:
    return ((step, before) for step in range(1, 30) for before in (True, False))


@pytest.mark.parametrize("filed", [(), ("photo",), ("photo", "copy")], ids=len)
@pytest.mark.parametrize("name", ["photo", "copy"])
def test_a_removal_that_breaks_off_anywhere_is_finished_by_another_attempt(filed: tuple[str, ...], name: str) -> None:
    for step, before in steps():
        archive = Archive()
        archive.validate(*filed)
        crash_point = CrashPoint(step, before)
        try:
            take_out(name, archive.filing(crash_point), LATER)
        except CrashError:
            archive.remove(name)
        archive.validate("photo", "copy")

        assert_only_the_other_is_left(archive, name)
        if not crash_point.happened:
            return
    raise AssertionError("more steps than expected")


@pytest.mark.parametrize("name", ["photo", "copy"])
@pytest.mark.parametrize("validated", ["photo", "copy"])
def test_a_removal_at_the_same_time_as_a_validation_takes_out_that_one_alone(name: str, validated: str) -> None:
    """Either may be the first; the validation is overtaken at each of its effects."""
    other = {"photo": "copy", "copy": "photo"}[validated]
    for filed in ((), (other,)):
        for step, before in steps():
            point = Overtaking(step, before)
            archive = Archive(point)
            point.step = None
            archive.validate(*filed)
            point.effects.clear()
            point.step, point.what = step, lambda archive=archive: archive.remove(name)
            validate_asset(validated, archive.ports, lambda: NOON)
            point.step = None
            if not point.happened:
                break
            archive.validate("photo", "copy")

            assert_only_the_other_is_left(archive, name)
        else:
            raise AssertionError("more steps than expected")


def assert_only_the_other_is_left(archive: Archive, removed: str) -> None:
    """Of the two with the same bytes one was removed, and the other is judged: under whichever id."""
    (other,) = {"photo", "copy"} - {removed}
    pictures: dict[str, Snapshot] = archive.snapshots.snapshots
    assert pictures[removed].status == "removed"
    (judged,) = archive.judged
    assert holders(pictures[judged]) == (other,)
    assert pictures[other].status in ("pending", "duplicate")
