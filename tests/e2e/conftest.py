from collections.abc import Generator, Iterator
from typing import Any

import pytest

from infra.logs import LogFollower
from infra.places import LOCAL
from tests.e2e.emulators import IN_CONTAINER, embedded, on_localstack
from tests.e2e.stack import Mailbox, Stack

QUICK = {
    "WebhookTimeout": "2",
    "RetryLadder": "1,1,2,2",
    "OverloadPause": "2",
    "HttpTimeout": "2",
    "ValidationTimeout": "6",
    "ValidationVisibility": "8",
    "LeaseSeconds": "10",
    "ScoringDelay": "1",
    "ScoringPause": "1",
}
"""Seconds instead of minutes and hours, so that whole ladders can be watched."""

collect_ignore = ["test_server.py"] if IN_CONTAINER else []


def pytest_report_header() -> str:
    if not IN_CONTAINER:
        return "end to end on: MiniStack, embedded"
    return f"end to end on: LocalStack at {IN_CONTAINER}; without test_server.py, which starts MiniStack itself"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Stack]:
    """The whole system: on the LocalStack that a container is told of, else on an emulator of its own."""
    home = LOCAL / "e2e" / worker_id  # kept until the next run, so that a failure's logs can be read
    own = embedded(home, tmp_path_factory.mktemp("assets"), **QUICK)
    with on_localstack(IN_CONTAINER, **QUICK) if IN_CONTAINER else own as stack:
        yield stack


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
