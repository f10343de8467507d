"""A page of another site, open in a browser on this machine, gets nothing from the emulator and changes nothing."""

import pytest
import requests

from infra.places import page_url, public_endpoint
from tests.e2e.emulators import IN_CONTAINER
from tests.e2e.stack import Stack

pytestmark = pytest.mark.skipif(bool(IN_CONTAINER), reason="the guard is before the embedded emulator")

EVIL = "http://evil.example"


def refused(answer: requests.Response) -> bool:
    return answer.status_code == 403 and answer.text.startswith("Refused: ")


def test_other_sites_are_refused_and_the_page_itself_is_not(stack: Stack) -> None:
    own = public_endpoint(int(stack.endpoint.rpartition(":")[2]))
    page = page_url(stack.endpoint)
    preflight = {"origin": EVIL, "access-control-request-method": "POST"}

    assert stack.request("GET", "/health", headers={"origin": own}).status_code == 200
    assert requests.get(page, headers={"sec-fetch-site": "none"}, timeout=30).status_code == 200
    assert refused(stack.request("GET", "/health", headers={"origin": EVIL}))
    assert refused(stack.request("OPTIONS", "/health", headers=preflight))
    assert refused(stack.request("GET", "/health", headers={"host": "evil.example"}))
    assert refused(requests.get(page, headers={"sec-fetch-site": "cross-site"}, timeout=30))
    assert refused(requests.post(f"{stack.endpoint}/_ministack/reset", headers={"origin": EVIL}, timeout=30))
    assert stack.request("GET", "/health", headers={"origin": own}).status_code == 200
