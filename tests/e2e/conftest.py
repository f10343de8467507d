from collections.abc import Iterator

import pytest

from infra.deploy import build_and_deploy, local_parameters
from infra.emulator import Emulator
from infra.places import LOCAL
from infra.ports import free_port
from tests.e2e.stack import Mailbox, Stack

QUICK = {
    "WebhookTimeout": "2",
    "RetryLadder": "1,1,2,2",
    "OverloadPause": "2",
    "ValidationTimeout": "3",
    "ValidationVisibility": "4",
}
"""Seconds instead of minutes and hours, so that whole ladders can be watched."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole system, deployed to an emulator of its own on a free port."""
    root = tmp_path_factory.mktemp("assets")
    port = free_port()
    home = LOCAL / "e2e" / "emulator"  # kept until the next run, so that a failure's logs can be read
    with Emulator(port, home, fresh=True) as emulator:
        build_and_deploy(emulator.endpoint, local_parameters(port, AssetRoot=str(root), **QUICK))
        yield Stack(port, root)


@pytest.fixture
def mailbox(stack: Stack) -> Iterator[Mailbox]:
    mailbox = Mailbox(stack.secret)
    with mailbox.receiver:
        yield mailbox
        mailbox.release()
