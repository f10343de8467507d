"""Errors never show internals, whichever route they come from."""

from typing import Any

import msgspec
import pytest
from botocore.client import BaseClient

from infra.openapi.document import TABLES
from infra.openapi.route import Route
from snapjury.rules.user import Role
from tests.integration.callers import bearer
from tests.integration.deployment import Deployment

WITHOUT_STORE = {"health", "readDescription"}
FAULT = {
    "type": "about:blank",
    "title": "Internal Server Error",
    "status": 500,
    "detail": "the request failed for a reason that is ours; it has been logged",
}


def ask(deployment: Deployment, function: str, route: Route) -> Any:
    """What a route answers somebody who may ask, and whose request is a good one."""
    who = "kevin" if route.roles == (Role.QA,) else "ada"
    return deployment.request(
        route.method,
        route.path,
        msgspec.to_builtins(route.sends),
        path={part[1:-1]: "a" * 20 for part in route.path.split("/") if part.startswith("{")} | {"event": "onStart"},
        headers=bearer(who) if route.roles else {},
        function=function,
    )


@pytest.mark.parametrize("function", TABLES)
def test_an_unexpected_error_is_logged_and_not_shown(
    people: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], function: str
) -> None:
    bearer("ada")  # the secret that signs tokens is read before the fault

    def broken(*_: Any) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr(BaseClient, "_make_api_call", broken)

    for route in TABLES[function]:
        if route.operation in WITHOUT_STORE:
            continue
        status, body, headers = ask(people, function, route)
        assert (status, body) == (500, FAULT), route.operation
        assert "secret detail" not in str(headers)
        assert "secret detail" in capsys.readouterr().out
