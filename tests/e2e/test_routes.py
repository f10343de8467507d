"""A changed API is deployed over a running system, which keeps its data."""

from pathlib import Path

import pytest
import yaml

from infra.deploy import deploy
from infra.routes import changes_routes
from tests.e2e.stack import Stack


@pytest.fixture
def with_fewer_routes(stack: Stack) -> Path:
    """The deployed template without `GET /health`."""
    template = yaml.safe_load(stack.template.read_text())
    del template["Resources"]["AssetsFunction"]["Properties"]["Events"]["Health"]
    written = stack.template.with_name("fewer-routes.yaml")
    written.write_text(yaml.safe_dump(template, sort_keys=False))
    return written


def test_routes_go_and_come_and_the_data_stays(stack: Stack, with_fewer_routes: Path) -> None:
    asset = stack.submit("missing.jpg")
    changed = [changes_routes(stack.endpoint, each) for each in (stack.template, with_fewer_routes)]
    try:
        deploy(stack.endpoint, with_fewer_routes, stack.parameters)
        without = stack.request("GET", "/health").status_code
        kept = stack.ended(asset)["state"]
    finally:
        deploy(stack.endpoint, stack.template, stack.parameters)

    assert changed == [False, True], "the API is to be made again only where it has to be"
    assert without in (403, 404)
    assert kept == "failed"
    assert stack.request("GET", "/health").status_code == 200
    assert stack.asset(asset)["state"] == "failed"
