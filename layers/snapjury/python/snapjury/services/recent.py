"""What was read within the last minute: whoever comes every second is not read from the table every second."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH = 60_000
"""Milliseconds after which something is read again: so long a disabled user or a revoked key may go on."""

MOST = 10_000
"""Values that are remembered."""


class Recent(Generic[T]):
    """Remembers for a minute what `read` gives for a name; its errors are not remembered. `clock` is in epoch ms."""

    def __init__(self, read: Callable[[str], T], clock: Callable[[], int]) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[str, tuple[int, T]] = {}

    def get(self, name: str) -> T:
        known = self._known.get(name)
        if known is not None and self._clock() - known[0] < FRESH:
            return known[1]
        read_at = self._clock()
        value = self._read(name)
        self._keep(name, value, read_at)
        return value

    def remember(self, name: str, value: T) -> None:
        """Give this for a minute, without reading it."""
        self._keep(name, value, self._clock())

    def forget(self, name: str) -> None:
        """Read it again the next time."""
        self._known.pop(name, None)

    def _keep(self, name: str, value: T, read_at: int) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = read_at, value
