"""How many sessions a QA has open: another one closes the oldest, so that nobody keeps seats from all others.

It goes on with what that one had left, so that nobody draws again and again until certain snapshots come.
"""

import contextlib
from collections.abc import Iterable

from snapjury.errors import ConflictError, NotFoundError, TemporaryFaultError
from snapjury.rules.jury import give_up_seat
from snapjury.rules.session import OPEN_SESSIONS, Desk, Session, put_on_desk, take_off_desk, turn_page
from snapjury.rules.snapshot import Snapshot
from snapjury.services.changes import ATTEMPTS
from snapjury.services.mixing import copy_id_of
from snapjury.services.ports import Sessions, Snapshots


class OvertakenError(TemporaryFaultError):
    """Another session came first; beginning once more goes by what is there then."""


def open_session(session: Session, desk: Desk, sessions: Sessions, snapshots: Snapshots, now: int) -> None:
    """Put the session on its QA's desk, as it was read, after having closed what has no place on it any more.

    TemporaryFaultError if that cannot be done; OvertakenError if that would close another one than this session goes on
    with, since one was begun at the same time. This one is closed then, as it would be open beside the desk.
    """
    _, expected = put_on_desk(desk, session)
    try:
        for _ in range(ATTEMPTS):
            after, crowded_out = put_on_desk(desk, session)
            if after is desk:
                return
            if not set(crowded_out) <= set(expected):
                raise OvertakenError("desk: another session was begun at the same time")
            for each in crowded_out:
                close_session(each, sessions, snapshots, now)
            try:
                return sessions.save_desk(after)
            except ConflictError:
                desk = sessions.desk(session.qa)
        raise TemporaryFaultError("desk: others kept coming first")
    except TemporaryFaultError:
        close_session(session.id, sessions, snapshots, now)
        raise


def left_over(desk: Desk, sessions: Sessions, snapshots: Snapshots, now: int) -> tuple[str, ...]:
    """The ids of what the session has left that another one on this desk will close; none while there is room for both.

    Gold is named by its copy, or if that was not drawn yet, by what it will be a copy of. On a full desk one read more;
    two where something is left, three where that may be gold.
    """
    if len(desk.sessions) < OPEN_SESSIONS:
        return ()
    try:
        oldest = sessions.get(desk.sessions[0])
    except NotFoundError:
        return ()
    if oldest.is_over(now) or not oldest.remaining:
        return ()
    ids = (*oldest.drawn, *oldest.waiting)
    stored = dict(snapshots.get_many(ids))
    copies = {each.id: copy_id_of(desk.qa, each) for each in stored.values() if each.known is not None}
    stored |= snapshots.get_many([each for each in copies.values() if each not in stored]) if copies else {}
    named = (copies[each] if copies.get(each) in stored else each for each in ids)
    unvoted = (each for each in named if each in stored and stored[each].vote_of(desk.qa) is None)
    return tuple(dict.fromkeys(unvoted))


def leave_desk(session: Session, sessions: Sessions) -> None:
    """Take a session off the desk that came to nothing: whoever asks again and again for work ends no other by it."""
    for _ in range(ATTEMPTS):
        before = sessions.desk(session.qa)
        desk = take_off_desk(before, session.id)
        with contextlib.suppress(ConflictError):
            if desk is not before:
                sessions.save_desk(desk)
            return


def close_session(session_id: str, sessions: Sessions, snapshots: Snapshots, now: int) -> None:
    """End the session, also under those who draw on it just now, and give up its seats."""
    session = ended(session_id, sessions)
    if session is not None:
        give_up_seats(session, snapshots.get_many(session.drawn).values(), snapshots, now)


def ended(session_id: str, sessions: Sessions) -> Session | None:
    """The session as it was before it was ended here; None if it is gone."""
    for _ in range(ATTEMPTS):
        try:
            session = sessions.get(session_id)
        except NotFoundError:
            return None
        over = turn_page(session, (), (), done=0)
        with contextlib.suppress(ConflictError):
            if over is not session:
                sessions.save(over)
            return session
    raise TemporaryFaultError("session: others kept coming first")


def give_up_seats(session: Session, seated: Iterable[Snapshot], snapshots: Snapshots, now: int) -> None:
    """Free the seats that were kept on these for the session."""
    for snapshot in seated:
        freed = give_up_seat(snapshot, session.qa, session.id, now)
        with contextlib.suppress(ConflictError):  # then the lease ends by the clock
            if freed is not snapshot:
                snapshots.save_leases(freed)
