"""Processor time that our functions take for an asset, as Lambda bills it: their own and the SDK's.

The real handlers run warm in this process. AWS is a bare emulator, in a process of its own as the receiver is, so that
neither counts, nor the emulator's way of calling functions.
"""

import io
import json
import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest

from benchmarks.load import END, Inbox
from benchmarks.steps import QUEUES, SUBMIT, invoke
from infra.aws import TEST_CREDENTIALS
from infra.emulator import Emulator
from infra.places import LOCAL, REGION
from infra.ports import free_port
from tests.images import jpeg
from tests.integration.deployment import Deployment, event_of

ASSETS, WARM_UP = 96, 16
PICTURE = (640, 480)
HOME = LOCAL / "bench-processor"


def measure() -> dict[str, float]:
    """Processor ms of each step of an asset with two webhooks, typically."""
    spent: dict[str, list[float]] = defaultdict(list)
    with inbox_elsewhere() as url, deployed() as deployment:
        (deployment.root / "photo.jpg").write_bytes(jpeg(*PICTURE))
        notifications = {"onStart": f"{url}/start", "onSuccess": f"{url}{END}"}
        source = {"location": "local", "path": "photo.jpg"}
        event = event_of("POST", "/assets/image", {"assetPath": source, "notifications": notifications})
        for _ in range(WARM_UP + ASSETS):
            with taken(spent[SUBMIT]):
                deployment.functions["assets"].app(event, None)
            for step, function, queue in QUEUES:
                messages = deployment.take_all(queue)
                with taken(spent[step]):
                    for message in messages:
                        invoke(deployment, function, queue, message)
    return {step: round(median(times[WARM_UP:]), 2) for step, times in spent.items()}


@contextmanager
def deployed() -> Iterator[Deployment]:
    """Tables, queues and buckets on an emulator, and the functions in this process."""
    with (
        TemporaryDirectory() as root,
        pytest.MonkeyPatch.context() as patch,
        Emulator(free_port(), HOME, fresh=True) as emulator,
    ):
        where = {"AWS_ENDPOINT_URL": emulator.endpoint, "AWS_DEFAULT_REGION": REGION}
        for name, value in (TEST_CREDENTIALS | where).items():
            patch.setenv(name, value)
        yield Deployment(patch, Path(root))


@contextmanager
def inbox_elsewhere() -> Iterator[str]:
    """The address of a receiver of webhooks in another process."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=receive, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def receive(told: Connection) -> None:
    with Inbox() as inbox:
        told.send(inbox.url)
        while True:
            time.sleep(60)


@contextmanager
def taken(times: list[float]) -> Iterator[None]:
    """Note the processor ms of the block, of all its threads; its log is kept from the screen."""
    with redirect_stdout(io.StringIO()):
        began = time.process_time()
        yield
        times.append(1000 * (time.process_time() - began))


if __name__ == "__main__":
    print(json.dumps(measure()))
