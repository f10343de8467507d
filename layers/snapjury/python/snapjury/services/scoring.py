"""Scoring the leaderboards: decisions read from the newest back, as many as are needed and as fit into memory."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import ConflictError
from snapjury.rules.board import DAY, Board, Window
from snapjury.rules.ledger import Ledger
from snapjury.rules.ranking import rank_qas
from snapjury.rules.snapshot import Snapshot
from snapjury.services.job_ports import DecidedSnapshots
from snapjury.services.ports import LONGEST_DELAY, Boards, Scoring, ScoringQueue

MOST_VOTES = 1_000_000
"""Votes that a leaderboard is about at the most: what the scorer's memory and time are measured for."""

SHARE_OF_TIME = 20
"""A window that takes a second to score is left alone for so many, so that scoring takes 5 % of the time."""

PAGE = 1000

Source = Callable[[int, int], Iterator[Snapshot]]
"""Gives snapshots with votes to score, of since <= time < until (epoch ms)."""


class ScoringPorts(Struct, frozen=True):
    """`pause` is how many milliseconds a window is left alone at least after it was scored."""

    sources: Sequence[Source]
    boards: Boards
    queue: ScoringQueue
    clock: Callable[[], int]
    pause: int
    most_votes: int = MOST_VOTES


def score_windows(due: int, ports: ScoringPorts, has_time: Callable[[], bool]) -> list[Board]:
    """Score each window that was not scored since `due`, by what can be read while there is time; the new leaderboards.

    Windows that were scored so short a time ago that they are left alone are looked at again later, by a message.
    """
    now = ports.clock()
    last = {window: ports.boards.scored(window) for window in Window}
    waits = {window: wait_of(scored, ports.pause, now) for window, scored in last.items() if is_due(scored, due)}
    ready = [window for window, wait in waits.items() if wait <= 0]
    if len(ready) < len(waits):
        soonest = min(wait for wait in waits.values() if wait > 0)
        ports.queue.send(due, min(LONGEST_DELAY, -(-soonest // 1000)))
    reading = Reading(ports, now, has_time)
    scored = (score_window(window, reading, ports) for window in ready)
    return [board for board in scored if board is not None]


def is_due(scored: Scoring | None, due: int) -> bool:
    return scored is None or scored.until < due


def wait_of(scored: Scoring | None, pause: int, now: int) -> int:
    """Milliseconds for which the window is still left alone."""
    return scored.until + max(pause, SHARE_OF_TIME * scored.took) - now if scored else 0


def score_window(window: Window, reading: "Reading", ports: ScoringPorts) -> Board | None:
    """The window's new leaderboard, once it is stored; None if somebody else has stored one as new."""
    since = window.begin(reading.until)
    reading.go_back_to(since)
    scored = rank_qas(reading.ledger, window, max(since, reading.begin), reading.until, not reading.is_cut_short)
    board = replace(scored, took=ports.clock() - reading.until)
    try:
        ports.boards.save(board)
    except ConflictError:
        return None
    return board


class Reading:
    """The votes on what was decided from `begin` until `until`, which is when reading began.

    It goes back in steps of a day, of more where little was decided. A step with more votes than there is room for, or
    time, is not taken, so that `begin` is always true. Where too little was read before it, it is halved.
    """

    def __init__(self, ports: ScoringPorts, until: int, has_time: Callable[[], bool]) -> None:
        self.ledger = Ledger()
        self.until = until
        self.begin = until
        self.is_cut_short = False
        self._sources = ports.sources
        self._most = ports.most_votes
        self._has_time = has_time
        self._step = DAY

    def go_back_to(self, begin: int) -> None:
        """Read on until `begin`, or until there is no more room or time."""
        while self.begin > begin and not self.is_cut_short:
            earlier = max(begin, self.begin - self._step)
            snapshots, votes = self.ledger.snapshots, self.ledger.votes
            if self._is_read(earlier):
                self.begin = earlier
                self._step *= 4 if self.ledger.votes - votes < self._most // 20 else 1
            else:
                self.ledger.cut(snapshots, votes)
                self.is_cut_short = votes >= self._most // 2 or self._step == 1 or not self._has_time()
                self._step = max(1, self._step // 2)

    def _is_read(self, earlier: int) -> bool:
        """Whether all that was decided between then and `begin` could be entered."""
        for source in self._sources:
            for snapshot in source(earlier, self.begin):
                self.ledger.add(snapshot)
                if self.ledger.votes > self._most or not self._has_time():
                    return False
        return True


def decided_in(snapshots: DecidedSnapshots, since: int, until: int) -> Iterator[Snapshot]:
    """The snapshots decided in since <= time < until (epoch ms)."""
    position = None
    while True:
        page = snapshots.decided(since, until, PAGE, position)
        yield from page.snapshots
        position = page.next_position
        if position is None:
            return
