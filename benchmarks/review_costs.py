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

from infra.aws import client, endpoint_from_environment
from snapjury.adapters.dynamo_reviews import DynamoSessions, DynamoSnapshots, item_of
from snapjury.adapters.table import Table
from snapjury.rules.jury import Ballot
from snapjury.rules.session import PAGE
from snapjury.rules.snapshot import Verdict
from snapjury.services.drawing import random_place
from snapjury.services.reviews import Page, ReviewPorts, begin_session, draw_page, vote
from snapjury.wiring.clients import new_id, now
from tests.jury import chips_snapshot, rules_of
from tests.template import create_table

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 30
BATCH = 25

BEGIN, DRAW = "begin a session, with its first page", "draw the next page of ten"
VOTE, DECIDE = "vote", "the vote that decides"


class Meter:
    """Sums up what is spent between two moments, by the name of what was done."""

    def __init__(self, dynamodb: Any) -> None:
        self.spent: dict[str, list[dict[str, float]]] = defaultdict(list)
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
        self.spent[what].append({name: amount / times for name, amount in self._now.items()})

    def _ask_for_units(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return params | {"ReturnConsumedCapacity": "TOTAL"}

    def _add(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self._now["requests"] += 1
        consumed = parsed.get("ConsumedCapacity", [])
        unit = "WRU" if model.name == "PutItem" else "RRU"
        for each in consumed if isinstance(consumed, list) else [consumed]:
            self._now[unit] += each["CapacityUnits"]


def run(size: int, endpoint: str) -> dict[str, list[dict[str, float]]]:
    """What each step spends at a pool of this size, over many sessions."""
    dynamodb = client("dynamodb", endpoint)
    names = {"CoreTable": f"bench-core-{new_id()}", "SessionsTable": f"bench-sessions-{new_id()}"}
    for resource, name in names.items():
        create_table(dynamodb, resource, name)
    chance = Random(size)
    snapshots = DynamoSnapshots(Table(dynamodb, names["CoreTable"]))
    ports = ReviewPorts(snapshots, DynamoSessions(Table(dynamodb, names["SessionsTable"])), rules_of(), chance)
    meter = Meter(dynamodb)
    fill(dynamodb, names["CoreTable"], PAGE)
    decide_all(ports, meter)
    fill(dynamodb, names["CoreTable"], size)
    for number in range(ROUNDS):
        with meter.measured(BEGIN):
            page = begin_session(new_id(), f"qa {number}", ports, now())
        with meter.measured(VOTE, times=len(page.snapshots)):
            vote_on(page, ports)
        with meter.measured(DRAW):
            draw_page(page.session, ports, now())
    for name in names.values():
        dynamodb.delete_table(TableName=name)
    return meter.spent


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
    """Print a table for each size."""
    sizes = [int(each) for each in sys.argv[1:]] or list(SIZES)
    base: dict[str, float] = {}
    for size in sizes:
        print(f"\n{size:,} pending snapshots\n{'':38}{'requests':>9}{'RRU':>8}{'WRU':>8}{'time':>8}")
        for what, spent in run(size, endpoint_from_environment()).items():
            figures = {each: statistics.mean(one.get(each, 0) for one in spent) for each in ("requests", "RRU", "WRU")}
            typical = statistics.median(one["ms"] for one in spent)
            ratio = typical / base.setdefault(what, typical)
            print(f"{what:38}{figures['requests']:9.1f}{figures['RRU']:8.1f}{figures['WRU']:8.1f}{ratio:7.2f}x")


if __name__ == "__main__":
    main()
