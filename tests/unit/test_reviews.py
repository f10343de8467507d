from collections.abc import Callable, Iterable

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySessions
from snapjury.errors import ConflictError, NotDrawnError, NotFoundError, TemporaryFaultError
from snapjury.rules.jury import Ballot
from snapjury.rules.session import FIRST_PAGE, LIFETIME, OPEN_SESSIONS, PAGE, TARGET, Desk, Session, new_session
from snapjury.rules.snapshot import Standing, Verdict
from snapjury.services.ports import Sessions
from snapjury.services.reviews import (
    Page,
    ReviewPorts,
    begin_session,
    current_page,
    draw_page,
    own_session,
)
from snapjury.services.voting import take_back, vote
from tests.builders import NOON
from tests.jury import LEASE, NO, YES, drawn_by, id_of, jury_room, known_as

SESSION = id_of(90_001)
ANOTHER = id_of(90_002)


def vote_on(page: Page, index: int, ports: ReviewPorts, verdict: Verdict = YES, now: int = NOON + 1) -> int:
    """What the QA is told to have left after voting on one of the page."""
    session = page.session
    return vote(page.snapshots[index].id, Ballot(session.qa, session.id, verdict), ports, now)[1].remaining


def work_through(page: Page, ports: ReviewPorts, verdict: Verdict = YES) -> list[int]:
    """Vote on all of a session; what was left after each vote."""
    left = []
    while page.snapshots:
        left += [vote_on(page, index, ports, verdict) for index in range(len(page.snapshots))]
        page = draw_page(page.session, ports, NOON + 2)
    assert page.remaining == 0
    return left


def test_a_session_has_a_hundred_and_begins_with_ten_that_become_thirty() -> None:
    ports = jury_room(250)

    page = begin_session(SESSION, "kevin", ports, NOON)
    drawn = draw_page(page.session, ports, NOON)

    assert (page.session.target, page.remaining, len(page.snapshots)) == (100, 100, FIRST_PAGE)
    assert (drawn.remaining, len(drawn.snapshots)) == (100, PAGE)
    assert drawn.snapshots[:FIRST_PAGE] == page.snapshots


def test_in_a_small_pool_a_page_is_a_third_of_it_so_that_others_find_seats() -> None:
    ports = jury_room(60, "one-vote")

    drawn = {}
    for number, qa in enumerate(("kevin", "maria")):
        page = begin_session(id_of(90_030 + number), qa, ports, NOON)
        drawn[qa] = draw_page(page.session, ports, NOON)

    assert len(drawn["kevin"].snapshots) == 20
    assert 15 <= len(drawn["maria"].snapshots) <= 20


def test_what_remains_counts_down_to_zero_and_nothing_reappears() -> None:
    ports = jury_room(250)

    first = begin_session(SESSION, "kevin", ports, NOON)
    left = work_through(first, ports)
    second = begin_session(ANOTHER, "kevin", ports, NOON + 3)

    assert left == list(range(99, -1, -1))
    seen = {each.id for each in ports.snapshots.snapshots.values() if each.vote_of("kevin")}  # type: ignore[attr-defined]
    assert len(seen) == 100
    assert seen.isdisjoint((*second.session.drawn, *second.session.waiting))


def test_a_session_is_shorter_where_less_is_left_and_empty_where_nothing_is() -> None:
    ports = jury_room(130)

    work_through(begin_session(SESSION, "kevin", ports, NOON), ports)
    rest = begin_session(ANOTHER, "kevin", ports, NOON)
    left = work_through(rest, ports)
    nothing = begin_session(id_of(90_003), "kevin", ports, NOON)

    assert (rest.session.target, left[0], left[-1]) == (30, 29, 0)
    assert (nothing.session.target, nothing.snapshots) == (0, ())


def test_three_qas_decide_all_and_a_fourth_is_asked_nothing() -> None:
    ports = jury_room(40)
    for number, (qa, verdict) in enumerate([("kevin", YES), ("maria", NO), ("ahmed", NO)]):
        work_through(begin_session(id_of(90_010 + number), qa, ports, NOON), ports, verdict)

    assert {each.status for each in ports.snapshots.get_many([id_of(n) for n in range(40)]).values()} == {NO}
    assert begin_session(SESSION, "zoe", ports, NOON).session.target == 0


