"""In-memory twins of what the leaderboard needs: the same contract, for tests."""

from snapjury.errors import ConflictError
from snapjury.rules.board import Board, Window
from snapjury.services.ports import Scoring


class MemoryBoards:
    def __init__(self) -> None:
        self.boards: dict[Window, Board] = {}

    def get(self, window: Window, known: Board | None = None) -> Board | None:
        stored = self.boards.get(window)
        return known if stored and known and known.until == stored.until else stored

    def scored(self, window: Window) -> Scoring | None:
        stored = self.boards.get(window)
        return Scoring(stored.until, stored.took) if stored else None

    def save(self, board: Board) -> None:
        stored = self.boards.get(board.window)
        if stored is not None and stored.until >= board.until:
            raise ConflictError(board.window)
        self.boards[board.window] = board


class MemoryScoringQueue:
    def __init__(self) -> None:
        self.messages: list[tuple[int, int]] = []

    def send(self, due: int, delay: int) -> None:
        self.messages.append((due, delay))
