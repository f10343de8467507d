"""What QAs are shown: they begin a session, and draw the next page of it."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError, TemporaryFaultError
from snapjury.rules.ids import checked_id, new_id_from
from snapjury.rules.jury import Rules, is_to_wait, keep_seat, may_be_drawn, open_snapshot, take_seat
from snapjury.rules.session import FIRST_PAGE, PAGE, TARGET, Session, new_session, page_size, turn_page
from snapjury.rules.snapshot import Lease, Snapshot
from snapjury.services.changes import ATTEMPTS
from snapjury.services.desks import OvertakenError, give_up_seats, leave_desk, left_over, open_session
from snapjury.services.drawing import pick_for
from snapjury.services.grouping import in_groups
from snapjury.services.mixing import as_question, left_as_others_are, mixed_with_gold
from snapjury.services.ports import Sessions, Snapshots

ROUNDS, REPLACEMENTS = 12, 3
"""How often a page looks for free snapshots, and how often among others than the session's own.

Where every seat is taken, a session gets shorter by that, and ends.
"""


LACKING = 10
"""Snapshots to come that are read with the page, in one request: as many as it usually lacks."""


def nobodys(_qa: str) -> int:
    """The votes of each QA where nothing is known of them."""
    return 0


def untold(_decided: Snapshot) -> None:
    """Nobody is told of a decision."""


class ReviewPorts(Struct, frozen=True):
    """`votes_of` tells how many votes a QA is known by; who has few is asked more gold.

    With a `grid` a session comes in groups of so many snapshots of one product. `on_decided` is told each snapshot once
    it is stored with its decision, whatever brought that: a vote, one taken back, or a draw that found votes enough.
    """

    snapshots: Snapshots
    sessions: Sessions
    rules: Rules
    chance: Random
    votes_of: Callable[[str], int] = nobodys
    grid: int = 0
    on_decided: Callable[[Snapshot], None] = untold

    def save(self, before: Snapshot, after: Snapshot) -> None:
        """Store what follows `before`; ConflictError if that is not what is stored."""
        self.snapshots.save(after)
        if after.decision is not None and before.decision is None and after.gold is None:
            self.on_decided(after)


class Page(Struct, frozen=True):
    """What a QA has before them: the session, and the snapshots drawn in it that await their vote."""

    session: Session
    snapshots: tuple[Snapshot, ...]

    @property
    def remaining(self) -> int:
        return len(self.session.waiting) + len(self.snapshots)


def begin_session(session_id: str, qa: str, ports: ReviewPorts, now: int) -> Page:
    """A new session with the beginning of its first page; the stored one if there is one under this id already.

    It begins with what is left of the session that has to be closed for it, if any.
    """
    for _ in range(ATTEMPTS):
        with contextlib.suppress(OvertakenError):
            return begun_once(session_id, qa, ports, now)
    raise TemporaryFaultError("desk: others kept coming first")


def begun_once(session_id: str, qa: str, ports: ReviewPorts, now: int) -> Page:
    """The same, unless another session is begun at the same time: then OvertakenError."""
    desk = ports.sessions.desk(qa)
    left = left_over(desk, ports.sessions, ports.snapshots, now)
    real = pick_for(qa, max(0, TARGET - len(left)), left, ports.snapshots, ports.chance)
    mixed = mixed_with_gold(qa, real, ports.votes_of, ports.snapshots, ports.chance)
    picked = tuple(dict.fromkeys((*left, *mixed)))[:TARGET]
    if ports.grid:
        spare = [each for each in real if each not in picked]
        picked = in_groups(qa, picked, spare, ports.grid, ports.snapshots, ports.chance)
    session = new_session(session_id, qa, picked, now)
    try:
        ports.sessions.add(session)
    except AlreadyExistsError:
        session = begun_before(session, ports.sessions, now)
    if not session.remaining:
        return draw_page(session, ports, now, FIRST_PAGE)
    open_session(session, desk, ports.sessions, ports.snapshots, now)
    page = draw_page(session, ports, now, FIRST_PAGE)
    if not page.remaining:
        leave_desk(session, ports.sessions)
    return page


def begun_before(session: Session, sessions: Sessions, now: int) -> Session:
    """The session that is stored under this one's id; this one in its place if that is over, or never had any."""
    stored = sessions.get(session.id)
    if not stored.is_over(now) and (stored.target or not session.target):
        return stored
    again = replace(session, version=stored.version + 1)
    try:
        sessions.save(again)
    except ConflictError:
        return sessions.get(session.id)
    return again


def session_id_of_key(qa: str, idempotency_key: str) -> str:
    """The session id that a QA's Idempotency-Key always leads to."""
    return new_id_from(hashlib.sha256(f"session\0{qa}\0{idempotency_key}".encode()).digest())


def own_session(session_id: str, qa: str, sessions: Sessions, now: int) -> Session:
    """The session; NotFoundError also when it is over, another QA's, or this cannot be an id."""
    session = sessions.get(checked_id(session_id))
    if session.qa != qa or session.is_over(now):
        raise NotFoundError(session_id)
    return session


def current_page(session: Session, ports: ReviewPorts) -> Page:
    """What was drawn in this session and awaits a vote, without what was removed since; nothing is written."""
    stored = ports.snapshots.get_many(session.drawn)
    return Page(session, tuple(each for each in unvoted(session, stored) if not each.is_gone))


