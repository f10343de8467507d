"""Telling the scorer that snapshots were decided: not with each decision, but so that each is scored soon."""

from snapjury.services.ports import ScoringQueue


class ScoringHints:
    """What one container has told the scorer.

    A hint is read `delay` seconds after it was sent, so it also stands for what is decided meanwhile: in the first half
    of that time, since decisions reach the index that is read a little later.
    """

    def __init__(self, queue: ScoringQueue, delay: int) -> None:
        self._queue = queue
        self._delay = delay
        self._covered_from = self._covered_until = 0

    def give(self, now: int) -> None:
        """Have what was decided by `now` scored, unless an earlier hint does; TemporaryFaultError if that fails."""
        if not self._covered_from <= now < self._covered_until:  # before that the clock was set back
            self._queue.send(now + 1000 * self._delay, self._delay)
            self._covered_from, self._covered_until = now, now + 500 * self._delay
