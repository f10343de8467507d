"""What drawing, voting and the leaderboard cost as what is stored grows: requests and request units, counted.

Our own adapters call a stand-in for the table that keeps the pool's index as sorted keys, and makes an item when it is
asked for, so that a million snapshots fit into memory. It answers as DynamoDB does to the calls that are made here.
"""

import hashlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from benchmarks.capacity import Item, indexes_of, item_size, put_units, read_units, updated
from snapjury.adapters import keys
from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.dynamo_reviews import DynamoSessions, DynamoSnapshots, item_of
from snapjury.adapters.table import Table
from snapjury.rules.board import Window
from snapjury.rules.ids import new_id_from
from snapjury.rules.jury import Ballot
from snapjury.rules.snapshot import Verdict
from snapjury.services.drawing import random_place
from snapjury.services.reviews import ReviewPorts, begin_session, draw_page
from snapjury.services.voting import vote
from tests.boards import a_board
from tests.builders import NOON
from tests.jury import chips_snapshot, rules_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QAS = 20
"""Who draw and vote, a session each."""

BEGIN, DRAW, VOTE = "begin a session", "draw thirty", "vote"
FIRST, AGAIN = "leaderboard, first read", "leaderboard, read again"
INDEXES = indexes_of("CoreTable")
POOL = INDEXES[keys.POOL]
LARGEST_ANSWER = 16 * 1024**2
"""Bytes of items after which DynamoDB ends a batch."""


class Shelf:
    """A client of DynamoDB whose table holds so many undecided snapshots; `spent` counts requests, reads and writes."""

    def __init__(self, snapshots: int) -> None:
        chance = Random(snapshots)
        self._items: dict[tuple[str, str], Item] = {}
        self._places: dict[str, str] = {}
        self._pool: dict[str, list[tuple[str, str]]] = {
            keys.pool_partition(shard): [] for shard in range(keys.POOL_SHARDS)
        }
        for number in range(snapshots):
            snapshot = new_id_from(hashlib.sha256(b"%d" % number).digest())
            self._places[snapshot] = random_place(chance)
            partition = keys.pool_partition(keys.shard_of(snapshot, keys.POOL_SHARDS))
            self._pool[partition].append((self._places[snapshot], snapshot))
        for entries in self._pool.values():
            entries.sort()
        self.spent = {"requests": 0.0, "RRU": 0.0, "WRU": 0.0}

    def get_item(self, *, Key: Item, ConsistentRead: bool = False, **_: Any) -> dict[str, Any]:  # noqa: N803
        item = self._stored(Key)
        self._count(reads=read_units(item_size(item or {}), ConsistentRead))
        return {"Item": item} if item else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        [(table, wanted)] = RequestItems.items()
        found, left, size = [], list(wanted["Keys"]), 0
        while left and size < LARGEST_ANSWER:
            item = self._stored(left.pop(0)) or {}
            size += item_size(item)
            found.append(item)
        self._count(reads=sum(read_units(item_size(each), wanted["ConsistentRead"]) for each in found))
        unprocessed = {table: {"Keys": left}} if left else {}
        return {"Responses": {table: [each for each in found if each]}, "UnprocessedKeys": unprocessed}

    def put_item(self, *, Item: Item, **_: Any) -> dict[str, Any]:  # noqa: N803
        old = self._stored(Item)
        self._count(writes=put_units(old, Item, INDEXES))
        self._items[Item["pk"]["S"], Item["sk"]["S"]] = Item
        for entry, change in ((POOL.entry(old), self._leave), (POOL.entry(Item), self._enter)):
            if entry is not None:
                partition, place = POOL.key(entry)
                change(self._pool.setdefault(partition, []), (place, entry["pk"]["S"].partition("#")[2]))
        return {}

    def update_item(self, *, Key: Item, **call: Any) -> dict[str, Any]:  # noqa: N803
        return self.put_item(Item=updated(self._stored(Key) or Key, call))

    def query(self, *, ExpressionAttributeValues: dict[str, Any], **call: Any) -> dict[str, Any]:  # noqa: N803
        values = {name: each["S"] for name, each in ExpressionAttributeValues.items()}
        entries = self._pool.get(values[":pk"], []) if call.get("IndexName") == keys.POOL else []
        first = bisect_left(entries, (values.get(":start", ""),))
        last = bisect_right(entries, (values.get(":end", ""), "~"))
        chosen = entries[first : min(last, first + call.get("Limit", last))]
        found = [POOL.entry(self._stored(keys_of(snapshot)) or {}) for _, snapshot in chosen]
        items = [each for each in found if each]
        self._count(reads=read_units(sum(map(item_size, items)), call.get("ConsistentRead", False)))
        return {"Items": items}

    def _count(self, reads: float = 0, writes: float = 0) -> None:
        for name, amount in (("requests", 1), ("RRU", reads), ("WRU", writes)):
            self.spent[name] += amount

    def _stored(self, key: Item) -> Item | None:
        place = key["pk"]["S"], key["sk"]["S"]
        snapshot = place[0].partition("#")[2]
        if place not in self._items and snapshot in self._places and place[1] == "SNAPSHOT":
            return item_of(chips_snapshot(id=snapshot, place=self._places[snapshot]))
        return self._items.get(place)

    @staticmethod
    def _leave(entries: list[tuple[str, str]], entry: tuple[str, str]) -> None:
        del entries[bisect_left(entries, entry)]

    @staticmethod
    def _enter(entries: list[tuple[str, str]], entry: tuple[str, str]) -> None:
        insort(entries, entry)


