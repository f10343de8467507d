"""How many sessions a QA has open: another one closes the oldest, so that nobody keeps seats from all others."""

import contextlib

from snapjury.errors import ConflictError, NotFoundError
from snapjury.rules.jury import give_up_seat
from snapjury.rules.session import Session, put_on_desk, turn_page
from snapjury.services.ports import Sessions, Snapshots

ATTEMPTS = 12
"""How often a desk is written anew after another session was put on it first."""


def open_session(session: Session, sessions: Sessions, snapshots: Snapshots) -> None:
    """Put the session on its QA's desk, and close what has no place on it any more."""
    for _ in range(ATTEMPTS):
        before = sessions.desk(session.qa)
        desk, crowded_out = put_on_desk(before, session)
        try:
            if desk is not before:
                sessions.save_desk(desk)
        except ConflictError:
            continue
        for each in crowded_out:
            close_session(each, sessions, snapshots)
        return


def close_session(session_id: str, sessions: Sessions, snapshots: Snapshots) -> None:
    """Give up the session's seats and all that it has left; whoever draws on it finds it done."""
    try:
        session = sessions.get(session_id)
    except NotFoundError:
        return  # it has expired
    for snapshot in snapshots.get_many(session.drawn).values():
        freed = give_up_seat(snapshot, session.qa, session.id)
        with contextlib.suppress(ConflictError):  # then the lease ends by the clock
            if freed is not snapshot:
                snapshots.save(freed)
    closed = turn_page(session, (), (), done=0)
    with contextlib.suppress(ConflictError):
        if closed is not session:
            sessions.save(closed)
