"""Snapshots that are taken out: nobody is shown them, no export has them, whatever happens at the same time."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.errors import NotFoundError, NotMarkableError
from snapjury.rules.api_key import Access
from snapjury.rules.asset import Event, State
from snapjury.rules.duplicates import MOST_LISTED, holders, list_duplicate, remove_snapshot, unlist_duplicate
from snapjury.rules.jury import Ballot, Receipt
from snapjury.rules.snapshot import Gold, Snapshot, Standing
from snapjury.services.filing import FilingPorts
from snapjury.services.gold import mark_as_known, unmark_as_known
from snapjury.services.removal import remove_submitted, take_out
from snapjury.services.reviews import Page, ReviewPorts, begin_session, current_page, draw_page
from snapjury.services.snapshots import SnapshotPorts
from snapjury.services.validation import validate_asset
from snapjury.services.voting import take_back, vote
from tests.builders import NOON, chips_asset
from tests.crashes import CrashError, CrashPoint, Overtaking
from tests.jury import CHIPS, LEASE, MINUTE, NO, YES, chips_snapshot, id_of, jury_room, known_as, rules_of
from tests.unit.test_duplicates import Desk

LATER = NOON + MINUTE
NOBODY: Any = None


def remove(ports: ReviewPorts, number: int, now: int = LATER) -> None:
    ports.snapshots.save(remove_snapshot(ports.snapshots.get(id_of(number)), now))


def shown(page: Page) -> set[str]:
    return {each.id for each in page.snapshots}


def begun(ports: ReviewPorts, qa: str = "kevin", now: int = NOON) -> Page:
    return begin_session(f"sessionof{qa:a>11}", qa, ports, now)


# ---- what QAs see of it


def test_nobody_is_shown_it_any_more() -> None:
    ports = jury_room(5)
    remove(ports, 3)

    page = begun(ports)

    assert shown(page) == {id_of(number) for number in (0, 1, 2, 4)}
    assert ports.snapshots.get(id_of(3)).status == "removed"


def test_what_a_session_was_to_show_later_is_replaced_by_another() -> None:
    ports = jury_room(40)
    page = begun(ports)
    waiting = page.session.waiting[0]
    ports.snapshots.add(chips_snapshot(90))
    ports.snapshots.save(remove_snapshot(ports.snapshots.get(waiting), LATER))

    full = draw_page(page.session, ports, LATER)

    assert (len(full.snapshots), full.remaining) == (13, 40)
    assert id_of(90) in shown(full)
    assert waiting not in shown(full)


def test_it_leaves_the_page_that_it_was_on() -> None:
    ports = jury_room(2)
    page = begun(ports)
    remove(ports, 1)

    assert shown(current_page(page.session, ports)) == {id_of(0)}
    again = draw_page(page.session, ports, LATER)
    assert shown(again) == {id_of(0)}
    assert again.remaining == 1


def test_a_vote_from_a_page_that_still_shows_it_is_kept_but_not_counted_and_can_be_taken_back() -> None:
    ports = jury_room(1)
    session = begun(ports).session
    remove(ports, 0)
    ballot = Ballot("kevin", session.id, YES)

    voted, receipt = vote(id_of(0), ballot, ports, LATER)

    assert receipt == Receipt(Standing.REMOVED, 0)
    assert (voted.votes, [each.qa for each in voted.surplus]) == ((), ["kevin"])
    assert vote(id_of(0), ballot, ports, LATER)[1] == receipt
    assert take_back(id_of(0), "kevin", session.id, ports, LATER)[1] == Receipt(Standing.WITHDRAWN, 1)


def test_votes_that_were_enough_decide_nothing_once_it_is_gone() -> None:
    ports = jury_room(1, "one-vote")
    session = begun(ports).session
    remove(ports, 0)

    gone, _ = vote(id_of(0), Ballot("kevin", session.id, YES), ports, LATER)

    assert (gone.decision, gone.status) == (None, "removed")


def test_a_decided_one_is_no_longer_among_the_decided() -> None:
    ports = jury_room(1, "one-vote")
    session = begun(ports).session
    vote(id_of(0), Ballot("kevin", session.id, YES), ports, LATER)
    assert len(ports.snapshots.decided(0, LATER + 1, 10, None).snapshots) == 1

    remove(ports, 0)

    assert ports.snapshots.decided(0, LATER + 1, 10, None).snapshots == ()


# ---- gold


def test_gold_that_was_removed_is_asked_no_more_not_even_where_a_session_holds_it() -> None:
    ports = jury_room(30)
    ports.snapshots.add(known_as(chips_snapshot(90), YES))
    page = begun(ports)
    assert id_of(90) in page.session.waiting or any(each.gold for each in page.snapshots)
    ports.snapshots.save(remove_snapshot(ports.snapshots.get(id_of(90)), LATER))

    later = draw_page(page.session, ports, LATER)
    fresh = begun(ports, "maria", LATER)

    drawn_before = {each.id for each in page.snapshots}
    assert [each for each in later.snapshots if each.gold and each.id not in drawn_before] == []
    assert id_of(90) not in (*fresh.session.waiting, *shown(fresh))
    assert not any(each.gold for each in fresh.snapshots)


def test_what_is_gone_cannot_be_marked_but_what_was_marked_can_be_unmarked() -> None:
    ports = jury_room(1)
    admin = SnapshotPorts(ports.snapshots, NOBODY, NOBODY, ports.chance)
    mark_as_known(id_of(0), YES, admin, NOON)
    remove(ports, 0)

    assert unmark_as_known(id_of(0), rules_of(), admin, LATER).known is None
    with pytest.raises(NotMarkableError, match="was removed"):
        mark_as_known(id_of(0), YES, admin, LATER)


def test_a_copy_is_gone_with_the_snapshot_that_was_shown_beside_it() -> None:
    """Else who votes on a page that was left could tell gold: the rest of it would be removed."""
    ports = jury_room(1)
    session = begun(ports).session
    copy = chips_snapshot(80, gold=Gold(id_of(90), YES, shadow=id_of(0)), version=0, place="")
    lease = replace(ports.snapshots.get(id_of(0)).leases[0])
    ports.snapshots.save(replace(copy, leases=(lease,), version=1))
    remove(ports, 0)
    late = NOON + 2 * LEASE

    told = [vote(each, Ballot("kevin", session.id, NO), ports, late)[1].standing for each in (id_of(0), id_of(80))]

    assert told == [Standing.REMOVED, Standing.REMOVED]


# ---- duplicates


def test_the_first_is_judged_as_long_as_one_of_its_duplicates_is_there() -> None:
    first = chips_snapshot(1, duplicates=(id_of(2), id_of(3)))

    removed = remove_snapshot(first, LATER)
    last = unlist_duplicate(removed, id_of(2))
    gone = unlist_duplicate(last, id_of(3))

    assert [each.is_open for each in (removed, last, gone)] == [True, True, False]
    assert [each.is_gone for each in (removed, last, gone)] == [False, False, True]
    assert {each.status for each in (removed, last, gone)} == {"removed"}
    assert unlist_duplicate(gone, id_of(3)) is gone
    assert remove_snapshot(gone, LATER) is gone


def test_the_same_picture_once_more_brings_it_back_with_its_votes() -> None:
    gone = remove_snapshot(chips_snapshot(1), LATER)

    back = list_duplicate(gone, id_of(2))

    assert (gone.is_open, back.is_open) == (False, True)


def test_it_is_judged_on_for_duplicates_that_it_could_not_list() -> None:
    full = chips_snapshot(1, duplicates=tuple(id_of(number) for number in range(10, 10 + MOST_LISTED)))
    more = list_duplicate(full, id_of(5))

    alone = replace(remove_snapshot(more, LATER), duplicates=())

    assert not alone.is_gone
    assert holders(alone) == (alone.id,)
    assert list_duplicate(more, id_of(6)) is more


def test_a_picture_is_known_by_what_was_not_removed() -> None:
    first = chips_snapshot(1, duplicates=(id_of(2), id_of(3)))

    assert holders(first) == (first.id, id_of(2), id_of(3))
    assert holders(remove_snapshot(first, LATER)) == (id_of(2), id_of(3))


# ---- removing what was submitted


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

    assert remove_submitted(ours, Access("trax"), archive.filing(), LATER).removed_at == LATER
    assert remove_submitted(ours, Access("trax"), archive.filing(), LATER + 1).removed_at == LATER
    assert remove_submitted(theirs, Access("local", is_admin=True), archive.filing(), LATER).removed_at == LATER
    for nobodys in (no_snapshot, id_of(99), "no id"):
        with pytest.raises(NotFoundError):
            remove_submitted(nobodys, Access("trax"), archive.filing(), LATER)
    with pytest.raises(NotFoundError):
        remove_submitted(ours, Access("somebody"), archive.filing(), LATER)


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