def test_the_same_request_for_a_session_or_a_page_gives_the_same_answer() -> None:
    ports = jury_room(250)

    page = begin_session(SESSION, "kevin", ports, NOON)
    assert begin_session(SESSION, "kevin", ports, NOON + 1) == page
    drawn = draw_page(page.session, ports, NOON + 1)

    assert draw_page(drawn.session, ports, NOON + 2) == drawn
    assert current_page(drawn.session, ports) == drawn
    assert begin_session(SESSION, "kevin", ports, NOON + 3) == drawn


def test_a_page_is_filled_up_with_what_awaits_a_vote_first() -> None:
    ports = jury_room(250)
    page = begin_session(SESSION, "kevin", ports, NOON)
    for index in range(6):
        vote_on(page, index, ports)

    following = draw_page(own_session(SESSION, "kevin", ports.sessions, NOON), ports, NOON + 2)

    assert [each.id for each in following.snapshots[:4]] == [each.id for each in page.snapshots[6:]]
    assert len(following.snapshots) == PAGE
    assert following.remaining == 94
    assert [vote_on(following, index, ports) for index in range(PAGE)] == list(range(93, 63, -1))


def test_what_others_have_taken_meanwhile_is_replaced() -> None:
    ports = jury_room(120)
    page = begin_session(SESSION, "kevin", ports, NOON)
    for number, qa in enumerate(("maria", "ahmed", "zoe")):
        work_through(begin_session(id_of(90_020 + number), qa, ports, NOON), ports)

    left = work_through(page, ports)

    assert all(len(each.votes) <= 3 for each in ports.snapshots.get_many([id_of(n) for n in range(120)]).values())
    assert left[-1] == 0
    assert 10 <= len(left) < 100


def test_a_counted_vote_moves_a_snapshot_in_the_pool_and_a_seat_on_it_does_not() -> None:
    ports = jury_room(60)
    before = {each: ports.snapshots.get(each).place for each in map(id_of, range(60))}

    page = begin_session(SESSION, "kevin", ports, NOON)
    seated = {each.id: each.place for each in page.snapshots}
    vote_on(page, 0, ports)
    moved = ports.snapshots.get(page.snapshots[0].id).place
    vote_on(page, 0, ports)  # the same again changes nothing

    assert seated.items() <= before.items()
    assert moved != before[page.snapshots[0].id]
    assert ports.snapshots.get(page.snapshots[0].id).place == moved


def test_a_vote_taken_back_is_asked_again_on_the_same_page() -> None:
    ports = jury_room(30)
    page = begin_session(SESSION, "kevin", ports, NOON)
    vote_on(page, 0, ports)

    _, receipt = take_back(page.snapshots[0].id, "kevin", SESSION, ports, NOON + 2)

    assert (receipt.standing, receipt.remaining) == (Standing.WITHDRAWN, 30)
    assert page.snapshots[0].id in [each.id for each in draw_page(page.session, ports, NOON + 3).snapshots]


def test_an_abandoned_page_is_given_to_others_once_its_leases_expired() -> None:
    ports = jury_room(5, "one-vote")
    begin_session(SESSION, "kevin", ports, NOON)

    too_early = begin_session(ANOTHER, "maria", ports, NOON + LEASE - 1)
    in_time = begin_session(id_of(90_003), "maria", ports, NOON + LEASE)

    assert (too_early.snapshots, too_early.remaining) == ((), 0)
    assert len(in_time.snapshots) == 5


@pytest.mark.parametrize("session_id", [SESSION, "nonsense", id_of(90_009)])
def test_nobody_sees_another_qas_session(session_id: str) -> None:
    ports = jury_room(30)
    begin_session(SESSION, "kevin", ports, NOON)

    with pytest.raises(NotFoundError):
        own_session(session_id, "maria", ports.sessions, NOON)


def test_a_session_ends_after_a_day() -> None:
    ports = jury_room(30)
    begin_session(SESSION, "kevin", ports, NOON)

    with pytest.raises(NotFoundError):
        own_session(SESSION, "kevin", ports.sessions, NOON + LIFETIME)


@pytest.mark.parametrize("snapshot_id", ["nonsense", id_of(29), id_of(80_000)])
def test_a_vote_on_what_was_not_drawn_is_refused(snapshot_id: str) -> None:
    ports = jury_room(29)
    begin_session(SESSION, "kevin", ports, NOON)

    with pytest.raises(NotDrawnError):
        vote(snapshot_id, Ballot("kevin", SESSION, YES), ports, NOON)


