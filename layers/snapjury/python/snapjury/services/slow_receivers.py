"""Receivers that leave calls unanswered, so that waiting for them does not hold up everybody else's webhooks."""

import threading

MOST_REMEMBERED = 1000
"""Receivers that are remembered at once; the one that was slow the longest time ago is forgotten first."""


class SlowReceivers:
    """Remembers, for one container, which receivers let a call run into its timeout, and spares them for a while.

    A receiver is a URL without its query: a host may serve many customers, of whom one is slow. After `pause` seconds
    one call is let through as a probe; while it runs the receiver counts as slow.
    """

    def __init__(self, pause: float) -> None:
        self._pause = round(1000 * pause)
        self._until: dict[str, int] = {}
        self._lock = threading.Lock()

    def may_call(self, url: str, now: int) -> bool:
        """Whether to call this URL at `now` (epoch ms)."""
        receiver = receiver_of(url)
        with self._lock:
            until = self._until.get(receiver)
            if until is None:
                return True
            is_spared = until - self._pause <= now < until  # before that the clock was set back
            if not is_spared:
                self._until[receiver] = now + self._pause
            return not is_spared

    def note(self, url: str, timed_out: bool, now: int) -> None:
        """Learn how a call of this URL ended at `now` (epoch ms)."""
        receiver = receiver_of(url)
        with self._lock:
            self._until.pop(receiver, None)
            if timed_out:
                self._until[receiver] = now + self._pause
            if len(self._until) > MOST_REMEMBERED:
                self._until.pop(next(iter(self._until)))


def receiver_of(url: str) -> str:
    return url.partition("?")[0]
