"""A leaderboard: how good each QA is, by the decisions of a window of time."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from snapjury.rules.crowd import Crowd, Rates, cautious, referees_of

DAY = 24 * 3600 * 1000


class Window(StrEnum):
    """The decisions that a leaderboard is about: those of the last 7 days, of the last 30, or all."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    def begin(self, now: int) -> int:
        """When the window begins that ends now (epoch ms)."""
        return {Window.WEEK: now - 7 * DAY, Window.MONTH: now - 30 * DAY}.get(self, 0)


class Row(Struct, frozen=True, array_like=True):
    """One QA. `rank` is None as long as there is not enough evidence, and where the votes look copied (`is_copy`).

    `agreement` is the share of votes that agree with the decision, `on_correct` and `on_incorrect` the skills, `score`
    balanced accuracy, between `lower` and `upper` with 90 %. `seconds` is the median time of a vote, None if not known.
    """

    qa: str
    rank: int | None
    votes: int
    agreement: float
    on_correct: float
    on_incorrect: float
    score: float
    lower: float
    upper: float
    seconds: float | None
    rates: Rates
    is_copy: bool = False


class Board(Struct, frozen=True):
    """The leaderboard of a window: rows from the best on, those without a rank last.

    `since` and `until` (epoch ms) say which decisions it is about; if it is not `complete`, only the newest of them.
    `took` is how many milliseconds scoring took.
    """

    window: Window
    since: int
    until: int
    snapshots: int
    votes: int
    complete: bool
    took: int
    types: tuple[float, ...]
    rows: tuple[Row, ...]


def neighbours_of(qa: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The ranked QAs around this one, without them: two above and two below. None for somebody who is not ranked."""
    ranked = [row for row in rows if row.rank is not None]
    place = next((place for place, row in enumerate(ranked) if row.qa == qa), None)
    if place is None:
        return ()
    return (*ranked[max(0, place - 2) : place], *ranked[place + 1 : place + 3])


def crowd_of(board: Board) -> Crowd:
    """What the board says about the QAs, to weigh votes with; the better half of the ranked are referees."""
    referees = referees_of([row.qa for row in board.rows if row.rank is not None])
    return Crowd(cautious(board.types, board.snapshots), {row.qa: row.rates for row in board.rows}, referees)
