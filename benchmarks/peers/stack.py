"""Runs the peer: Redis, gunicorn and a Celery worker on this machine, as processes that end with this one."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from benchmarks.load import END, Inbox, run
from benchmarks.pipeline import (
    ASSETS,
    CUSTOMERS,
    KILL_AFTER,
    KILLED_ASSETS,
    PICTURE,
    WARM_UP,
    figures_of,
    post,
)
from benchmarks.processes import descendants, megabytes_of, seconds_of
from infra.places import ROOT, environment
from infra.ports import HOST, free_port
from infra.processes import signal_group
from tests.images import jpeg

WEB_PROCESSES = TASK_PROCESSES = 2
VISIBILITY = 5
"""Seconds after which a message that was not acknowledged comes again; Celery's own default is an hour."""

RECOVERY = 120
"""Seconds. Celery looks for messages of killed workers every hundred."""

START = 30
SLOW_RECEIVER = 0.3
"""Seconds that each webhook takes, so that a worker is at work whenever it is killed."""


class Peer:
    """The running stack. `worker` can be killed and started again."""

    def __init__(self, folder: Path, late: bool, stack: ExitStack) -> None:
        self._stack = stack
        self._log = stack.enter_context((folder / "log").open("wb"))
        port, redis = free_port(), free_port()
        self.url = f"http://{HOST}:{port}/assets/image"
        self._environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment |= {
            "REDIS_URL": f"redis://{HOST}:{redis}/0",
            "ASSET_ROOT": str(folder),
            "ACKS_LATE": str(int(late)),
            "VISIBILITY": str(VISIBILITY),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/snapjury/python'}",
        }
        python = str(environment("bench"))
        settings = ["--port", str(redis), "--bind", HOST, "--dir", str(folder), "--save", "", "--appendonly", "yes"]
        web = [f"--bind={HOST}:{port}", f"--workers={WEB_PROCESSES}", "--log-level=warning", "benchmarks.peers.app:app"]
        self.redis = self._started(["redis-server", *settings])
        self.web = self._started([python, "-m", "gunicorn", *web])
        self._work = [python, "-m", "celery", "-A", "benchmarks.peers.tasks", "worker", "--loglevel=warning"]
        self._work += [f"--concurrency={TASK_PROCESSES}", "--without-mingle", "--without-gossip"]
        self.start_worker()

    def start_worker(self) -> None:
        self.worker = self._started(self._work)

    def kill_worker(self) -> int:
        """Kill the worker and its processes; how many they were."""
        pids = descendants(self.worker.pid)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.worker.wait()
        return len(pids)

    @property
    def processes(self) -> list[int]:
        return [pid for each in (self.redis, self.web, self.worker) for pid in descendants(each.pid)]

    def wait(self) -> None:
        """Return once the web side answers."""
        deadline = time.monotonic() + START
        while True:
            try:
                requests.get(f"{self.url.rpartition('/')[0]}/none", timeout=5)
                return
            except (requests.ConnectionError, requests.Timeout):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._stack.callback(end, process)
        return process


def end(process: subprocess.Popen[bytes]) -> None:
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def running(late: bool) -> Iterator[tuple[Peer, Inbox, Any]]:
    """The stack, an inbox, and how to submit an asset with two webhooks."""
    with TemporaryDirectory() as folder, Inbox() as inbox, ExitStack() as stack:
        (Path(folder) / "photo.jpg").write_bytes(jpeg(*PICTURE))
        peer, local = Peer(Path(folder), late, stack), threading.local()
        peer.wait()
        urls = {"onStart": f"{inbox.url}/start", "onSuccess": f"{inbox.url}{END}"}
        body = json.dumps({"assetPath": {"location": "local", "path": "photo.jpg"}, "notifications": urls})
        yield peer, inbox, lambda: post(local, peer.url, body)


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def spending() -> Iterator[Callable[[], float]]:
    """What tells the processor time (ms) that an asset takes, with webhooks, web side and Redis; 0 without Redis."""
    if not has_redis():
        yield lambda: 0
        return
    with running(late=False) as (peer, inbox, submit):
        run(submit, inbox, WARM_UP, CUSTOMERS)

        def spent() -> float:
            before = seconds_of(peer.processes)
            done = run(submit, inbox, ASSETS, CUSTOMERS)
            return round(1000 * (seconds_of(peer.processes) - before) / len(done.waits), 2)

        yield spent


def measure() -> dict[str, Any] | None:
    """Memory, assets per second, and who survives a killed worker; None without Redis."""
    if not has_redis():
        return None
    with running(late=False) as (peer, inbox, submit):
        run(submit, inbox, WARM_UP, CUSTOMERS)
        done = run(submit, inbox, ASSETS, CUSTOMERS)
        figures = figures_of(done) | {
            "processes": len(peer.processes),
            "memory_mb": round(megabytes_of(peer.processes)),
        }
    lates = {"acks_late off": False, "acks_late on": True}
    return figures | {"killed": {name: killed(late) for name, late in lates.items()}}


def killed(late: bool) -> dict[str, Any]:
    """What becomes of assets whose worker is killed in mid-work, and started again at once."""
    with running(late) as (peer, inbox, submit):
        inbox.pause = SLOW_RECEIVER
        ids = [submit() for _ in range(KILLED_ASSETS)]

        def done() -> list[str]:
            return [each for each in ids if inbox.ends[each]]

        inbox.wait_until(lambda: len(done()) >= KILL_AFTER, RECOVERY)
        processes = peer.kill_worker()
        peer.start_worker()
        began = time.perf_counter()
        inbox.wait_until(lambda: len(done()) == len(ids), RECOVERY)
        return {
            "assets": len(ids),
            "killed_processes": processes,
            "ended": len(done()),
            "lost": len(ids) - len(done()),
            "told_twice": sum(inbox.ends[each] > 1 for each in ids),
            "recovered_s": round(time.perf_counter() - began, 1),
        }
