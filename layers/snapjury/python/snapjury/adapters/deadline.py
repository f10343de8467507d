"""A time limit for a whole call. One thread keeps them all: a timer for each took as long as sending a request."""

import heapq
import socket
import threading
import time
from contextlib import suppress
from typing import Self


class Deadline:
    """Cuts connections when the time for the whole call is over, however busily their other ends keep them open."""

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self.ends = time.monotonic() + seconds
        self._is_kept = False
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()

    def __lt__(self, other: "Deadline") -> bool:
        return self.ends < other.ends

    @property
    def remaining(self) -> float:
        """Seconds that are left; TimeoutError if there are none."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection too, when the time is over, or now if it is.

        The duplicate stays what it is when TLS takes over the original.
        """
        with self._lock:
            self._watched.append(connection.dup())
            if self.has_passed:
                self._cut()

    def __enter__(self) -> Self:
        CLOCK.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_kept = True
            while self._watched:
                self._watched.pop().close()

    def end(self) -> None:
        """The time is over; nothing happens if the call was in time."""
        with self._lock:
            if not self._is_kept:
                self.has_passed = True
                self._cut()

    def _cut(self) -> None:
        for connection in self._watched:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Clock:
    """Ends deadlines as they come. Those that were kept are forgotten at their time."""

    def __init__(self) -> None:
        self._coming: list[Deadline] = []
        self._is_earlier = threading.Condition()
        self._is_running = False

    def add(self, deadline: Deadline) -> None:
        with self._is_earlier:
            heapq.heappush(self._coming, deadline)
            if self._coming[0] is deadline:
                self._is_earlier.notify()
            if not self._is_running:
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
                self._is_running = True

    def _run(self) -> None:
        while True:
            self._next().end()

    def _next(self) -> Deadline:
        """The next deadline, when it comes."""
        with self._is_earlier:
            while True:
                left = self._coming[0].ends - time.monotonic() if self._coming else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._coming)
                self._is_earlier.wait(left)


CLOCK = Clock()
