"""What operating the system needs of the outside world, beyond the ports of the other use cases."""

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from snapjury.rules.activity import Decided, Ended
from snapjury.services.ports import AssetPage, DeliveryPage

T = TypeVar("T", Ended, Decided)


class Newest(Struct, Generic[T], frozen=True):
    """The newest of something: all that came at or after `since` (epoch ms)."""

    entries: tuple[T, ...]
    since: int


class Activity(Protocol):
    """What happened lately, and what went wrong, whoever owns it. It follows what happens within moments."""

    def ended(self, since: int, until: int, limit: int) -> Newest[Ended]:
        """The assets that ended in since <= time < until (epoch ms): the newest ones, so many of each end and shard."""

    def decided(self, since: int, until: int, limit: int) -> Newest[Decided]:
        """The snapshots that were decided in since <= time < until: the newest ones, so many of each shard."""

    def failed(self, limit: int, position: str | None) -> AssetPage:
        """At most `limit` failed assets from `position` on, the last to fail first."""

    def troubled(self, limit: int, position: str | None) -> DeliveryPage:
        """At most `limit` deliveries that were tried and have not arrived, from `position` on."""


class DeadLetter(Struct, frozen=True):
    """A message that nobody could handle: when it was sent (epoch ms), and how often it was received."""

    id: str
    body: str
    sent_at: int
    receives: int


class DeadLetters(Protocol):
    """The dead letters of queues by the queues' names."""

    @property
    def queues(self) -> Iterable[str]:
        """The names."""

    def peek(self, queue: str, limit: int) -> tuple[DeadLetter, ...]:
        """At most `limit` of those that nobody holds just now. They stay, and are hidden for a moment only."""

    def redrive(self, queue: str, limit: int) -> int:
        """Send at most `limit` of them to the queue again; how many were. None is lost, one may be sent twice."""

    def held(self, queue: str) -> int:
        """About how many of them somebody holds just now, so that they cannot be moved."""
