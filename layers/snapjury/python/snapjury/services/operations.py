"""What admins do to keep the system running: see what waits and what fails, and have it done again."""

from msgspec import Struct

from snapjury.errors import UnknownQueueError
from snapjury.rules.activity import Hour, hour_begins, hour_of
from snapjury.rules.asset import Event
from snapjury.rules.delivery import Delivery
from snapjury.rules.ids import checked_id
from snapjury.services.delivery import replay_delivery
from snapjury.services.operation_ports import Activity, DeadLetter, DeadLetters
from snapjury.services.ports import AssetHistory, Assets, NotificationQueue, QueueLengths, Queues

NEWEST = 1000
"""Ended assets and decisions that an overview reads of a shard: more would make the request slow."""

PEEKED = 10
MOST_MOVED = 500
"""Messages that one request moves, so that it ends within a gateway's patience."""


class OperationPorts(Struct, frozen=True):
    activity: Activity
    queues: Queues
    dead_letters: DeadLetters
    assets: Assets
    notifications: NotificationQueue


class Overview(Struct, frozen=True):
    """What waits where, and the last hour.

    Where more happened than is read, figures rest on what came at or after `assets_since` and `decisions_since`.
    """

    at: int
    queues: dict[str, QueueLengths]
    hour: Hour
    assets_since: int
    decisions_since: int


class Pile(Struct, frozen=True):
    """The dead letters of a queue: about how many there are, and some of those that nobody holds just now."""

    queue: str
    count: int
    letters: tuple[DeadLetter, ...]


class Redrive(Struct, frozen=True):
    """How many messages were moved; `more` if there may be others that nobody holds.

    About `held` could not be: the queue's own consumer has them in hand, or somebody who looks at them.
    """

    queue: str
    moved: int
    more: bool
    held: int


def overview_of(ports: OperationPorts, now: int) -> Overview:
    """The state of the system, and what it did in the last hour."""
    since = hour_begins(now)
    assets = ports.activity.ended(since, now + 1, NEWEST)
    decisions = ports.activity.decided(since, now + 1, NEWEST)
    hour = hour_of(assets.entries, decisions.entries, now)
    return Overview(now, ports.queues.lengths(), hour, assets.since, decisions.since)


def piles_of(ports: OperationPorts) -> tuple[Pile, ...]:
    """The dead letters of every queue; none of them is touched."""
    counts = {name: length.dead for name, length in ports.queues.lengths().items()}
    return tuple(
        Pile(name, counts[name], ports.dead_letters.peek(name, PEEKED) if counts[name] else ())
        for name in ports.dead_letters.queues
    )


def redrive(queue: str, ports: OperationPorts) -> Redrive:
    """Send a queue's dead letters to the queue again; UnknownQueueError if there is no such queue."""
    names = tuple(ports.dead_letters.queues)
    if queue not in names:
        raise UnknownQueueError(queue, names)
    moved = ports.dead_letters.redrive(queue, MOST_MOVED)
    return Redrive(queue, moved, moved == MOST_MOVED, ports.dead_letters.held(queue))


def replay_for_admin(asset_id: str, event: Event, ports: OperationPorts) -> tuple[AssetHistory, Delivery]:
    """The asset, and its delivery, due again: as `replay_delivery`, whoever owns the asset."""
    history = ports.assets.history(checked_id(asset_id))
    return history, replay_delivery(history, event, ports.assets, ports.notifications)