def keys_of(snapshot: str) -> Item:
    return {name: {"S": value} for name, value in keys.snapshot_key(snapshot).items()}


Costs = dict[str, dict[str, float]]


@contextmanager
def metered(shelf: Shelf, runs: list[dict[str, float]], times: int = 1) -> Iterator[None]:
    """Put down what one of so many took that the block does."""
    before = dict(shelf.spent)
    yield
    runs.append({name: (amount - before[name]) / times for name, amount in shelf.spent.items()})


def of_reviews(snapshots: int) -> Costs:
    """Means over some QAs, on a pool of so many."""
    shelf = Shelf(snapshots)
    table = Table(shelf, "core")
    ports = ReviewPorts(DynamoSnapshots(table), DynamoSessions(table), rules_of(), Random(1))
    spent: dict[str, list[dict[str, float]]] = {BEGIN: [], DRAW: [], VOTE: []}

    for number in range(QAS):
        session = new_id_from(hashlib.sha256(b"session %d" % number).digest())
        with metered(shelf, spent[BEGIN]):
            page = begin_session(session, f"qa {number}", ports, NOON)
        with metered(shelf, spent[VOTE], len(page.snapshots)):
            for each in page.snapshots:
                vote(each.id, Ballot(page.session.qa, session, Verdict.CORRECT), ports, NOON)
        with metered(shelf, spent[DRAW]):
            draw_page(page.session, ports, NOON)
    return {what: mean(each) for what, each in spent.items()}


def mean(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(sum(each[name] for each in runs) / len(runs), 1) for name in runs[0]}


def of_leaderboard(qas: int) -> Costs:
    """A leaderboard of so many QAs, for a container that has not read it yet, and for one that has."""
    shelf = Shelf(0)
    boards = DynamoBoards(Table(shelf, "core"))
    boards.save(a_board(Window.WEEK, qas=qas))
    spent: dict[str, list[dict[str, float]]] = {FIRST: [], AGAIN: []}
    with metered(shelf, spent[FIRST]):
        board = boards.get(Window.WEEK)
    with metered(shelf, spent[AGAIN]):
        boards.get(Window.WEEK, board)
    return {what: mean(each) for what, each in spent.items()}


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, Costs]:
    """By the size: of the pool, and of the leaderboard."""
    return {str(size): of_reviews(size) | of_leaderboard(size) for size in sizes}
