"""Leaderboards as they were within the last minute, for whoever asks often: pages, and each vote."""

from collections.abc import Callable

from msgspec import Struct

from snapjury.rules.board import Board, Window, crowd_of
from snapjury.rules.crowd import NOBODY_KNOWN, Crowd
from snapjury.services.ports import Boards

FRESH = 60_000
"""Milliseconds after which it is asked whether there is a newer one."""


class Seen(Struct, frozen=True):
    """A leaderboard that was read, and when it was last known to be the newest (epoch ms)."""

    at: int
    board: Board | None


class RecentBoards:
    """Leaderboards remembered for a minute; `report` is told of those that cannot be read while votes go on."""

    def __init__(self, boards: Boards, clock: Callable[[], int], report: Callable[[Exception], None]) -> None:
        self._boards = boards
        self._clock = clock
        self._report = report
        self._seen: dict[Window, Seen] = {}
        self._crowd: tuple[Board | None, Crowd] = (None, NOBODY_KNOWN)

    def get(self, window: Window) -> Board | None:
        """The window's leaderboard; None if nothing was scored yet."""
        seen, now = self._seen.get(window), self._clock()
        if seen is not None and now - seen.at < FRESH:
            return seen.board
        board = self._boards.get(window, seen.board if seen else None)
        self._seen[window] = Seen(now, board)
        return board

    def crowd(self) -> Crowd:
        """What is known of the QAs; of one read before, or nothing, where it cannot be read: a vote does not fail."""
        try:
            board = self.get(Window.ALL)
        except Exception as error:  # whatever it is, also a leaderboard in an older form
            self._report(error)
            last = self._seen.get(Window.ALL)
            board = last.board if last else None
            self._seen[Window.ALL] = Seen(self._clock(), board)
        if board is not self._crowd[0]:
            self._crowd = board, crowd_of(board) if board else NOBODY_KNOWN
        return self._crowd[1]
