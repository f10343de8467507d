"""What was read within the last minute: whoever comes every second is not read from the table every second."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH = 60_000
"""Milliseconds after which something is read again, unless said otherwise: so long a revoked key may go on."""


def is_fresh(read_at: int, now: int, fresh: int = FRESH) -> bool:
    """Whether what was read then need not be read again; both are epoch ms."""
    return 0 <= now - read_at < fresh  # below 0 the clock was set back


MOST = 10_000
"""Values that are remembered."""


class Recent(Generic[T]):
    """Remembers what `read` gives for a name; its errors are not remembered. `clock` is in epoch ms."""

    def __init__(self, read: Callable[[str], T], clock: Callable[[], int]) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[str, tuple[int, T]] = {}

    def get(self, name: str, fresh: int = FRESH) -> T:
        """The value as it was less than `fresh` milliseconds ago."""
        known = self._known.get(name)
        read_at = self._clock()
        if known is not None and is_fresh(known[0], read_at, fresh):
            return known[1]
        value = self._read(name)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = read_at, value
        return value

    def change(self, name: str, value: T) -> None:
        """Give this instead, for no longer than what was read would have been given."""
        known = self._known.get(name)
        if known is not None:
            self._known[name] = known[0], value

    def forget(self, name: str) -> None:
        """Read it again the next time."""
        self._known.pop(name, None)