def draw_page(session: Session, ports: ReviewPorts, now: int, most: int = PAGE) -> Page:
    """Up to `most` snapshots that await this QA's vote, a seat kept on each: those of the page so far, then new ones.

    Asked for again, it answers the same page. A snapshot without an open seat is replaced by another random one; where
    there is none, the session gets shorter.
    """
    for _ in range(ATTEMPTS):
        page = seated(planned(session, ports, now, min(most, page_size(session))), ports, now)
        if page.session is session:
            return page
        try:
            ports.sessions.save(page.session)
            return page
        except ConflictError:  # drawn twice at once: the first one's page is everybody's
            session = own_session(session.id, session.qa, ports.sessions, now)
            if not session.remaining:  # closed meanwhile
                give_up_seats(session, page.snapshots, ports.snapshots, now)
    raise TemporaryFaultError("session: others kept coming first")


class Plan(Struct, frozen=True):
    """The next page before seats are taken: snapshots to be on it, and what else the session will have then."""

    session: Session
    page: tuple[Snapshot, ...]
    waiting: tuple[str, ...]
    done: int


def planned(session: Session, ports: ReviewPorts, now: int, size: int) -> Plan:
    """The page of this size that follows from what is stored now.

    What its QA has had for too long comes again later, and nothing else in its place: waiting shows nothing new.
    """
    known = dict(ports.snapshots.get_many((*session.drawn, *session.waiting[:LACKING])))
    done = sum(1 for each in session.drawn if each in known and known[each].vote_of(session.qa) is not None)
    candidates = [each.id for each in unvoted(session, known)]
    waiting = list(session.waiting)
    page: list[Snapshot] = []
    later: list[str] = []
    passed_over = set(session.drawn)
    for turn in range(ROUNDS):
        candidates += take_first(waiting, size - len(page) - len(candidates))
        known |= ports.snapshots.get_many([each for each in candidates if each not in known])
        found = [known[each] for each in candidates if each in known]
        asked = [as_question(session.qa, each, known.values(), ports.chance, now) for each in found]
        had = [each.id for each in asked if is_to_wait(each, session.qa, ports.rules, now)]
        free = free_ones(left_as_others_are(asked, ports.snapshots, now), session, ports, now)
        page += free
        later += had
        passed_over.update(candidates)
        lost = len(candidates) - len(free) - len(had)
        if lost and turn < REPLACEMENTS:
            excluded = passed_over.union(waiting)
            waiting = [*pick_for(session.qa, lost, excluded, ports.snapshots, ports.chance), *waiting]
        if len(page) >= size or not waiting:
            break
        candidates = []
    return Plan(session, tuple(page), (*waiting, *later), done)


def free_ones(snapshots: Sequence[Snapshot], session: Session, ports: ReviewPorts, now: int) -> list[Snapshot]:
    """Those that this session's QA can be shown; what votes and the clock have settled meanwhile is stored first."""
    free = []
    for snapshot in snapshots:
        opened = open_snapshot(snapshot, ports.rules, now)
        try:
            if opened is not snapshot:
                ports.save(snapshot, opened)
        except ConflictError:
            continue  # somebody else is at it, and another snapshot is as good
        if may_be_drawn(opened, session.qa, session.id, ports.rules, now):
            free.append(opened)
    return free


def seated(plan: Plan, ports: ReviewPorts, now: int) -> Page:
    """The planned page with a lease on each snapshot; those that somebody took in between go back to the waiting.

    What the QA is found to have voted on, as on gold in another tab, is left out.
    """
    session = plan.session
    in_all = len(plan.page) + len(plan.waiting)
    taken: list[Snapshot] = []
    missed: list[str] = []
    for snapshot in plan.page:
        lease = Lease(session.qa, session.id, now, now + ports.rules.lease, remaining=in_all - len(taken) - 1)
        stored = seat(snapshot, lease, ports)
        if stored.vote_of(session.qa) is not None:
            in_all -= 1
        elif lease.session in (each.session for each in stored.live_leases(now)):
            taken.append(stored)
        else:
            missed.append(snapshot.id)
    drawn = tuple(each.id for each in taken)
    return Page(turn_page(session, drawn, (*missed, *plan.waiting), plan.done), tuple(taken))


def seat(snapshot: Snapshot, lease: Lease, ports: ReviewPorts) -> Snapshot:
    """The stored snapshot, which may be drawn as it was read: with this lease, unless others took its last seat."""
    leased: Snapshot | None = keep_seat(snapshot, lease, ports.rules)
    store = ports.snapshots.save_leases
    for _ in range(ATTEMPTS):
        if leased is None or leased is snapshot:
            return snapshot
        try:
            store(leased)
            return leased
        except ConflictError:
            snapshot = ports.snapshots.get(snapshot.id)
            leased, store = take_seat(snapshot, lease, ports.rules), ports.snapshots.save
    return snapshot


def unvoted(session: Session, stored: Mapping[str, Snapshot]) -> tuple[Snapshot, ...]:
    """Those of the session's page that await its QA's vote, in the order drawn."""
    page = (stored[each] for each in session.drawn if each in stored)
    return tuple(each for each in page if each.vote_of(session.qa) is None)


def take_first(waiting: list[str], count: int) -> list[str]:
    """The first so many, taken out of the list."""
    taken = waiting[:count] if count > 0 else []
    del waiting[: len(taken)]
    return taken
