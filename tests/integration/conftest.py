from collections.abc import Iterator
from pathlib import Path

import pytest

from snapjury.wiring import catalog, clients
from tests.aws import mocked_aws
from tests.faults import AwsFaults
from tests.integration.deployment import Deployment
from tests.integration.errands import SERVICES, Town
from tests.people import ada, kevin


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    give_credentials(monkeypatch)


def give_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are good for moto alone."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws_credentials: None) -> Iterator[Deployment]:
    with mocked_aws():
        yield Deployment(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def shared_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One deployment with Ada and Kevin for the tests of a file, which keep out of each other's way."""
    with pytest.MonkeyPatch.context() as monkeypatch, mocked_aws():
        give_credentials(monkeypatch)
        deployment = Deployment(monkeypatch, tmp_path_factory.mktemp("assets"))
        for user in (ada(), kevin()):
            catalog.user_ports().users.add(user)
        yield deployment


@pytest.fixture
def people(deployment: Deployment) -> Deployment:
    """A deployment with Ada and Kevin."""
    for user in (ada(), kevin()):
        catalog.user_ports().users.add(user)
    return deployment


@pytest.fixture(scope="module")
def town(shared_deployment: Deployment) -> Town:
    return Town(shared_deployment)


@pytest.fixture(scope="module")
def faults(town: Town) -> AwsFaults:
    """Faults in the AWS clients that the town's functions use."""
    return AwsFaults(clients.client(service) for service in SERVICES)
