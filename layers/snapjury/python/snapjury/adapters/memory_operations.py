"""In-memory twins of what admins operate the system by: the same contract as DynamoDB and SQS."""

from collections.abc import Iterable, Sequence
from itertools import count

from snapjury.adapters import keys
from snapjury.adapters.memory import MemoryAssets, places_beyond
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.rules.activity import Decided, Ended, ended
from snapjury.rules.asset import State
from snapjury.services.operation_ports import DeadLetter, Newest, T
from snapjury.services.ports import AssetPage, DeliveryPage


class MemoryActivity:
    """What happened to these assets and snapshots, which stand in one shard."""

    def __init__(self, assets: MemoryAssets, snapshots: MemorySnapshots) -> None:
        self._assets = assets
        self._snapshots = snapshots

    def ended(self, since: int, until: int, limit: int) -> Newest[Ended]:
        ends = [end for each in self._assets.assets.values() if (end := ended(each))]
        found: list[Ended] = []
        for failed in (False, True):
            newest = newest_of([each for each in ends if each.failed is failed], since, until, limit)
            since = newest.since
            found += newest.entries
        return Newest(tuple(each for each in found if each.at >= since), since)

    def decided(self, since: int, until: int, limit: int) -> Newest[Decided]:
        listed = (each for each in self._snapshots.snapshots.values() if each.gold is None)
        decisions = [(each.decision, each.votes) for each in listed if each.decision and not each.is_gone]
        return newest_of(
            [Decided(each.decided_at, len(votes), each.spared) for each, votes in decisions], since, until, limit
        )

    def failed(self, limit: int, position: str | None) -> AssetPage:
        failed = [each for each in self._assets.assets.values() if each.state is State.FAILED]
        places = {keys.ended_asset(each)["by_product_sk"]: each for each in failed}
        shown, next_position = places_beyond(places, limit, position)
        return AssetPage(tuple(places[place] for place in shown), next_position)

    def troubled(self, limit: int, position: str | None) -> DeliveryPage:
        troubled = [each for each in self._assets.deliveries.values() if each.is_in_trouble]
        owner_of = {each.asset_id: self._assets.get(each.asset_id).owner for each in troubled}
        places = {keys.troubled_delivery(each, owner_of[each.asset_id])["by_product_sk"]: each for each in troubled}
        return self._assets.troubled_page(places, limit, position)


def newest_of(values: Sequence[T], since: int, until: int, limit: int) -> Newest[T]:
    """The newest of them in since <= time < until, and from when on they are all."""
    newest = sorted((each for each in values if since <= each.at < until), key=lambda each: each.at)[-limit:]
    if len(newest) == limit:
        since = newest[0].at + 1
    return Newest(tuple(each for each in newest if each.at >= since), since)


class MemoryDeadLetters:
    """Queues by their names, each with its dead letters, and what was sent to it again."""

    def __init__(self, *queues: str) -> None:
        self.letters: dict[str, list[DeadLetter]] = {name: [] for name in queues}
        self.sent: dict[str, list[str]] = {name: [] for name in queues}
        self._numbers = count(1)

    def add(self, queue: str, body: str, sent_at: int) -> None:
        """Give up a message."""
        self.letters[queue].append(DeadLetter(f"{queue} {next(self._numbers)}", body, sent_at, receives=1))

    @property
    def queues(self) -> Iterable[str]:
        return self.letters

    def peek(self, queue: str, limit: int) -> tuple[DeadLetter, ...]:
        return tuple(self.letters[queue][:limit])

    def redrive(self, queue: str, limit: int) -> int:
        moved, self.letters[queue] = self.letters[queue][:limit], self.letters[queue][limit:]
        self.sent[queue] += [each.body for each in moved]
        return len(moved)

    def held(self, queue: str) -> int:
        return 0
