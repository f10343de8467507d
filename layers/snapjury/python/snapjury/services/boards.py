"""Leaderboards for the API: their rows are read once, and what they say of the QAs is at hand for each vote."""

from collections.abc import Callable

from snapjury.rules.board import Board, Window, crowd_of
from snapjury.rules.crowd import NOBODY_KNOWN, Crowd
from snapjury.services.ports import Boards
from snapjury.services.recent import FRESH, is_fresh


class KnownBoards:
    """Leaderboards that one container has read; `report` is told of what cannot be read while votes go on."""

    def __init__(self, boards: Boards, clock: Callable[[], int], report: Callable[[Exception], None]) -> None:
        self._boards = boards
        self._clock = clock
        self._report = report
        self._known: dict[Window, Board | None] = {}
        self._crowd = NOBODY_KNOWN
        self._crowd_of: Board | None = None
        self._votes: dict[str, int] = {}
        self._learned_at = -FRESH

    def get(self, window: Window) -> Board | None:
        """The window's leaderboard; None if nothing was scored yet. One read, of the rows only if they are new."""
        self._known[window] = self._boards.get(window, self._known.get(window))
        return self._known[window]

    def crowd(self) -> Crowd:
        """What is known of the QAs, not older than a minute; or as it was known last, since a vote must not fail."""
        now = self._clock()
        if not is_fresh(self._learned_at, now):
            self._learned_at = now
            try:
                self._learn(self.get(Window.ALL))
            except Exception as error:
                self._report(error)
        return self._crowd

    def votes_of(self, qa: str) -> int:
        """How many votes the QA is known by, not older than a minute either."""
        self.crowd()
        return self._votes.get(qa, 0)

    def _learn(self, board: Board | None) -> None:
        if board is not self._crowd_of:
            self._crowd = crowd_of(board) if board else NOBODY_KNOWN
            self._votes = {row.qa: row.votes for row in board.rows} if board else {}
            self._crowd_of = board
