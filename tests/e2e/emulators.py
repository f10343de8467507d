"""Emulators with the whole system deployed, for the tests that speak to it over HTTP."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.compose import ASSET_ROOT, container_parameters
from infra.deploy import FLAT, LOG, build_and_deploy, deploy
from infra.emulator import Emulator
from infra.parameters import local_parameters
from infra.ports import HOST, free_port
from tests.e2e.stack import Stack

IN_CONTAINER = os.environ.get("SNAPJURY_ENDPOINT")
"""The LocalStack beside the container that the tests run in; outside of one they start an emulator of their own."""


@contextmanager
def embedded(home: Path, root: Path, **parameters: str) -> Iterator[Stack]:
    """The system on a fresh MiniStack with its data in `home`, and `root` as the asset root."""
    port = free_port()
    with Emulator(port, home, fresh=True) as emulator:
        given = local_parameters(port, AssetRoot=str(root), **parameters)
        template = build_and_deploy(emulator.endpoint, given)
        yield Stack(emulator.endpoint, root, HOST, template, given)


@contextmanager
def on_localstack(endpoint: str, **parameters: str) -> Iterator[Stack]:
    """The system on the LocalStack at this URL."""
    LOG.write_bytes(b"")
    template, given = FLAT / "template.yaml", container_parameters(0, PublicEndpoint=endpoint, **parameters)
    deploy(endpoint, template, given)
    yield Stack(endpoint, Path(ASSET_ROOT), socket.gethostbyname(socket.gethostname()), template, given)
