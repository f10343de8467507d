"""What the system itself says at the end: by its API, its queues and its logs."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from infra.aws import client
from infra.logs import GROUPS, short_name
from snapjury.cli.api import Api
from tests.soak.admins import milliseconds
from tests.soak.faults import QUEUES
from tests.soak.ledger import TIMED_OUT, Ledger
from tests.soak.system import OWNERS, VISIBILITY, System

IMPORTER = "local"
"""Who owns what was imported."""

READERS = 4
SLICE = 60_000
TIMEOUT = re.compile(
    r"^(\S+ \S+) WARNING \[lambda_runtime\] Lambda snapjury-(\w+?)Function-\S+ timed out", re.MULTILINE
)


@dataclass(frozen=True)
class Findings:
    """Everything as the API shows it. `read_at` is when (epoch ms)."""

    read_at: int
    assets: dict[str, list[dict[str, Any]]]
    deliveries: dict[str, list[dict[str, Any]]]
    snapshots: list[dict[str, Any]]
    imports: dict[str, dict[str, Any]]
    stats: dict[str, Any]
    operations: dict[str, Any]
    failed: list[str]
    troubled: list[tuple[str, str]]
    leaderboard: dict[str, Any]
    dead_letters: dict[str, list[str]]
    failures: list[dict[str, Any]]
    invocations: Counter[str]
    log_lines: int


def read_all(system: System, ledger: Ledger) -> Findings:
    """Read everything there is, page by page; timeouts go into the ledger, which cannot know of them otherwise."""
    admin = system.admin
    for at, function in timeouts_in(system.log.read_text(errors="replace")):
        ledger.fault(TIMED_OUT, function, at=at)
    assets = {owner: list(admin.pages("/assets", "assets", owner=owner)) for owner in (*OWNERS, IMPORTER)}
    ids = [each["id"] for owner in OWNERS for each in assets[owner]]
    with ThreadPoolExecutor(READERS) as pool:
        deliveries = dict(zip(ids, pool.map(lambda each: deliveries_of(admin, each), ids), strict=True))
    troubled = admin.pages("/operations/deliveries", "deliveries")
    invocations, failures, log_lines = logged(system.stack.endpoint, system.since)
    return Findings(
        time.time_ns() // 1_000_000,
        assets,
        deliveries,
        list(admin.pages("/snapshots", "snapshots")),
        {each.id: admin.call("GET", f"/imports/{each.id}") for each in ledger.imports},
        admin.call("GET", "/stats"),
        admin.call("GET", "/operations"),
        [each["id"] for each in admin.pages("/operations/failed-assets", "assets")],
        [(each["asset"], each["event"]) for each in troubled],
        admin.call("GET", "/leaderboard?window=all"),
        dead_letters(system),
        failures,
        invocations,
        log_lines,
    )


def deliveries_of(admin: Api, asset: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.call("GET", f"/assets/{asset}/deliveries")["deliveries"]
    return found


def dead_letters(system: System) -> dict[str, list[str]]:
    """The bodies in each queue of dead letters, once functions that read some of them too do so no more."""
    functions = system.stack.functions
    for each in functions.list_event_source_mappings()["EventSourceMappings"]:
        if "DeadLetters" in each["EventSourceArn"]:
            functions.update_event_source_mapping(UUID=each["UUID"], Enabled=False)
    return {queue: bodies_in(system, f"{name.removesuffix('Queue')}DeadLetters") for queue, name in QUEUES.items()}


def bodies_in(system: System, output: str) -> list[str]:
    """The bodies in a queue, waited for until what was received before shows again."""
    seen: dict[str, str] = {}
    url, deadline = system.stack.outputs[output], time.monotonic() + 2 * VISIBILITY
    while len(seen) < system.stack.messages(output) and time.monotonic() < deadline:
        received = system.stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600)
        seen |= {each["MessageId"]: each["Body"] for each in received.get("Messages", [])}
        time.sleep(0.2)
    return list(seen.values())


def logged(endpoint: str, since: int) -> tuple[Counter[str], list[dict[str, Any]], int]:
    """How often each function was called, what it logged that somebody should look at, and how many lines in all.

    Read minute by minute from `since` on (epoch ms): the emulator gives 10,000 events of a group and no next page.
    """
    logs = client("logs", endpoint)
    invocations: Counter[str] = Counter()
    failures = []
    lines = 0
    for group in logs.describe_log_groups(logGroupNamePrefix=GROUPS)["logGroups"]:
        name = group["logGroupName"]
        for begin in range(since, time.time_ns() // 1_000_000, SLICE):
            end = begin + SLICE - 1
            events = logs.filter_log_events(logGroupName=name, startTime=begin, endTime=end)["events"]
            lines += len(events)
            for event in events:
                message = event["message"]
                invocations[short_name(name)] += message.startswith("START RequestId:")
                if '"level":"error"' in message:
                    failures.append(json.loads(message) | {"function": short_name(name)})
    return invocations, failures, lines


def timeouts_in(log: str) -> Iterator[tuple[int, str]]:
    """When (epoch ms) processes of which functions were ended at their timeout, by the emulator's log."""
    for written, name in TIMEOUT.findall(log):
        yield milliseconds(written), name.lower()


def unsettled(system: System, ledger: Ledger, but: str) -> str:
    """What the system still works at, `but` one queue; empty once all is done that can be done."""
    stats = system.admin.call("GET", "/stats")
    for queue, lengths in stats["queues"].items():
        if queue == but:
            continue
        held = lengths["waiting"] + lengths["in_flight"]
        if held > (len(ledger.poison(queue)) if queue == "notification" else 0):
            return f"{held} messages in the queue {queue}"
    troubled = [
        each for each in system.admin.pages("/operations/deliveries", "deliveries") if each["state"] == "pending"
    ]
    if troubled:
        return f"{len(troubled)} webhooks that are repeated"
    return ""


def settle(system: System, ledger: Ledger, seconds: float, say: Callable[[str], None], but: str = "") -> None:
    """Return once nothing moves any more, `but` in one queue; or it takes too long: then what is left is found so."""
    deadline = time.monotonic() + seconds
    shown = ""
    while (left := unsettled(system, ledger, but)) and time.monotonic() < deadline:
        if left != shown:
            say(f"  still {left}")
        shown = left
        time.sleep(3)
