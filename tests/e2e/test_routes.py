"""A changed API is deployed over a running system, which keeps its data."""

from pathlib import Path

import yaml

from infra.deploy import alone, deploy
from infra.routes import changes_routes
from tests.e2e.emulators import IN_CONTAINER
from tests.e2e.stack import Stack


def with_fewer_routes(stack: Stack) -> Path:
    """The deployed template without `GET /health`, beside it."""
    template = yaml.safe_load(stack.template.read_text())
    del template["Resources"]["AssetsFunction"]["Properties"]["Events"]["Health"]
    written = stack.template.with_name("fewer-routes.yaml")
    written.write_text(yaml.safe_dump(template, sort_keys=False))
    return written


def test_routes_go_and_come_and_the_data_stays(stack: Stack) -> None:
    asset = stack.submit("missing.jpg")
    with alone():  # others build into the same folder
        fewer = with_fewer_routes(stack)
        changed = [changes_routes(stack.endpoint, each) for each in (stack.template, fewer)]
        try:
            deploy(stack.endpoint, fewer, stack.parameters)
            without = stack.request("GET", "/health").status_code
            kept = stack.ended(asset)["state"]
        finally:
            deploy(stack.endpoint, stack.template, stack.parameters)

    assert changed == [False, True], "the API is to be made again only where it has to be"
    assert without == (403 if IN_CONTAINER else 404)
    assert kept == "failed"
    assert stack.request("GET", "/health").status_code == 200
    assert stack.asset(asset)["state"] == "failed"
