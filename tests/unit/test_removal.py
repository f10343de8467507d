"""Snapshots that are taken out: nobody is shown them, no export has them, whatever happens at the same time."""

from functools import partial
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.errors import AlreadyDecidedError, NotMarkableError
from snapjury.rules.duplicates import MOST_LISTED, holders, list_duplicate, remove_snapshot, unlist_duplicate
from snapjury.rules.gold import question_for
from snapjury.rules.jury import Ballot, Receipt, cast_vote, may_be_drawn, open_seats, take_seat
from snapjury.rules.snapshot import Gold, Standing, Vote
from snapjury.services.gold import answers_to_score, gold_answers, mark_as_known, unmark_as_known
from snapjury.services.grouping import in_groups
from snapjury.services.mixing import as_question
from snapjury.services.reviews import Page, ReviewPorts, begin_session, current_page, draw_page
from snapjury.services.snapshots import SnapshotPorts
from snapjury.services.voting import take_back, vote
from tests.builders import NOON
from tests.disorder import InterferingSnapshots
from tests.jury import CHIPS, LEASE, MINUTE, NO, YES, chips_snapshot, id_of, jury_room, known_as, rules_of, seat_for

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


def test_a_vote_from_a_page_that_still_shows_it_is_kept_but_not_counted_and_stands() -> None:
    ports = jury_room(1)
    session = begun(ports).session
    remove(ports, 0)
    ballot = Ballot("kevin", session.id, YES)

    voted, receipt = vote(id_of(0), ballot, ports, LATER)

    assert receipt == Receipt(Standing.REMOVED, 0)
    assert (voted.votes, [each.qa for each in voted.surplus]) == ((), ["kevin"])
    assert vote(id_of(0), ballot, ports, LATER)[1] == receipt
    with pytest.raises(AlreadyDecidedError):
        take_back(id_of(0), "kevin", session.id, ports, LATER)
    with pytest.raises(AlreadyDecidedError):
        vote(id_of(0), Ballot("kevin", session.id, NO), ports, LATER)


def test_votes_that_were_enough_decide_nothing_once_it_is_gone() -> None:
    ports = jury_room(1, "one-vote")
    session = begun(ports).session
    remove(ports, 0)

    gone, _ = vote(id_of(0), Ballot("kevin", session.id, YES), ports, LATER)

    assert (gone.decision, gone.status) == (None, "removed")


def test_no_seat_on_it_is_free() -> None:
    gone = remove_snapshot(chips_snapshot(1), LATER)

    assert open_seats(chips_snapshot(1), rules_of(), LATER) == 3
    assert open_seats(gone, rules_of(), LATER) == 0
    assert take_seat(gone, seat_for("kevin", LATER), rules_of()) is None


def test_a_grid_is_not_filled_up_with_it() -> None:
    ports = jury_room(4)
    late = InterferingSnapshots()
    late.snapshots = {each.id: each for each in ports.snapshots.get_many([id_of(n) for n in range(4)]).values()}
    picked = (id_of(0), id_of(1))
    stale = late.undecided_of(CHIPS, 0, None, 9) + late.undecided_of(CHIPS, 1, None, 9)
    late.undecided_of = lambda *_: stale  # type: ignore[method-assign]  # the list follows late
    late.save(remove_snapshot(late.get(id_of(3)), LATER))

    asked = {each for seed in range(20) for each in in_groups("kevin", picked, (), 4, late, Random(seed))}

    assert asked <= {id_of(0), id_of(1), id_of(2)}


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


def test_it_is_shown_to_nobody_where_it_was_to_be_asked_as_gold() -> None:
    known = known_as(chips_snapshot(90), YES)
    gone = remove_snapshot(known, LATER)
    beside = [chips_snapshot(1), remove_snapshot(chips_snapshot(2), LATER)]

    asked = [as_question("kevin", each, beside, Random(seed), LATER) for each in (known, gone) for seed in range(9)]

    assert {each.gold is not None for each in asked[:9]} == {True}
    assert {each.gold.shadow for each in asked if each.gold} == {id_of(1)}, "no shadow that is gone"
    assert asked[9:] == [gone] * 9
    assert not any(may_be_drawn(each, "kevin", "", rules_of(), LATER) for each in asked[9:])


def test_answers_to_gold_that_was_removed_are_not_scored() -> None:
    ports = jury_room(0)
    marked = known_as(chips_snapshot(90), YES)
    ports.snapshots.add(marked)
    copy = replace(question_for("kevin", marked, id_of(80), None, NOON), version=1)
    lease = seat_for("kevin", NOON, "session")
    ports.snapshots.add(replace(copy, leases=(lease,)))
    ports.snapshots.save(
        cast_vote(ports.snapshots.get(id_of(80)), Ballot("kevin", "session", YES), rules_of(), NOON)[0]
    )
    assert [answer for _, answer in gold_answers(0, LATER, ports.snapshots)] == [YES]

    ports.snapshots.save(remove_snapshot(ports.snapshots.get(id_of(90)), LATER))

    assert list(gold_answers(0, LATER, ports.snapshots)) == []


def test_an_answer_is_scored_at_once_where_what_was_shown_beside_it_is_gone() -> None:
    """As it is once that is decided: an hour later is for what stays open."""
    ports = jury_room(1)
    ports.snapshots.add(known_as(chips_snapshot(90), YES))
    answered = Vote("kevin", YES, NOON, "session", NOON, 0)
    ports.snapshots.add(
        chips_snapshot(80, place="", gold=Gold(id_of(90), YES, shadow=id_of(0)), votes=(answered,), leases=())
    )
    scored = partial(answers_to_score, ports.snapshots, lambda: LATER, 0, LATER)
    assert list(scored()) == []

    remove(ports, 0)

    assert [each.id for each in scored()] == [id_of(80)]


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


def test_one_that_listed_as_many_as_it_may_is_taken_to_have_more() -> None:
    full = chips_snapshot(1, duplicates=tuple(id_of(number) for number in range(10, 10 + MOST_LISTED)))

    assert unlist_duplicate(full, id_of(10)).has_more
    assert not unlist_duplicate(chips_snapshot(1, duplicates=(id_of(2),)), id_of(2)).has_more


def test_a_picture_is_known_by_what_was_not_removed() -> None:
    first = chips_snapshot(1, duplicates=(id_of(2), id_of(3)))

    assert holders(first) == (first.id, id_of(2), id_of(3))
    assert holders(remove_snapshot(first, LATER)) == (id_of(2), id_of(3))
