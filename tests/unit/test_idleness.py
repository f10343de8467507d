"""What QAs gain who draw, begin, and take back, but do not vote: neither seats, nor a choice, nor a look at gold."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySessions
from snapjury.rules.jury import MOST_LEASES, Ballot, cast_vote, give_up_seat, open_seats, take_seat, withdraw_vote
from snapjury.rules.policy import JURY
from snapjury.rules.session import OPEN_SESSIONS, PAGE, Desk
from snapjury.rules.snapshot import Snapshot
from snapjury.services.reviews import Page, ReviewPorts, begin_session, draw_page
from tests.builders import NOON
from tests.jury import LEASE, NO, YES, chips_snapshot, id_of, judged, jury_room, known_as, rules_of, seat_for, voted_by
from tests.jury import drawn_by as drawn

RULES = rules_of()
STEP = LEASE // 4


def room_with_gold(real: int, gold: int) -> ReviewPorts:
    ports = jury_room(real)
    for number in range(real, real + gold):
        ports.snapshots.add(replace(known_as(chips_snapshot(number), YES, NOON), version=1))
    return ports


def begun(number: int, ports: ReviewPorts, now: int = NOON) -> Page:
    return draw_page(begin_session(id_of(90_100 + number), "kevin", ports, now).session, ports, now)


def golden(snapshots: Iterable[Snapshot]) -> set[str]:
    return {each.gold.of for each in snapshots if each.gold}


def test_who_keeps_a_seat_without_voting_leaves_it_to_others_after_three_leases() -> None:
    snapshot, free = chips_snapshot(), []
    for moment in range(NOON, NOON + 60 * LEASE, STEP):
        session = f"session {moment // (2 * LEASE)}"  # another one now and then
        for lease in snapshot.live_leases(moment):
            snapshot = snapshot if lease.session == session else give_up_seat(snapshot, "kevin", lease.session, moment)
        snapshot = take_seat(snapshot, seat_for("kevin", moment, session), RULES) or snapshot
        assert len(snapshot.live_leases(moment)) <= 1
        free.append(open_seats(snapshot, RULES, moment) == JURY)

    assert sum(free) >= len(free) // (MOST_LEASES + 1)


def test_a_seat_is_kept_for_three_leases_however_late_it_is_renewed() -> None:
    snapshot = chips_snapshot()
    for moment in range(NOON, NOON + MOST_LEASES * LEASE, STEP):
        snapshot = drawn(snapshot, "kevin", moment)

    assert snapshot.live_leases(NOON + MOST_LEASES * LEASE) == ()
    assert take_seat(snapshot, seat_for("kevin", NOON + (MOST_LEASES + 1) * LEASE - 1), RULES) is None
    assert take_seat(snapshot, seat_for("kevin", NOON + (MOST_LEASES + 1) * LEASE), RULES) is not None


def test_a_seat_is_not_kept_by_voting_and_taking_that_back() -> None:
    snapshot = drawn(chips_snapshot(), "kevin", NOON)
    for moment in range(NOON + STEP, NOON + 20 * LEASE, STEP):
        snapshot = voted_by(snapshot, "kevin", YES, moment)
        snapshot = withdraw_vote(snapshot, "kevin", "session of kevin", RULES, moment)[0]

    assert snapshot.live_leases(NOON + 20 * LEASE) == ()


@pytest.mark.parametrize("taken_back", [True, False])
def test_what_was_said_first_keeps_its_time_however_often_it_is_changed(taken_back: bool) -> None:
    rules = rules_of("lead-of-two")
    snapshot = judged(YES, NO, policy="lead-of-two")
    first = snapshot.vote_of("maria")
    assert first is not None
    for turn in range(4):
        moment = NOON + (turn + 2) * STEP
        if taken_back:
            snapshot = withdraw_vote(snapshot, "maria", first.session, rules, moment)[0]
        snapshot = cast_vote(snapshot, Ballot("maria", first.session, (YES, NO)[turn % 2]), rules, moment)[0]

    last = snapshot.vote_of("maria")
    assert last is not None
    assert (last.at, last.drawn_at, last.first) == (first.at, first.drawn_at, NO)


def test_many_sessions_of_one_do_not_push_out_the_leases_of_others() -> None:
    snapshot = drawn(chips_snapshot(), "kevin", NOON)
    for number in range(40):
        moment = NOON + LEASE + number * 5 * LEASE
        snapshot = drawn(snapshot, "eve", moment, session=f"session {number}")

    late = voted_by(snapshot, "kevin", YES, NOON + 300 * LEASE)

    assert late.voters == ("kevin",)


def test_waiting_shows_nothing_new_and_no_page_without_gold() -> None:
    ports = room_with_gold(1000, 200)
    page = begun(0, ports)
    of_the_session = {*page.session.drawn, *page.session.waiting}
    shares = []
    for moment in range(NOON, NOON + 12 * LEASE, STEP):
        page = draw_page(page.session, ports, moment)
        shown = {each.gold.of if each.gold else each.id for each in page.snapshots}
        assert shown <= of_the_session | golden(page.snapshots)
        shares.append(len(golden(page.snapshots)) / max(1, len(page.snapshots)))

    assert min(shares) > 0.2
    assert page.remaining == page.session.target == 100


def test_what_comes_back_from_a_closed_session_is_not_its_gold_alone() -> None:
    ports = room_with_gold(1000, 200)
    first = begun(0, ports)
    for each in first.snapshots:
        if not each.gold:
            judge(each.id, ports)
    for number in range(1, OPEN_SESSIONS):
        begun(number, ports)

    following = begun(OPEN_SESSIONS, ports)

    again = {each.id for each in following.snapshots} & {each.id for each in first.snapshots}
    assert len(first.snapshots) == PAGE
    assert again == set()


def judge(snapshot_id: str, ports: ReviewPorts) -> None:
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = drawn(ports.snapshots.get(snapshot_id), qa, NOON + LEASE)
        ports.snapshots.save(snapshot)
        ports.snapshots.save(voted_by(snapshot, qa, NO, NOON + LEASE))
    assert ports.snapshots.get(snapshot_id).decision is not None


class OvertakenDesk(MemorySessions):
    """Another session is put on the desk between the read and the write, once."""

    overtaking = False

    def save_desk(self, desk: Desk) -> None:
        if self.overtaking:
            self.overtaking = False
            other = self.desk(desk.qa)
            super().save_desk(replace(other, sessions=(*other.sessions[1:], id_of(1)), version=other.version + 1))
        super().save_desk(desk)


def test_of_two_sessions_begun_at_once_each_goes_on_with_what_is_closed_for_it() -> None:
    sessions = OvertakenDesk()
    ports = replace(jury_room(2000), sessions=sessions)
    pages = [begun(number, ports) for number in range(OPEN_SESSIONS)]

    sessions.overtaking = True
    last = begun(OPEN_SESSIONS, ports)

    kept = [id_of(90_100 + number) for number in range(2, OPEN_SESSIONS)]
    assert sessions.desk("kevin").sessions == (*kept, id_of(1), last.session.id)
    assert {*last.session.drawn, *last.session.waiting} == {*pages[1].session.drawn, *pages[1].session.waiting}