def test_who_begins_ever_more_sessions_keeps_four_pages_of_seats_and_no_more() -> None:
    ports = jury_room(600)
    begun = []
    for number in range(6):
        page = begin_session(id_of(90_100 + number), "kevin", ports, NOON)
        begun.append(draw_page(page.session, ports, NOON))

    stored = ports.snapshots.get_many([id_of(number) for number in range(600)]).values()
    seated = [each for each in stored if each.live_leases(NOON)]
    closed = draw_page(own_session(begun[0].session.id, "kevin", ports.sessions, NOON), ports, NOON)
    still_open = draw_page(own_session(begun[2].session.id, "kevin", ports.sessions, NOON), ports, NOON)

    assert len(seated) == OPEN_SESSIONS * PAGE
    assert (closed.snapshots, closed.remaining) == ((), 0)
    assert (len(still_open.snapshots), still_open.remaining) == (PAGE, 100)


def known_as_gold(ports: ReviewPorts, numbers: Iterable[int]) -> None:
    for number in numbers:
        ports.snapshots.save(known_as(ports.snapshots.get(id_of(number)), YES, NOON))


def pictures_of(session: Session, ports: ReviewPorts) -> set[str]:
    return {each.image for each in ports.snapshots.get_many((*session.drawn, *session.waiting)).values()}


def test_who_begins_ever_more_sessions_is_shown_the_same_until_they_vote() -> None:
    ports = jury_room(2000)
    known_as_gold(ports, range(1900, 2000))
    shown = [begin_session(id_of(90_100 + number), "kevin", ports, NOON).session for number in range(30)]

    pictures = [pictures_of(each, ports) for each in shown]

    assert len(set().union(*pictures)) > 3 * TARGET
    assert pictures[OPEN_SESSIONS:] == pictures[:-OPEN_SESSIONS]


def test_what_was_voted_on_in_a_session_that_is_closed_makes_place_for_others() -> None:
    ports = jury_room(600)
    begun = [begin_session(id_of(90_100 + number), "kevin", ports, NOON) for number in range(OPEN_SESSIONS)]
    for place in range(3):
        vote_on(begun[0], place, ports)

    following = begin_session(SESSION, "kevin", ports, NOON).session

    voted = {each.id for each in begun[0].snapshots[:3]}
    before, after = ({*each.drawn, *each.waiting} for each in (begun[0].session, following))
    assert before - after == voted
    assert len(after) == TARGET


def test_a_page_that_was_closed_takes_no_vote() -> None:
    ports = jury_room(600)
    closed, *_ = (begin_session(id_of(90_100 + number), "kevin", ports, NOON) for number in range(OPEN_SESSIONS + 1))

    with pytest.raises(NotDrawnError):
        vote_on(closed, 0, ports)


def test_who_asks_again_and_again_where_every_seat_is_taken_keeps_the_session_that_has_them() -> None:
    ports = jury_room(5)
    working = begin_session(SESSION, "kevin", ports, NOON)

    others = [begin_session(id_of(90_100 + number), "kevin", ports, NOON) for number in range(2 * OPEN_SESSIONS)]

    assert [each.remaining for each in others] == [0] * len(others)
    assert ports.sessions.desk("kevin").sessions == (SESSION,)
    assert vote_on(working, 0, ports) == 4


class CrowdedDesk(MemorySessions):
    """Others always come first."""

    def save_desk(self, desk: Desk) -> None:
        raise ConflictError(desk.qa)


def test_a_session_that_finds_no_place_on_the_desk_is_not_open_beside_it() -> None:
    room = jury_room(600)
    ports = replace(room, sessions=CrowdedDesk())

    with pytest.raises(TemporaryFaultError):
        begin_session(SESSION, "kevin", ports, NOON)

    assert draw_page(own_session(SESSION, "kevin", ports.sessions, NOON), ports, NOON).snapshots == ()
    again = begin_session(SESSION, "kevin", replace(ports, sessions=copy_of(ports.sessions)), NOON)
    assert len(again.snapshots) == FIRST_PAGE, "the request may be repeated with its key"


def copy_of(sessions: Sessions) -> MemorySessions:
    """The same sessions, on a desk where nobody comes first."""
    copied = MemorySessions()
    copied.sessions = dict(sessions.sessions)  # type: ignore[attr-defined]
    return copied


