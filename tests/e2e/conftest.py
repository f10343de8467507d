import os
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.compose import ASSET_ROOT, container_parameters
from infra.deploy import FLAT, LOG, build_and_deploy, deploy, local_parameters
from infra.emulator import Emulator
from infra.logs import LogFollower
from infra.places import LOCAL
from infra.ports import HOST, free_port
from tests.e2e.stack import Mailbox, Stack

QUICK = {
    "WebhookTimeout": "2",
    "RetryLadder": "1,1,2,2",
    "OverloadPause": "2",
    "ValidationTimeout": "3",
    "ValidationVisibility": "4",
    "LeaseSeconds": "10",
    "ScoringDelay": "1",
    "ScoringPause": "1",
}
"""Seconds instead of minutes and hours, so that whole ladders can be watched."""


IN_CONTAINER = os.environ.get("SNAPJURY_ENDPOINT")
"""The LocalStack beside the container that the tests run in; outside of one they start an emulator of their own."""

collect_ignore = ["test_server.py"] if IN_CONTAINER else []


def pytest_report_header() -> str:
    if not IN_CONTAINER:
        return "end to end on: MiniStack, embedded"
    return f"end to end on: LocalStack at {IN_CONTAINER}; without test_server.py, which starts MiniStack itself"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole system: on the LocalStack that a container is told of, else on an emulator of its own."""
    with on_localstack(IN_CONTAINER) if IN_CONTAINER else embedded(tmp_path_factory.mktemp("assets")) as stack:
        yield stack


@contextmanager
def embedded(root: Path) -> Iterator[Stack]:
    port = free_port()
    home = LOCAL / "e2e" / "emulator"  # kept until the next run, so that a failure's logs can be read
    with Emulator(port, home, fresh=True) as emulator:
        parameters = local_parameters(port, AssetRoot=str(root), **QUICK)
        template = build_and_deploy(emulator.endpoint, parameters)
        yield Stack(emulator.endpoint, root, HOST, template, parameters)


@contextmanager
def on_localstack(endpoint: str) -> Iterator[Stack]:
    LOG.write_bytes(b"")
    template, parameters = FLAT / "template.yaml", container_parameters(0, PublicEndpoint=endpoint, **QUICK)
    deploy(endpoint, template, parameters)
    yield Stack(endpoint, Path(ASSET_ROOT), socket.gethostbyname(socket.gethostname()), template, parameters)


@pytest.fixture
def mailbox(stack: Stack) -> Iterator[Mailbox]:
    mailbox = Mailbox(stack.secret, stack.host)
    with mailbox.receiver:
        yield mailbox
        mailbox.release()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show what the functions logged meanwhile, where a test failed."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.when == "call" and report.failed and isinstance(stack, Stack):
        report.sections.append(("what the functions logged", logged_since(stack.endpoint, call.start)))
    return report


def logged_since(endpoint: str, moment: float) -> str:
    """What all functions have logged since then (epoch seconds), a line an event."""
    lines: list[str] = []
    LogFollower(endpoint, lines.append, since=moment).report_new_lines()
    return "\n".join(lines)
