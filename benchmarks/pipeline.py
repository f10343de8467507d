"""The system on the embedded emulator, from a request to the last webhook, against a chain that does nothing.

Both are on the same emulator and take turns.
"""

import json
import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from benchmarks.load import END, Inbox, Run, run
from benchmarks.noop import chain
from benchmarks.processes import descendants, megabytes_of, variable_of
from infra.package import functions_of
from infra.places import LOCAL
from tests.e2e.emulators import embedded
from tests.e2e.stack import Stack
from tests.images import jpeg

CUSTOMERS, CROWD = 8, 32
"""As many as leave processors idle, for how long an asset takes; as many as keep them busy, for how many a second."""
WARM_UP, ASSETS, TURNS = 48, 96, 4
BATCHES = {CUSTOMERS: 48, CROWD: 128}
"""Assets in a turn, by the number of customers."""
KILLED_ASSETS, KILL_AFTER, RECOVERY = 40, 10, 60
PICTURE = (640, 480)
HOME = LOCAL / "bench"
QUICK = {"ValidationTimeout": "5", "ValidationVisibility": "5"}
"""Seconds, so that what a killed validator leaves comes again soon."""

OURS, NOOP, SAME_CALLS = "snapjury", "no-op", "same-calls"
STEPS = {"AssetsFunction": "submit", "ValidatorFunction": "validate", "NotifierFunction": "notify"}


class System:
    """The deployed system, as a customer meets it."""

    def __init__(self, stack: Stack, inbox: Inbox) -> None:
        self._stack = stack
        self._inbox = inbox
        self._local = threading.local()
        (stack.root / "photo.jpg").write_bytes(jpeg(*PICTURE))

    def submit(self, *events: str) -> str:
        urls = {event: f"{self._inbox.url}{END if event == 'onSuccess' else '/start'}" for event in events}
        body = {"assetPath": {"location": "local", "path": "photo.jpg"}, "notifications": urls}
        return post(self._local, f"{self._stack.url}/assets/image", json.dumps(body))

    def ended_only(self) -> str:
        return self.submit("onSuccess")

    def both(self) -> str:
        return self.submit("onStart", "onSuccess")


def post(local: Any, url: str, body: str) -> str:
    """The id in the answer; each thread keeps its connection."""
    if not hasattr(local, "session"):
        local.session = requests.Session()
    answer = local.session.post(url, data=body, headers={"content-type": "application/json"}, timeout=30)
    if answer.status_code != 202:
        raise RuntimeError(f"{url} answered {answer.status_code}: {answer.text[:300]}")
    return str(answer.json()["id"])


@contextmanager
def deployed() -> Iterator[tuple[Stack, Inbox]]:
    with TemporaryDirectory() as root, Inbox() as inbox, embedded(HOME, Path(root), **QUICK) as stack:
        yield stack, inbox


def workers(home: Path) -> dict[str, list[int]]:
    """The processes that run functions on the emulator with its data here, by the function's name."""
    found = defaultdict(list)
    for pid in descendants(int((home / "pid").read_text()))[1:]:
        found[variable_of(pid, "AWS_LAMBDA_FUNCTION_NAME") or ""].append(pid)
    return found


def step_of(function: str) -> str | None:
    """Which of an asset's three steps this function is, by the name that CloudFormation gave it."""
    return next((step for logical, step in STEPS.items() if f"-{logical}" in function), None)


def against_noop(stack: Stack, inbox: Inbox) -> dict[str, Any]:
    """Assets per second and the time to the end webhook (s) by number of customers, ours and those of both chains.

    Of few customers all wait most of the time for the emulator, which pauses between looks at its queues.
    """
    own, local, body = System(stack, inbox), threading.local(), chain.body(inbox.url + END)
    function = next(each for each in functions_of(stack.template) if each.folder == "assets")
    calls = chain.calls_of_an_asset(stack.endpoint, len(jpeg(*PICTURE)))
    sides: dict[str, Callable[[], str]] = {OURS: own.ended_only}
    for name, made in ((NOOP, chain.NOTHING), (SAME_CALLS, calls)):
        url = chain.deploy(stack.endpoint, name, made, function)
        sides[name] = partial(post, local, url, body)
    runs = {customers: in_turns(sides, inbox, customers) for customers in BATCHES}
    return {
        f"{customers} customers": {
            "runs": {name: figures_of(each) for name, each in by_side.items()},
            "ratios": {name: ratio(by_side[OURS], by_side[name]) for name in (NOOP, SAME_CALLS)},
        }
        for customers, by_side in runs.items()
    }


def ratio(own: Run, other: Run) -> float:
    return round(own.assets_per_second / other.assets_per_second, 3)


def in_turns(sides: dict[str, Callable[[], str]], inbox: Inbox, customers: int) -> dict[str, Run]:
    """What each side did for so many customers, warm."""
    batch, runs = BATCHES[customers], {name: Run() for name in sides}
    for submit in [*sides.values()] * 2:
        run(submit, inbox, batch, customers)
    for _ in range(TURNS):
        for name, submit in sides.items():
            runs[name] += run(submit, inbox, batch, customers)
    return runs


def figures_of(done: Run) -> dict[str, float]:
    return {
        "assets": len(done.waits),
        "assets_per_second": round(done.assets_per_second, 2),
        "p50_s": round(done.percentile(50), 3),
        "p99_s": round(done.percentile(99), 3),
    }


def with_both_webhooks(stack: Stack, inbox: Inbox) -> dict[str, Any]:
    """Assets per second with two webhooks each, and the memory of the functions' processes."""
    own = System(stack, inbox)
    run(own.both, inbox, WARM_UP, CUSTOMERS)
    done = run(own.both, inbox, ASSETS, CUSTOMERS)
    pids = [pid for name, each in workers(HOME).items() if step_of(name) for pid in each]
    return figures_of(done) | {"processes": len(pids), "memory_mb": round(megabytes_of(pids))}


def killed(stack: Stack, inbox: Inbox) -> dict[str, Any]:
    """What becomes of assets whose validators are all killed in mid-work."""
    own = System(stack, inbox)
    ids = [own.both() for _ in range(KILLED_ASSETS)]

    def done() -> list[str]:
        return [each for each in ids if inbox.ends[each]]

    inbox.wait_until(lambda: len(done()) >= KILL_AFTER, RECOVERY)
    victims = [pid for name, each in workers(HOME).items() if step_of(name) == "validate" for pid in each]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    began = time.perf_counter()
    inbox.wait_until(lambda: len(done()) == len(ids), RECOVERY)
    return {
        "assets": len(ids),
        "killed_processes": len(victims),
        "ended": len(done()),
        "lost": len(ids) - len(done()),
        "told_twice": sum(inbox.ends[each] > 1 for each in ids),
        "recovered_s": round(time.perf_counter() - began, 1),
    }


def measure() -> dict[str, Any]:
    with deployed() as (stack, inbox):
        return {
            "functions": with_both_webhooks(stack, inbox),
            "end to end": against_noop(stack, inbox),
            "killed": killed(stack, inbox),
        }
