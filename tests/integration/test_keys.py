"""API keys over the real handlers: made and revoked by admins, sent by customers who see nothing but their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from snapjury.wiring import assets, catalog, customers
from tests.aws import mocked_aws
from tests.customers import ACMES_ID, ACMES_KEY, BOLTS_KEY, acmes_key, bolts_key
from tests.images import jpeg
from tests.integration.callers import Answer, bearer
from tests.integration.deployment import Deployment
from tests.people import ada, kevin

SOURCE = {"assetPath": {"location": "local", "path": "./images/foo"}}


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws_credentials: None) -> Iterator[Deployment]:
    """A deployment where keys are required, with Ada, Kevin, and the keys of Acme and Bolt."""
    with mocked_aws():
        deployment = Deployment(monkeypatch, tmp_path, RequireApiKeys="true")
        for user in (ada(), kevin()):
            catalog.user_ports().users.add(user)
        for key in (acmes_key(), bolts_key()):
            customers.api_key_ports().keys.add(key)
        yield deployment


def with_key(key: str, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} | headers


def submit(deployment: Deployment, headers: dict[str, str] | None = None) -> Answer:
    return deployment.request("POST", "/assets/image", SOURCE, headers=headers)


def read(deployment: Deployment, asset_id: str, headers: dict[str, str]) -> Answer:
    return deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": asset_id}, headers=headers)


def ask(deployment: Deployment, method: str, resource: str, body: object = None, **options: Any) -> Answer:
    """What `customers` answers Ada."""
    return deployment.request(method, resource, body, function="customers", headers=bearer("ada"), **options)


def create(deployment: Deployment, **body: object) -> dict[str, Any]:
    status, key, _ = ask(deployment, "POST", "/keys", body)
    assert status == 201
    return key


# ---- what admins do


def test_an_admin_makes_a_key_that_is_shown_once_and_opens_the_api(guarded: Deployment) -> None:
    status, key, headers = ask(guarded, "POST", "/keys", {"owner": "acme", "label": "the tills in Bonn"})
    listed = ask(guarded, "GET", "/keys", query={"owner": "acme"})[1]["keys"]

    assert status == 201
    assert headers["location"] == f"keys/{key['id']}"
    assert headers["cache-control"] == "no-store"
    assert key["key"].startswith(f"sj_live_{key['id']}_")
    assert (key["owner"], key["created_by"], key["label"]) == ("acme", "ada", "the tills in Bonn")
    assert key["scopes"] == ["assets:read", "assets:write", "snapshots:write"]
    assert {name: value for name, value in key.items() if name != "key"} in listed
    assert key["key"] not in str(listed)
    assert submit(guarded, with_key(key["key"]))[0] == 202


def test_a_revoked_key_is_refused_a_minute_later_and_stays_on_the_list(guarded: Deployment) -> None:
    key = create(guarded, owner="acme")
    headers = with_key(key["key"])
    assert submit(guarded, headers)[0] == 202

    status, revoked, _ = ask(guarded, "DELETE", "/keys/{key_id}", path={"key_id": key["id"]})
    again = ask(guarded, "DELETE", "/keys/{key_id}", path={"key_id": key["id"]})[1]
    assets.key_check.cache_clear()  # a minute later

    assert status == 200
    assert revoked["revoked_at"]
    assert again == revoked
    assert submit(guarded, headers)[0] == 401
    assert revoked in ask(guarded, "GET", "/keys")[1]["keys"]


@pytest.mark.parametrize("key_id", ["unknown", "c" * 20, "x" * 3000])
def test_an_unknown_key_is_a_404(guarded: Deployment, key_id: str) -> None:
    assert ask(guarded, "DELETE", "/keys/{key_id}", path={"key_id": key_id})[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "owner"),
        ({"owner": "Acme"}, "owner"),
        ({"owner": "local"}, "owner"),
        ({"owner": "acme", "scopes": []}, "scopes"),
        ({"owner": "acme", "scopes": ["assets:delete"]}, "scopes[0]"),
        ({"owner": "acme", "label": "x" * 101}, "label"),
        ({"owner": "acme", "label": "two\nlines"}, "label"),
        ({"owner": "acme", "sources": "acme"}, "sources"),
        ({"owner": "acme", "sources": "x" * 200 + "/"}, "sources"),
        ({"owner": "acme", "key": "sj_live_mine"}, "key"),
    ],
)
def test_a_wrong_key_names_the_field(guarded: Deployment, body: object, field: str) -> None:
    status, problem, _ = ask(guarded, "POST", "/keys", body)

    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


def test_keys_are_listed_page_by_page(guarded: Deployment) -> None:
    first = ask(guarded, "GET", "/keys", query={"limit": "1"})[1]
    second = ask(guarded, "GET", "/keys", query={"limit": "1", "next": first["next"]})[1]

    assert [key["owner"] for key in first["keys"] + second["keys"]] == ["acme", "bolt"]
    assert second["next"] is None
    assert ask(guarded, "GET", "/keys", query={"next": first["next"], "owner": "bolt"})[0] == 400
    assert ask(guarded, "GET", "/keys", query={"owner": "ACME"})[0] == 400


# ---- what customers may do


def test_owners_see_their_own_assets_only_and_admins_everybodys(guarded: Deployment) -> None:
    asset_id = submit(guarded, with_key(ACMES_KEY))[1]["id"]

    assert read(guarded, asset_id, with_key(ACMES_KEY))[0] == 200
    assert read(guarded, asset_id, with_key(BOLTS_KEY))[0] == 404
    assert read(guarded, asset_id, bearer("ada"))[0] == 200
    assert read(guarded, asset_id, bearer("kevin"))[0] == 403
    assert len(guarded.request("GET", "/assets", headers=with_key(ACMES_KEY))[1]["assets"]) == 1
    assert guarded.request("GET", "/assets", headers=with_key(BOLTS_KEY))[1]["assets"] == []


def test_only_admins_name_whose_assets_to_list(guarded: Deployment) -> None:
    def listed(owner: str, headers: dict[str, str]) -> tuple[int, int]:
        status, page, _ = guarded.request("GET", "/assets", query={"owner": owner}, headers=headers)
        return status, len(page.get("assets", []))

    submit(guarded, with_key(ACMES_KEY))

    assert listed("acme", bearer("ada")) == (200, 1)
    assert listed("bolt", bearer("ada")) == (200, 0)
    assert listed("acme", with_key(ACMES_KEY)) == (200, 1)
    assert listed("acme", with_key(BOLTS_KEY)) == listed("local", with_key(BOLTS_KEY)) == (403, 0)
    assert listed("acme#0", bearer("ada")) == (400, 0)


def test_of_the_shared_bucket_a_customer_names_its_own_folder_alone(guarded: Deployment) -> None:
    product = {"gtin": "96385074", "name": "Salsa"}
    guarded.request("POST", "/products", product, headers=bearer("ada"), function="catalog")

    def refused(key: dict[str, Any], name: str) -> list[Any]:
        """What is said to those who submit this object of the bucket as an asset and as a snapshot; None if taken."""
        source = {"assetPath": {"location": "s3", "path": f"s3://source/{name}"}}
        headers = with_key(key["key"])
        answers = (
            guarded.request("POST", "/assets/image", source, headers=headers),
            guarded.request(
                "POST", "/snapshots", source | {"product": "96385074"}, headers=headers, function="catalog"
            ),
        )
        return [problem["detail"] if status == 403 else {202: None}[status] for status, problem, _ in answers]

    def told(folder: str) -> str:
        return f"this API key opens s3://<bucket>/{folder} alone: a path begins so, without '.' and '..' as folders"

    own, whole = create(guarded, owner="acme"), create(guarded, owner="acme", sources="*")
    other = create(guarded, owner="acme", sources="shelves/2026/")

    assert [each["sources"] for each in (own, whole, other)] == ["acme/", "*", "shelves/2026/"]
    assert (
        refused(own, "acme/1.jpg") == refused(whole, "bolt/1.jpg") == refused(other, "shelves/2026/1.jpg") == [None] * 2
    )
    assert refused(own, "bolt/1.jpg") == [told("acme/")] * 2
    assert refused(other, "acme/1.jpg") == [told("shelves/2026/")] * 2


def test_one_idempotency_key_of_two_customers_is_two_assets(guarded: Deployment) -> None:
    ids = {submit(guarded, with_key(key, **{"idempotency-key": "1"}))[1]["id"] for key in (ACMES_KEY, BOLTS_KEY)}

    assert len(ids) == 2


def test_a_customer_learns_what_became_of_a_snapshot_but_not_how(guarded: Deployment) -> None:
    product = {"gtin": "96385074", "name": "Salsa"}
    guarded.request("POST", "/products", product, headers=bearer("ada"), function="catalog")
    (guarded.root / "chips.jpg").write_bytes(jpeg(10, 10))
    source = {"location": "local", "path": "chips.jpg"}
    body = {"assetPath": source, "product": "96385074"}
    accepted = guarded.request("POST", "/snapshots", body, headers=with_key(ACMES_KEY), function="catalog")[1]

    def seen(headers: dict[str, str], resource: str = "", method: str = "GET", sent: object = None) -> Answer:
        path = {"snapshot_id": accepted["id"]}
        route = "/snapshots/{snapshot_id}" + resource
        return guarded.request(method, route, sent, path=path, headers=headers, function="catalog")

    queued = seen(with_key(ACMES_KEY))[1]
    guarded.receive("ValidationQueue", "validator")
    pending = seen(with_key(ACMES_KEY))[1]
    seen(bearer("ada"), "/answer", "PUT", {"answer": "correct"})
    status, decided, _ = seen(with_key(ACMES_KEY))

    assert status == 200
    assert [each["status"] for each in (queued, pending, decided)] == [None, "pending", "correct"]
    assert pending == queued | {"state": "success", "status": "pending"}
    assert decided == pending | {"status": "correct"}
    assert decided.keys() == {"id", "product", "status", "state", "errors", "assetPath", "removed_at"}
    assert seen(with_key(BOLTS_KEY))[0] == 404
    assert seen(bearer("ada"))[1]["known_answer"] == "correct"


def test_a_snapshot_belongs_to_the_customer_who_submits_it(guarded: Deployment) -> None:
    product = {"gtin": "96385074", "name": "Salsa"}
    guarded.request("POST", "/products", product, headers=bearer("ada"), function="catalog")
    body = SOURCE | {"product": "96385074"}

    status, accepted, _ = guarded.request("POST", "/snapshots", body, headers=with_key(ACMES_KEY), function="catalog")

    assert status == 202
    assert read(guarded, accepted["id"], with_key(ACMES_KEY))[0] == 200
    assert read(guarded, accepted["id"], with_key(BOLTS_KEY))[0] == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YTpi", ACMES_KEY, f"Token {ACMES_KEY}"])
def test_a_key_that_is_sent_in_another_way_is_refused(guarded: Deployment, authorization: str) -> None:
    status, problem, headers = submit(guarded, {"authorization": authorization})

    assert (status, headers["www-authenticate"]) == (401, "Bearer")
    assert "`Authorization: Bearer <key or token>`" in problem["detail"]


def test_where_no_key_is_required_one_that_is_sent_must_still_be_good(people: Deployment) -> None:
    customers.api_key_ports().keys.add(acmes_key())
    asset_id = submit(people, with_key(ACMES_KEY))[1]["id"]

    assert submit(people)[0] == 202
    assert submit(people, with_key(BOLTS_KEY))[0] == 401
    assert read(people, asset_id, {})[0] == 404
    assert read(people, asset_id, with_key(ACMES_KEY))[0] == 200


def test_a_key_costs_a_read_a_minute_and_a_write_an_hour(guarded: Deployment) -> None:
    def costs() -> dict[str, int]:
        guarded.calls.clear()
        submit(guarded, with_key(ACMES_KEY))
        return dict(guarded.calls)

    assert costs() == {"GetItem": 1, "PutItem": 2, "SendMessage": 1}
    assert costs() == {"PutItem": 1, "SendMessage": 1}
    assets.key_check.cache_clear()  # a minute later
    assert costs() == {"GetItem": 1, "PutItem": 1, "SendMessage": 1}


def test_a_use_shows_in_the_list(guarded: Deployment) -> None:
    submit(guarded, with_key(ACMES_KEY))

    keys = {key["id"]: key for key in ask(guarded, "GET", "/keys")[1]["keys"]}

    assert keys.pop(ACMES_ID)["last_used_at"]
    assert [key["last_used_at"] for key in keys.values()] == [None]


def test_logs_hold_no_keys(guarded: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    key = create(guarded, owner="acme")["key"]
    submit(guarded, with_key(key))
    submit(guarded, with_key(key[:-1]))

    logged = capsys.readouterr().out

    assert '"key_created"' in logged
    assert key[:-1] not in logged
