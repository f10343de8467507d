"""Requests by Ada, an admin, and by Kevin, who reviews."""

from typing import Any

from snapjury.wiring import catalog
from snapjury.wiring.clients import now
from tests.integration.deployment import Deployment
from tests.people import ada, kevin

Answer = tuple[int, dict[str, Any], dict[str, str]]


def bearer(name: str) -> dict[str, str]:
    """The headers of a request by Ada or Kevin."""
    user = {"ada": ada(), "kevin": kevin()}[name]
    return {"authorization": f"Bearer {catalog.tokens().issue(user, now())[0]}"}


def ask(deployment: Deployment, method: str, resource: str, body: object = None, **options: Any) -> Answer:
    """What `catalog` answers Ada, unless other headers are given."""
    headers = options.pop("headers", None) or bearer("ada")
    return deployment.request(method, resource, body, function="catalog", headers=headers, **options)