class DrawnWhileClosed(MemorySessions):
    """Of each session that is closed the next page is drawn just before."""

    def __init__(self) -> None:
        super().__init__()
        self.draw: Callable[[Session], object] = id
        self.drawn: set[str] = set()

    def save(self, session: Session) -> None:
        if not session.remaining and session.id not in self.drawn:
            self.drawn.add(session.id)
            self.draw(self.get(session.id))
        super().save(session)


def test_who_draws_on_a_session_while_it_is_closed_keeps_neither_it_nor_its_seats() -> None:
    sessions = DrawnWhileClosed()
    ports = replace(jury_room(1200), sessions=sessions)
    sessions.draw = lambda session: draw_page(session, ports, NOON)

    for number in range(12):
        begin_session(id_of(90_100 + number), "kevin", ports, NOON)

    snapshots = ports.snapshots.get_many([id_of(number) for number in range(1200)]).values()
    assert len(sessions.drawn) == 12 - OPEN_SESSIONS
    assert len([each for each in sessions.sessions.values() if each.remaining]) == OPEN_SESSIONS
    assert len([each for each in snapshots if each.live_leases(NOON)]) == OPEN_SESSIONS * FIRST_PAGE


def test_who_is_closed_while_drawing_gives_the_seats_back() -> None:
    sessions = MemorySessions()
    ports = replace(jury_room(600), sessions=sessions)
    session = begin_session(SESSION, "kevin", ports, NOON).session

    for number in range(OPEN_SESSIONS):
        begin_session(id_of(90_100 + number), "kevin", ports, NOON)
    late = draw_page(session, ports, NOON)

    snapshots = ports.snapshots.get_many([id_of(number) for number in range(600)]).values()
    assert (late.snapshots, late.remaining) == ((), 0)
    assert len([each for each in snapshots if each.live_leases(NOON)]) == OPEN_SESSIONS * FIRST_PAGE


def test_a_beginning_that_died_before_its_desk_was_written_is_put_on_it_when_it_is_repeated() -> None:
    ports = jury_room(600)
    died = replace(ports, sessions=CrowdedDesk())
    died.sessions.add(new_session(SESSION, "kevin", tuple(id_of(number) for number in range(100)), NOON))
    ports = replace(ports, sessions=copy_of(died.sessions))

    page = begin_session(SESSION, "kevin", ports, NOON)

    assert len(page.snapshots) == FIRST_PAGE
    assert ports.sessions.desk("kevin").sessions == (SESSION,)


def test_where_every_seat_is_taken_a_session_ends_instead_of_waiting() -> None:
    ports = jury_room(300, "one-vote")
    for snapshot in ports.snapshots.get_many([id_of(number) for number in range(300)]).values():
        ports.snapshots.save(drawn_by(snapshot, "zoe", rules=ports.rules))

    page, draws = begin_session(SESSION, "kevin", ports, NOON), 1
    while page.remaining:
        page, draws = draw_page(page.session, ports, NOON), draws + 1

    assert page.snapshots == ()
    assert draws <= 3


def test_seats_of_a_session_that_got_shorter_say_what_remains_now() -> None:
    ports = jury_room(20, "one-vote")
    page = begin_session(SESSION, "kevin", ports, NOON)
    for snapshot in ports.snapshots.get_many(page.session.waiting).values():
        ports.snapshots.save(drawn_by(snapshot, "zoe", rules=ports.rules))
    vote_on(page, 0, ports)

    following = draw_page(page.session, ports, NOON + 1)

    assert following.remaining == 9
    assert [vote_on(following, index, ports) for index in range(9)] == list(range(8, -1, -1))


def test_a_key_that_was_used_more_than_a_day_ago_begins_a_new_session() -> None:
    ports = jury_room(30)
    begin_session(SESSION, "kevin", ports, NOON)

    later = begin_session(SESSION, "kevin", ports, NOON + LIFETIME)

    assert later.session.created_at == NOON + LIFETIME
    assert len(later.snapshots) == FIRST_PAGE


@pytest.mark.parametrize("session_id", ["garbage", "", SESSION.upper()])
def test_a_vote_under_what_cannot_be_a_session_is_refused(session_id: str) -> None:
    ports = jury_room(30)
    page = begin_session(SESSION, "kevin", ports, NOON)
    vote_on(page, 0, ports)

    with pytest.raises(NotDrawnError):
        vote(page.snapshots[0].id, Ballot("kevin", session_id, NO), ports, NOON)
