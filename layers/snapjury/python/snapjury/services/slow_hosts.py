"""Receivers that leave calls unanswered, so that waiting for them does not hold up everybody else's webhooks."""

import threading


class SlowHosts:
    """Remembers, for one container, which hosts let a call run into its timeout, and spares them for a while.

    After `pause` seconds one call is let through as a probe; while it runs the host counts as slow.
    """

    def __init__(self, pause: float) -> None:
        self._pause = round(1000 * pause)
        self._until: dict[str, int] = {}
        self._lock = threading.Lock()

    def may_call(self, host: str, now: int) -> bool:
        """Whether to call this host at `now` (epoch ms)."""
        with self._lock:
            until = self._until.get(host)
            if until is not None and now >= until:
                self._until[host] = now + self._pause
            return until is None or now >= until

    def note(self, host: str, timed_out: bool, now: int) -> None:
        """Learn how a call of this host ended at `now` (epoch ms)."""
        with self._lock:
            if timed_out:
                self._until[host] = now + self._pause
            else:
                self._until.pop(host, None)
