"""Customers with API keys beside callers without one, on a deployed system that requires none."""

from collections.abc import Iterator

import pytest

from infra.places import SOURCE_BUCKET
from tests.e2e.floor import Floor
from tests.e2e.stack import Mailbox, Stack, wait_until
from tests.images import jpeg


@pytest.fixture(scope="module")
def floor(stack: Stack) -> Floor:
    return Floor(stack)


@pytest.fixture(scope="module")
def acme(floor: Floor) -> dict[str, str]:
    """The headers of Acme's requests."""
    made = floor.anna.ask("POST", "/keys", json={"owner": "acme", "label": "end to end"})
    assert made.status_code == 201, made.text
    return {"authorization": f"Bearer {made.json()['key']}"}


@pytest.fixture
def acmes_mailbox(floor: Floor, stack: Stack) -> Iterator[Mailbox]:
    """A receiver that knows nothing but Acme's first secret, which has been replaced since."""
    secrets = [floor.anna.ask("POST", "/customers/acme/secrets", json={}).json()["secret"] for _ in range(2)]
    mailbox = Mailbox(secrets[0], stack.host)
    with mailbox.receiver:
        yield mailbox
        mailbox.release()


def test_a_customers_asset_is_the_customers_alone_and_so_is_what_signs_its_webhooks(
    stack: Stack, floor: Floor, acme: dict[str, str], acmes_mailbox: Mailbox
) -> None:
    (stack.root / "acmes.jpg").write_bytes(jpeg(20, 10))

    asset_id = stack.submit("acmes.jpg", acmes_mailbox.urls(), **acme)
    wait_until(lambda: len(acmes_mailbox.accepted()[asset_id]) == 2, 30, "both webhooks")

    assert [callback.signature for callback in acmes_mailbox.callbacks] == ["ok", "ok"]
    own = stack.request("GET", f"/assets/{asset_id}", headers=acme)
    assert (own.status_code, own.json()["state"]) == (200, "success")
    assert stack.request("GET", f"/assets/{asset_id}").status_code == 404
    assert asset_id in str(stack.request("GET", "/assets", headers=acme).json())
    assert asset_id not in str(stack.request("GET", "/assets?limit=100").json())
    assert floor.anna.ask("GET", f"/assets/{asset_id}").status_code == 200


def test_of_the_shared_bucket_a_customer_names_its_own_folder_alone(stack: Stack, acme: dict[str, str]) -> None:
    for key in ("acme/1.jpg", "bolt/1.jpg"):
        stack.s3.put_object(Bucket=SOURCE_BUCKET, Key=key, Body=jpeg(20, 10))

    own = stack.submit(f"s3://{SOURCE_BUCKET}/acme/1.jpg", location="s3", **acme)
    others = [
        stack.request("POST", "/assets/image", headers=acme, json={"assetPath": {"location": "s3", "path": path}})
        for path in (f"s3://{SOURCE_BUCKET}/bolt/1.jpg", f"s3://{SOURCE_BUCKET}/acme/../bolt/1.jpg")
    ]

    assert [answer.status_code for answer in others] == [403, 403]
    assert "opens s3://<bucket>/acme/ alone" in others[0].json()["detail"]
    assert stack.request("GET", f"/assets/{own}", headers=acme).status_code == 200
    wait_until(lambda: stack.request("GET", f"/assets/{own}", headers=acme).json()["state"] == "success", 30, "it")


def test_a_revoked_key_and_what_is_no_key_open_nothing_though_none_is_required(stack: Stack, floor: Floor) -> None:
    key = floor.anna.ask("POST", "/keys", json={"owner": "acme", "scopes": ["assets:read"]}).json()
    revoked = floor.anna.ask("DELETE", f"/keys/{key['id']}").json()

    answers = [
        stack.request("GET", "/assets", headers={"authorization": authorization}).status_code
        for authorization in (f"Bearer {key['key']}", "Bearer sj_live_guess", "nonsense")
    ]

    assert revoked["revoked_at"]
    assert answers == [401, 401, 401]
    assert stack.request("GET", "/assets").status_code == 200
