"""Receivers that leave calls unanswered, so that waiting for them does not hold up everybody else's webhooks."""

import threading
from urllib.parse import urlsplit

from msgspec import Struct

MOST_REMEMBERED = 1000
"""Receivers that are remembered at once; the one that was slow the longest time ago is forgotten first."""

MANY = 5
"""Slow receivers of a customer on one host, from which on none of the customer's is called there."""


class Receiver(Struct, frozen=True):
    """What takes webhooks of a customer: a URL without its query, since a host may take those of many."""

    owner: str
    host: str
    path: str


def receiver_of(owner: str, url: str) -> Receiver:
    parts = urlsplit(url)
    return Receiver(owner, parts.netloc, parts.path)


class SlowReceivers:
    """Remembers, for one container, which receivers let a call run into its timeout, and spares them for a while.

    After `pause` seconds one call is let through as a probe; while it runs the receiver counts as slow. Whoever names
    another path for each asset has many receivers: where many of a customer's are slow on a host, all are taken to be.
    """

    def __init__(self, pause: float) -> None:
        self._pause = round(1000 * pause)
        self._until: dict[Receiver, int] = {}
        self._lock = threading.Lock()

    def may_call(self, receiver: Receiver, now: int) -> bool:
        """Whether to call this receiver at `now` (epoch ms)."""
        with self._lock:
            if self._is_spared(receiver, now) or self._slow_beside(receiver, now) >= MANY:
                return False
            if receiver in self._until:
                self._until[receiver] = now + self._pause
            return True

    def note(self, receiver: Receiver, timed_out: bool, now: int) -> None:
        """Learn how a call of this receiver ended at `now` (epoch ms)."""
        with self._lock:
            self._until.pop(receiver, None)
            if timed_out:
                self._until[receiver] = now + self._pause
            if len(self._until) > MOST_REMEMBERED:
                self._until.pop(next(iter(self._until)))

    def _is_spared(self, receiver: Receiver, now: int) -> bool:
        until = self._until.get(receiver)
        return until is not None and until - self._pause <= now < until  # before that the clock was set back

    def _slow_beside(self, receiver: Receiver, now: int) -> int:
        """How many receivers of the same customer on the same host are spared."""
        same = (each for each in self._until if (each.owner, each.host) == (receiver.owner, receiver.host))
        return sum(self._is_spared(each, now) for each in same)
