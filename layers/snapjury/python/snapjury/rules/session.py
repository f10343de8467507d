"""A QA's session: a random set of snapshots to review, drawn page by page."""

from msgspec import Struct
from msgspec.structs import replace

TARGET = 100
"""Snapshots in a session, if there are as many for this QA."""

PAGE = 30
"""Snapshots that a QA has at a time at the most, each with a seat kept: enough for a while without a network."""

FIRST_PAGE = 10
"""Snapshots that a session begins with, so that the first picture does not wait for thirty seats."""

LIFETIME = 24 * 3600 * 1000
"""Milliseconds that a session is kept; a token ends long before."""


class Session(Struct, frozen=True):
    """What one QA is to review: `drawn` snapshots are on the QA's page, `waiting` ones come later.

    `target` is how many there are in all, those already voted on among them. Times are milliseconds since the epoch;
    `expires_at` is in seconds, as DynamoDB's expiry wants it.
    """

    id: str
    qa: str
    created_at: int
    expires_at: int
    version: int
    target: int
    drawn: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def remaining(self) -> int:
        return len(self.drawn) + len(self.waiting)

    def is_over(self, now: int) -> bool:
        return now >= self.expires_at * 1000


def new_session(session_id: str, qa: str, picked: tuple[str, ...], now: int) -> Session:
    """A session of these snapshots, none drawn yet."""
    expires_at = (now + LIFETIME) // 1000
    return Session(session_id, qa, now, expires_at, 1, len(picked), (), picked)


def turn_page(session: Session, drawn: tuple[str, ...], waiting: tuple[str, ...], done: int) -> Session:
    """The session with another page and other snapshots waiting, after `done` more were voted on.

    What could not be replaced makes the target smaller.
    """
    voted_on = session.target - session.remaining + done
    target = voted_on + len(drawn) + len(waiting)
    turned = replace(session, drawn=drawn, waiting=waiting, target=target)
    return session if turned == session else replace(turned, version=session.version + 1)


def page_size(session: Session) -> int:
    """How many snapshots a page of the session may have.

    A session of less than a hundred is all there was for its QA: a third of that, and never less than ten, leaves seats
    to others, who then do not wait until leases expire.
    """
    return min(PAGE, max(FIRST_PAGE, session.target // 3))


OPEN_SESSIONS = 4
"""Sessions that a QA may have open: tabs, and some that were left. Each may keep a page of seats from others."""


class Desk(Struct, frozen=True):
    """The sessions that a QA has begun last; `expires_at` is in seconds, as DynamoDB's expiry wants it."""

    qa: str
    sessions: tuple[str, ...]
    expires_at: int
    version: int


def put_on_desk(desk: Desk, session: Session) -> tuple[Desk, tuple[str, ...]]:
    """The desk with another session, and those that have to be closed for it: the oldest."""
    if session.id in desk.sessions:
        return desk, ()
    begun = (*desk.sessions, session.id)
    kept = begun[-OPEN_SESSIONS:]
    return Desk(desk.qa, kept, session.expires_at, desk.version + 1), begun[: -len(kept)]


def take_off_desk(desk: Desk, session_id: str) -> Desk:
    """The desk without this session, the same one if it is not on it."""
    if session_id not in desk.sessions:
        return desk
    kept = tuple(each for each in desk.sessions if each != session_id)
    return replace(desk, sessions=kept, version=desk.version + 1)
