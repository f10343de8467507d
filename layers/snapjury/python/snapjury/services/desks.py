"""How many sessions a QA has open: another one closes the oldest, so that nobody keeps seats from all others."""

import contextlib
from collections.abc import Iterable

from snapjury.errors import ConflictError, NotFoundError, TemporaryFaultError
from snapjury.rules.jury import give_up_seat
from snapjury.rules.session import Session, put_on_desk, take_off_desk, turn_page
from snapjury.rules.snapshot import Snapshot
from snapjury.services.changes import ATTEMPTS
from snapjury.services.ports import Sessions, Snapshots


def open_session(session: Session, sessions: Sessions, snapshots: Snapshots) -> None:
    """Put the session on its QA's desk, after having closed what has no place on it any more.

    TemporaryFaultError if that cannot be done; this one is closed then, as it would be open beside the desk.
    """
    try:
        for _ in range(ATTEMPTS):
            before = sessions.desk(session.qa)
            desk, crowded_out = put_on_desk(before, session)
            if desk is before:
                return
            for each in crowded_out:
                close_session(each, sessions, snapshots)
            with contextlib.suppress(ConflictError):
                return sessions.save_desk(desk)
        raise TemporaryFaultError("desk: others kept coming first")
    except TemporaryFaultError:
        close_session(session.id, sessions, snapshots)
        raise


def leave_desk(session: Session, sessions: Sessions) -> None:
    """Take a session off the desk that came to nothing: whoever asks again and again for work ends no other by it."""
    for _ in range(ATTEMPTS):
        before = sessions.desk(session.qa)
        desk = take_off_desk(before, session.id)
        with contextlib.suppress(ConflictError):
            if desk is not before:
                sessions.save_desk(desk)
            return


def close_session(session_id: str, sessions: Sessions, snapshots: Snapshots) -> None:
    """End the session, also under those who draw on it just now, and give up its seats."""
    session = ended(session_id, sessions)
    if session is not None:
        give_up_seats(session, snapshots.get_many(session.drawn).values(), snapshots)


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


def give_up_seats(session: Session, seated: Iterable[Snapshot], snapshots: Snapshots) -> None:
    """Free the seats that were kept on these for the session."""
    for snapshot in seated:
        freed = give_up_seat(snapshot, session.qa, session.id)
        with contextlib.suppress(ConflictError):  # then the lease ends by the clock
            if freed is not snapshot:
                snapshots.save(freed)
