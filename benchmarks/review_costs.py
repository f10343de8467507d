"""What sessions, pages, votes and decisions cost at pools of growing size: requests, request units and time.

    SNAPJURY_ENDPOINT=http://localhost:4566 .venv/bin/python -m benchmarks.review_costs [sizes ...]

The endpoint is a running LocalStack, whose tables are DynamoDB Local's: it says what each request would cost on AWS.
Times are ratios to those of the smallest pool in the same run, since machines differ.
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from msgspec.structs import replace

from infra.aws import client, endpoint_from_environment
from snapjury.adapters.dynamo_reviews import DynamoSessions, DynamoSnapshots, item_of
from snapjury.adapters.table import Table
from snapjury.rules.jury import Ballot
from snapjury.rules.session import FIRST_PAGE
from snapjury.rules.snapshot import Verdict
from snapjury.services.drawing import random_place
from snapjury.services.reviews import Page, ReviewPorts, begin_session, draw_page, vote
from snapjury.wiring.clients import new_id, now
from tests.jury import chips_snapshot, rules_of
from tests.template import create_table

SIZES = (1_000, 10_000, 100_000)
WARM_UP, ROUNDS = 5, 40
BATCH = 25

BEGIN, DRAW = "begin a session, with ten on its page", "draw thirty more"
TOP_UP = "draw ten more, once ten were voted on"
VOTE, DECIDE = "vote", "the vote that decides"


class Meter:
    """Sums up what is spent between two moments, by the size of the pool and the name of what was done."""

    def __init__(self, dynamodb: Any) -> None:
        self.spent: dict[tuple[int, str], list[dict[str, float]]] = defaultdict(list)
        self.size = 0
        self._now: dict[str, float] = defaultdict(float)
        for operation in ("GetItem", "BatchGetItem", "PutItem", "Query"):
            dynamodb.meta.events.register(f"provide-client-params.dynamodb.{operation}", self._ask_for_units)
            dynamodb.meta.events.register(f"after-call.dynamodb.{operation}", self._add)

    @contextmanager
    def measured(self, what: str, times: int = 1) -> Iterator[None]:
        """Count and time the block as so many of these."""
        self._now = defaultdict(float)
        began = time.perf_counter()
        yield
        self._now["ms"] = 1000 * (time.perf_counter() - began)
        self.spent[self.size, what].append({name: amount / times for name, amount in self._now.items()})

    def _ask_for_units(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return params | {"ReturnConsumedCapacity": "TOTAL"}

    def _add(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self._now["requests"] += 1
        consumed = parsed.get("ConsumedCapacity", [])
        unit = "WRU" if model.name == "PutItem" else "RRU"
        for each in consumed if isinstance(consumed, list) else [consumed]:
            self._now[unit] += each["CapacityUnits"]


class Floor:
    """A table with so many pending snapshots, on which QAs work one after the other."""

    def __init__(self, size: int, endpoint: str) -> None:
        self._dynamodb = client("dynamodb", endpoint)
        self._tables = {"CoreTable": f"bench-core-{new_id()}", "SessionsTable": f"bench-sessions-{new_id()}"}
        for resource, name in self._tables.items():
            create_table(self._dynamodb, resource, name)
        core, sessions = (Table(self._dynamodb, name) for name in self._tables.values())
        self.ports = ReviewPorts(DynamoSnapshots(core), DynamoSessions(sessions), rules_of(), Random(size))
        self.size = size
        self._qas = 0

    def open(self, meter: Meter) -> None:
        """Have three QAs judge all of ten snapshots, then fill the pool."""
        fill(self._dynamodb, self._tables["CoreTable"], FIRST_PAGE)
        decide_all(self.ports, meter)
        fill(self._dynamodb, self._tables["CoreTable"], self.size)

    def work(self, meter: Meter) -> None:
        """Let one QA begin a session, vote on what it begins with, draw a page, vote on ten, and draw again."""
        self._qas += 1
        with meter.measured(BEGIN):
            page = begin_session(new_id(), f"qa {self._qas}", self.ports, now())
        with meter.measured(VOTE, times=len(page.snapshots)):
            vote_on(page, self.ports)
        with meter.measured(DRAW):
            page = draw_page(page.session, self.ports, now())
        vote_on(replace(page, snapshots=page.snapshots[:FIRST_PAGE]), self.ports)
        with meter.measured(TOP_UP):
            draw_page(page.session, self.ports, now())

    def close(self) -> None:
        for name in self._tables.values():
            self._dynamodb.delete_table(TableName=name)


def fill(dynamodb: Any, table: str, size: int) -> None:
    """Put so many undecided snapshots into the table."""
    chance = Random(1)
    for first in range(0, size, BATCH):
        numbers = range(first, min(first + BATCH, size))
        fresh = (chips_snapshot(number, id=new_id(), place=random_place(chance)) for number in numbers)
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item_of(each)}} for each in fresh]})


def vote_on(page: Page, ports: ReviewPorts) -> None:
    for snapshot in page.snapshots:
        vote(snapshot.id, Ballot(page.session.qa, page.session.id, Verdict.CORRECT), ports, now())


def decide_all(ports: ReviewPorts, meter: Meter) -> None:
    """Three QAs judge all there is; the last vote moves a snapshot from the pool to the decided."""
    first, second, third = (begin_session(new_id(), f"judge {number}", ports, now()) for number in range(3))
    vote_on(first, ports)
    vote_on(second, ports)
    with meter.measured(DECIDE, times=len(third.snapshots)):
        vote_on(third, ports)


def main() -> None:
    """Measure all sizes in turns, so that what else the machine does meets them alike; print a table for each."""
    endpoint = endpoint_from_environment()
    floors = [Floor(int(each), endpoint) for each in sys.argv[1:] or SIZES]
    meter = Meter(client("dynamodb", endpoint))
    for floor in floors:
        meter.size = floor.size
        floor.open(meter)
    for turn in range(WARM_UP + ROUNDS):
        for floor in floors:
            meter.size = floor.size if turn >= WARM_UP else 0
            floor.work(meter)
    for floor in floors:
        floor.close()
        print_table(floor.size, floors[0].size, meter)


def print_table(size: int, smallest: int, meter: Meter) -> None:
    """What each step spends at this size, and how long it takes against the smallest."""
    print(f"\n{size:,} pending snapshots\n{'':38}{'requests':>9}{'RRU':>8}{'WRU':>8}{'time':>8}")
    for what in (BEGIN, DRAW, TOP_UP, VOTE, DECIDE):
        spent = meter.spent[size, what]
        mean = {each: statistics.mean(one.get(each, 0) for one in spent) for each in ("requests", "RRU", "WRU")}
        typical, base = (statistics.median(one["ms"] for one in meter.spent[each, what]) for each in (size, smallest))
        print(f"{what:38}{mean['requests']:9.1f}{mean['RRU']:8.1f}{mean['WRU']:8.1f}{typical / base:7.2f}x")


if __name__ == "__main__":
    main()
