"""The JSON of the leaderboard."""

from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from snapjury.rules.board import Board, Row, Window, neighbours_of
from snapjury.rules.user import Caller, Role
from snapjury.schemas import Moment, Parameters, moment

TOP = 10
ABOUT = (
    "The score is balanced accuracy: the mean of accuracy on correct and on incorrect snapshots, as estimated from all "
    "votes, with a 90 % interval. Nobody is ranked whose votes do not yet show more than chance would, or look copied."
)


class LeaderboardQuery(Struct, frozen=True):
    """Which leaderboard is asked for. Of the week if nothing is said: what a QA does today shows in it."""

    window: Window = Window.WEEK


def window_named(text: str) -> Window:
    if text not in set(Window):
        raise ValueError(f"must be one of: {', '.join(Window)}")
    return Window(text)


WINDOW_PARAMETERS: Parameters = {"window": window_named}


Share = Annotated[float, Meta(ge=0, le=1)]


class RowView(TypedDict):
    """A QA's place; `rank` is null as long as there is not enough evidence for one. `you` marks the caller's own."""

    rank: int | None
    qa: str
    votes: int
    agreement: Share
    accuracy_on_correct: Share
    accuracy_on_incorrect: Share
    score: Share
    interval: list[Share]
    median_seconds: float | None
    you: bool


class LeaderboardView(TypedDict):
    """The ten best, and the caller's own row and neighbours. Before the first scoring the times are null.

    `suspected` names those whose votes look copied from another's, or the other way round; only admins are told.
    """

    window: Window
    since: Moment | None
    until: Moment | None
    scored_at: Moment | None
    decided: int
    votes: int
    complete: bool
    top: list[RowView]
    own: RowView | None
    neighbours: list[RowView]
    suspected: list[str]
    about: str


def leaderboard_view(window: Window, board: Board | None, caller: Caller) -> LeaderboardView:
    """What somebody is shown of the leaderboard, which is empty before the first scoring."""
    rows = board.rows if board else ()
    own = next((row for row in rows if row.qa == caller.name), None)
    return {
        "window": window,
        "since": moment(board.since or None) if board else None,
        "until": moment(board.until) if board else None,
        "scored_at": moment(board.until + board.took) if board else None,
        "decided": board.snapshots if board else 0,
        "votes": board.votes if board else 0,
        "complete": board.complete if board else True,
        "top": [row_view(row, caller.name) for row in rows[:TOP]],
        "own": row_view(own, caller.name) if own else None,
        "neighbours": [row_view(row, caller.name) for row in neighbours_of(caller.name, rows)],
        "suspected": [row.qa for row in rows if row.is_copy] if caller.role is Role.ADMIN else [],
        "about": ABOUT,
    }


def row_view(row: Row, caller: str) -> RowView:
    return {
        "rank": row.rank,
        "qa": row.qa,
        "votes": row.votes,
        "agreement": round(row.agreement, 4),
        "accuracy_on_correct": round(row.on_correct, 4),
        "accuracy_on_incorrect": round(row.on_incorrect, 4),
        "score": round(row.score, 4),
        "interval": [round(row.lower, 4), round(row.upper, 4)],
        "median_seconds": None if row.seconds is None else round(row.seconds, 2),
        "you": row.qa == caller,
    }
