"""What owners are told of webhooks that have not arrived, over the real handlers; and what it costs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from snapjury.wiring import catalog, customers
from tests.aws import mocked_aws
from tests.customers import ACMES_KEY, BOLTS_KEY, acmes_key, bolts_key
from tests.integration.callers import bearer
from tests.integration.deployment import Deployment
from tests.people import ada

NOBODY_HOME = "http://127.0.0.1:9/hook"
ACME, BOLT = {"authorization": f"Bearer {ACMES_KEY}"}, {"authorization": f"Bearer {BOLTS_KEY}"}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws_credentials: None) -> Iterator[Deployment]:
    """Acme and Bolt have keys, and Ada is there; a webhook is tried twice at once."""
    with mocked_aws():
        deployment = Deployment(monkeypatch, tmp_path, RequireApiKeys="true", RetryLadder="0")
        catalog.user_ports().users.add(ada())
        for key in (acmes_key(), bolts_key()):
            customers.api_key_ports().keys.add(key)
        yield deployment


def told_in_vain(shop: Deployment, headers: dict[str, str]) -> str:
    """An asset of theirs that failed, which nobody could be told."""
    body = {"assetPath": {"location": "local", "path": "missing.jpg"}, "notifications": {"onFailure": NOBODY_HOME}}
    status, accepted, _ = shop.request("POST", "/assets/image", body, headers=headers)
    assert status == 202
    for queue, function in (("ValidationQueue", "validator"), ("NotificationQueue", "notifier")):
        for _ in range(2):
            shop.receive(queue, function)
    return str(accepted["id"])


def listed(shop: Deployment, headers: dict[str, str], **query: str) -> list[dict[str, Any]]:
    status, found, _ = shop.request("GET", "/deliveries", headers=headers, query=query)
    assert status == 200, found
    deliveries: list[dict[str, Any]] = found["deliveries"]
    return deliveries


def test_owners_find_what_did_not_reach_them_and_have_it_sent_again(shop: Deployment) -> None:
    asset = told_in_vain(shop, ACME)
    told_in_vain(shop, BOLT)

    [found] = listed(shop, ACME, state="failed")
    where = {"type_or_id": found["asset"], "event": found["event"]}
    replayed = shop.request("POST", "/assets/{type_or_id}/deliveries/{event}/replay", headers=ACME, path=where)

    assert (found["asset"], found["event"], found["url"]) == (asset, "onFailure", NOBODY_HOME)
    assert (found["state"], len(found["attempts"])) == ("failed", 2)
    assert replayed[0] == 202
    assert listed(shop, ACME, state="failed") == []
    assert [each["asset"] for each in listed(shop, ACME, state="pending")] == [asset]


def test_admins_name_the_owner_and_nobody_else_may(shop: Deployment) -> None:
    asset = told_in_vain(shop, ACME)

    refused, problem, _ = shop.request("GET", "/deliveries", headers=BOLT, query={"owner": "acme"})

    assert (refused, problem["detail"]) == (403, "only admins list what other owners have")
    assert [each["asset"] for each in listed(shop, bearer("ada"), owner="acme")] == [asset]


def test_a_list_goes_on_by_its_token_within_a_state(shop: Deployment) -> None:
    assets = [told_in_vain(shop, ACME) for _ in range(3)]

    _, first, _ = shop.request("GET", "/deliveries", headers=ACME, query={"limit": "2"})
    rest = listed(shop, ACME, next=first["next"])
    status, problem, _ = shop.request(
        "GET", "/deliveries", headers=ACME, query={"state": "pending", "next": first["next"]}
    )

    assert {each["asset"] for each in (*first["deliveries"], *rest)} == set(assets)
    assert (len(first["deliveries"]), len(rest)) == (2, 1)
    assert (status, problem["errors"][0]["field"]) == (400, "next")


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"next": "YQ"}, {"state": "delivered"}, {"owner": "a b"}, {"stat": "failed"}]
)
def test_a_list_says_what_is_wrong_with_its_query(shop: Deployment, query: dict[str, str]) -> None:
    status, problem, _ = shop.request("GET", "/deliveries", headers=ACME, query=query)

    assert (status, problem["errors"][0]["field"]) == (400, next(iter(query)))


def test_what_the_list_costs(shop: Deployment) -> None:
    told_in_vain(shop, ACME)
    listed(shop, ACME)  # the key has been read since
    shop.calls.clear()

    listed(shop, ACME)

    assert shop.calls == {"Query": 4, "BatchGetItem": 2}
