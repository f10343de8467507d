"""Snapshots in the `core` table, sessions in their own. Nothing here decides anything; conditions only close races."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from snapjury.adapters import keys
from snapjury.adapters.lists import list_page
from snapjury.adapters.table import Item, Table, from_item, to_item
from snapjury.errors import AlreadyExistsError, NotFoundError
from snapjury.rules.duplicates import Picture
from snapjury.rules.session import Desk, Session
from snapjury.rules.snapshot import PENDING, Snapshot
from snapjury.services.ports import PoolEntry, SnapshotPage

FIRST_MONTH = "2026-11"
"""When Snapjury began: nothing was decided before."""


class DynamoSnapshots:
    """One item each, with its votes and leases; a pending one is in the index `pool`, a decided one in `decided`.

    The index `pool` also has those with a known answer, and `decided` their copies, in partitions of their own. An item
    more for the bytes under a product names the first snapshot of them.
    """

    shards = keys.POOL_SHARDS
    list_shards = keys.LIST_SHARDS

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim_picture(self, snapshot: Snapshot) -> str:
        picture = Picture(snapshot.product, snapshot.image, snapshot.id)
        key = keys.picture_key(snapshot.product, snapshot.image)
        try:
            self._table.add(to_item(picture, key))
        except AlreadyExistsError:
            return self._table.get(key, Picture).first
        return snapshot.id

    def add(self, snapshot: Snapshot) -> None:
        self._table.add(item_of(snapshot))

    def save(self, snapshot: Snapshot) -> None:
        self._table.put(item_of(snapshot), snapshot.version)

    def save_leases(self, snapshot: Snapshot) -> None:
        if snapshot.version == 1:
            return self.save(snapshot)
        leases = msgspec.to_builtins(snapshot.leases)
        self._table.change(keys.snapshot_key(snapshot.id), "leases", leases, snapshot.version)

    def get(self, snapshot_id: str) -> Snapshot:
        return self._table.get(keys.snapshot_key(snapshot_id), Snapshot)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        wanted = [keys.snapshot_key(each) for each in ids]
        return self._table.get_many(wanted, Snapshot, lambda snapshot: snapshot.id)

    def pool(self, shard: int, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        return self._entries(keys.pool_partition(shard), start, end, limit)

    def gold(self, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        return self._entries(keys.gold_partition(), start, end, limit)

    def _entries(self, partition: str, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        items = self._table.query(
            IndexName=keys.POOL,
            KeyConditionExpression="pool_pk = :pk AND pool_sk BETWEEN :start AND :end",
            ExpressionAttributeValues={
                ":pk": {"S": partition},
                ":start": {"S": start},
                ":end": {"S": end},
            },
            Limit=limit,
        )
        return tuple(entry_of(item) for item in islice(items, limit) if item["pool_sk"]["S"] < end)

    def page(self, product: str | None, status: str | None, limit: int, position: str | None) -> SnapshotPage:
        found = list_page(
            self._table,
            keys.BY_PRODUCT if product else keys.LISTED,
            partial(keys.product_snapshots_partition, product) if product else keys.listed_snapshots_partition,
            keys.LIST_SHARDS,
            prefix=keys.prefix_of(status) if status else "",
            limit=limit,
            position=position,
        )
        stored = self._table.get_many(found.keys, Snapshot, lambda each: keys.snapshot_partition(each.id))
        shown = (stored[key["pk"]] for key in found.keys if key["pk"] in stored)
        return SnapshotPage(tuple(each for each in shown if status in (None, each.status)), found.next_position)

    def undecided_of(self, product: str, shard: int, after: Snapshot | None, limit: int) -> tuple[str, ...]:
        start = keys.status_position(after, PENDING) if after else keys.prefix_of(PENDING)
        items = self._table.query(
            IndexName=keys.BY_PRODUCT,
            KeyConditionExpression="by_product_pk = :pk AND by_product_sk BETWEEN :start AND :end",
            ExpressionAttributeValues={
                ":pk": {"S": keys.product_snapshots_partition(product, shard)},
                ":start": {"S": start},
                ":end": {"S": keys.prefix_of(PENDING) + "~"},
            },
            Limit=limit + 1,
        )
        beyond = (item["pk"]["S"] for item in islice(items, limit + 1) if item["by_product_sk"]["S"] != start)
        return tuple(each.partition("#")[2] for each in islice(beyond, limit))

    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        return self._by_time(keys.decided_partition, since, until, limit, position)

    def answered(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        return self._by_time(keys.answered_partition, since, until, limit, position)

    def _by_time(
        self, partition: Callable[[str, int], str], since: int, until: int, limit: int, position: str | None
    ) -> SnapshotPage:
        found: list[Snapshot] = []
        month, shard, after = position.split("|") if position else (month_of(since), "0", "")
        while month <= month_of(until):
            for each in range(int(shard), keys.LIST_SHARDS):
                lowest = after or f"{since:013d}"
                wanted = limit + 1 - len(found)
                items = self._between(partition(month, each), lowest, f"{until:013d}", wanted)
                for item in islice(items, wanted):
                    if item["decided_sk"]["S"] == after:
                        continue
                    found.append(from_item(item, Snapshot))
                    if len(found) == limit:
                        return SnapshotPage(tuple(found), "|".join((month, str(each), item["decided_sk"]["S"])))
                after = ""
            month, shard = month_after(month), "0"
        return SnapshotPage(tuple(found), None)

    def _between(self, partition: str, lowest: str, highest: str, limit: int) -> Any:
        return self._table.query(
            IndexName=keys.DECIDED,
            KeyConditionExpression="decided_pk = :pk AND decided_sk BETWEEN :lowest AND :highest",
            ExpressionAttributeValues={
                ":pk": {"S": partition},
                ":lowest": {"S": lowest},
                ":highest": {"S": highest},
            },
            Limit=limit,
        )


def item_of(snapshot: Snapshot) -> Item:
    """The item of a snapshot: in the pool with its voters while pending, once decided among those of its month."""
    if snapshot.gold is not None:
        return item_of_copy(snapshot)
    attributes: list[Any] = [keys.snapshot_key(snapshot.id), keys.snapshot_lists(snapshot)]
    if snapshot.is_open:
        attributes += [keys.pool_key(snapshot), {"voters": list(snapshot.voters)}]
    elif snapshot.decision is not None and not snapshot.is_gone:
        moment = snapshot.decision.decided_at
        attributes.append(keys.decided_key(snapshot, moment, month_of(moment)))
    if snapshot.known is not None and not snapshot.is_gone:
        attributes += [keys.gold_key(snapshot), {"voters": list(snapshot.voters)}]
    return to_item(snapshot, *attributes)


def item_of_copy(copy: Snapshot) -> Item:
    """The item of a QA's copy: in no list but that of the answered, while there is a vote to score."""
    attributes: list[Any] = [keys.snapshot_key(copy.id)]
    if copy.scored:
        moment = copy.scored[0].at
        attributes.append(keys.answered_key(copy, moment, month_of(moment)))
    return to_item(copy, *attributes)


def entry_of(item: Item) -> PoolEntry:
    voters = tuple(each["S"] for each in item.get("voters", {"L": []})["L"])
    return PoolEntry(item["pk"]["S"].partition("#")[2], item["pool_sk"]["S"], voters)


def month_of(milliseconds: int) -> str:
    """The month of a moment as YYYY-MM, in UTC; the first one for all that came before."""
    return max(FIRST_MONTH, datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m"))


def month_after(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


class DynamoSessions:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, session: Session) -> None:
        self._table.add(to_item(session, keys.session_key(session.id)))

    def save(self, session: Session) -> None:
        self._table.put(to_item(session, keys.session_key(session.id)), session.version)

    def get(self, session_id: str) -> Session:
        return self._table.get(keys.session_key(session_id), Session)

    def desk(self, qa: str) -> Desk:
        try:
            return self._table.get(keys.desk_key(qa), Desk)
        except NotFoundError:
            return Desk(qa, (), expires_at=0, version=0)

    def save_desk(self, desk: Desk) -> None:
        self._table.put(to_item(desk, keys.desk_key(desk.qa)), desk.version)
