"""From accepted to told, through the real handlers; and what each step costs."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from infra.receiver import Callback, Receiver, Reply
from snapjury.rules.asset import start_validation
from snapjury.wiring import clients, customers, notifier, secrets, validator
from snapjury.wiring.clients import now
from tests.customers import ACMES_KEY, acmes_key
from tests.images import jpeg, png, scan_bomb
from tests.integration.callers import bearer
from tests.integration.deployment import Deployment

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"


class Mailbox:
    """A receiver and what has arrived there."""

    def __init__(self) -> None:
        self.callbacks: list[Callback] = []
        self.receiver = Receiver(secret=lambda: SECRET, report=lambda _: None, answer=self.take)

    def take(self, callback: Callback) -> Reply:
        self.callbacks.append(callback)
        return Reply(204)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(each.body) for each in self.callbacks]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with mailbox.receiver:
        yield mailbox


def submit(deployment: Deployment, path: str, url: str, **changes: str | None) -> str:
    body = {
        "assetPath": {"location": "local", "path": path},
        "notifications": {"onStart": url, "onSuccess": url, "onFailure": url} | changes,
    }
    status, accepted, _ = deployment.request("POST", "/assets/image", body)
    assert status == 202
    return str(accepted["id"])


def read(deployment: Deployment, asset_id: str) -> dict[str, Any]:
    return deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": asset_id})[1]


def run(deployment: Deployment) -> None:
    """Hand over messages until the queues are empty."""
    while deployment.receive("ValidationQueue", "validator", 1) + deployment.receive(
        "NotificationQueue", "notifier", 1
    ):
        pass


def test_a_photo_goes_from_post_to_webhook(deployment: Deployment, mailbox: Mailbox) -> None:
    photo = jpeg(640, 480)
    (deployment.root / "images").mkdir()
    (deployment.root / "images" / "foo").write_bytes(photo)
    asset_id = submit(deployment, "./images/foo", mailbox.receiver.url)

    run(deployment)

    asset = read(deployment, asset_id)
    assert (asset["state"], asset["width"], asset["height"], asset["bytes"]) == ("success", 640, 480, len(photo))
    key = f"sha256/{asset['sha256'][:2]}/{asset['sha256']}.jpg"
    assert deployment.s3.get_object(Bucket="media", Key=key)["Body"].read() == photo
    assert mailbox.bodies == [{"id": asset_id, "state": "started"}, {"id": asset_id, "state": "success"}]
    assert [each.signature for each in mailbox.callbacks] == ["ok", "ok"]
    assert all(each.headers["content-type"] == "application/json" for each in mailbox.callbacks)


def test_five_errors_arrive_at_once_at_the_one_good_url(deployment: Deployment, mailbox: Mailbox) -> None:
    (deployment.root / "screenshot.jpg").write_bytes(png(2000, 2000))
    bad = {"onStart": "nonsense", "onSuccess": "http://10.0.0.1/"}
    asset_id = submit(deployment, "screenshot.jpg", mailbox.receiver.url, **bad)

    run(deployment)

    errors = {
        "asset": ["is not a jpeg", "width is greater than 1000px", "height is greater than 1000px"],
        "onStart": ["is not a valid URL"],
        "onSuccess": ["is not a valid URL"],
    }
    assert mailbox.bodies == [{"id": asset_id, "state": "failed", "errors": errors}]
    assert read(deployment, asset_id)["errors"] == errors


@pytest.mark.parametrize("location", ["s3", "upload"])
def test_objects_are_validated_like_files(deployment: Deployment, mailbox: Mailbox, location: str) -> None:
    bucket, key, path = {
        "s3": ("source", "deep/chips.jpg", "s3://source/deep/chips.jpg"),
        "upload": ("uploads", "uploads/abc", "uploads/abc"),
    }[location]
    deployment.s3.put_object(Bucket=bucket, Key=key, Body=jpeg(10, 20))

    status, accepted, _ = deployment.request(
        "POST", "/assets/image", {"assetPath": {"location": location, "path": path}}
    )
    run(deployment)

    assert status == 202
    assert read(deployment, accepted["id"])["state"] == "success"


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("s3", "s3://source/missing.jpg"),
        ("s3", "s3://media/sha256/aa/aa.jpg"),
        ("s3", "source/chips.jpg"),
        ("s3", "s3://source/"),
        ("s3", "s3://source/" + "k" * 1025),
        ("s3", "s3://source/\ud800"),
        ("upload", "uploads/missing"),
        ("upload", "sha256/aa/aa.jpg"),
        ("upload", "uploads/"),
    ],
)
def test_objects_that_are_missing_or_not_ours_to_read_are_unreachable(
    deployment: Deployment, location: str, path: str
) -> None:
    body = json.dumps({"assetPath": {"location": location, "path": path}})
    accepted = deployment.request("POST", "/assets/image", body)[1]
    if "id" not in accepted:
        assert accepted["status"] == 400  # a lone surrogate is not even JSON
        return
    run(deployment)

    assert read(deployment, accepted["id"])["errors"] == {"asset": ["is not reachable"]}


def hostile_files(root: Path, outside: Path) -> dict[str, str]:
    """Paths below (or out of) the root, with the error that each deserves."""
    secret = outside / "secret.jpg"
    secret.write_bytes(jpeg(10, 10))
    (root / "empty.jpg").write_bytes(b"")
    (root / "directory").mkdir()
    os.mkfifo(root / "pipe.jpg")
    (root / "link.jpg").symlink_to(secret)
    (root / "linked").symlink_to(outside)
    (root / "scans.jpg").write_bytes(scan_bomb(3000))
    unreachable = [
        "directory",
        "pipe.jpg",
        "link.jpg",
        "linked/secret.jpg",
        f"../{outside.name}/secret.jpg",
        f"%2e%2e/{outside.name}/secret.jpg",
        f"directory/../../{outside.name}/secret.jpg",
        str(secret),
        f"file://{secret}",
        "scans.jpg\0",
        "n" * 300,
        "missing.jpg",
    ]
    return dict.fromkeys(unreachable, "is not reachable") | {
        "empty.jpg": "is not an image",
        "scans.jpg": "has more than 100 scans",
    }


def test_hostile_files_get_their_answer_and_nothing_outside_is_read(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = hostile_files(deployment.root, tmp_path_factory.mktemp("outside"))
    for path, message in expected.items():
        accepted = deployment.request("POST", "/assets/image", {"assetPath": {"location": "local", "path": path}})[1]
        run(deployment)
        assert read(deployment, accepted["id"])["errors"] == {"asset": [message]}, path
    assert deployment.calls["PutObject"] == 0


def test_a_message_that_is_not_ours_stays_for_the_dead_letters(deployment: Deployment) -> None:
    deployment.send("ValidationQueue", '{"asset": 5}')
    deployment.send("NotificationQueue", "nonsense")

    assert deployment.receive("ValidationQueue", "validator") == 0
    assert deployment.receive("NotificationQueue", "notifier") == 0


def test_a_validation_that_was_given_up_fails_and_tells(deployment: Deployment, mailbox: Mailbox) -> None:
    asset_id = submit(deployment, "missing.jpg", mailbox.receiver.url, onStart=None)
    assets = validator.validation_ports().assets
    assets.save(start_validation(assets.get(asset_id), {}, now()))
    deployment.send("ValidationDeadLetters", json.dumps({"asset": asset_id}))

    deployment.receive("ValidationDeadLetters", "validator")
    deployment.receive("NotificationQueue", "notifier")

    assert mailbox.bodies == [{"id": asset_id, "state": "failed", "errors": {"asset": ["could not be validated"]}}]


def test_deliveries_are_shown_and_can_be_replayed(deployment: Deployment, mailbox: Mailbox) -> None:
    (deployment.root / "foo").write_bytes(jpeg(10, 10))
    asset_id = submit(deployment, "foo", mailbox.receiver.url)
    run(deployment)

    status, replayed, _ = deployment.request(
        "POST", "/assets/{type_or_id}/deliveries/{event}/replay", path={"type_or_id": asset_id, "event": "onSuccess"}
    )
    run(deployment)

    assert (status, replayed["state"]) == (202, "pending")
    listed = deployment.request("GET", "/assets/{type_or_id}/deliveries", path={"type_or_id": asset_id})[1][
        "deliveries"
    ]
    assert [(each["event"], each["state"], len(each["attempts"])) for each in listed] == [
        ("onStart", "delivered", 1),
        ("onSuccess", "delivered", 2),
    ]
    assert [each["status"] for each in listed[1]["attempts"]] == [204, 204]
    assert mailbox.callbacks[1].webhook_id == mailbox.callbacks[2].webhook_id == listed[1]["webhook_id"]


def test_a_webhook_that_did_not_arrive_waits_as_a_message_that_the_queue_keeps_back(deployment: Deployment) -> None:
    submit(deployment, "missing.jpg", "http://127.0.0.1:9/")  # nobody listens there
    deployment.receive("ValidationQueue", "validator")
    deployment.calls.clear()

    deployment.receive("NotificationQueue", "notifier")

    assert deployment.calls["SendMessage"] == 2, "the start, which was refused, and the end, which waits for it"
    state = ["ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible"]
    url = deployment.queues["NotificationQueue"]
    assert deployment.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=state)["Attributes"] == {
        "ApproximateNumberOfMessagesDelayed": "2",
        "ApproximateNumberOfMessagesNotVisible": "0",
    }


def test_what_each_step_costs(deployment: Deployment, mailbox: Mailbox) -> None:
    (deployment.root / "foo").write_bytes(jpeg(10, 10))
    validator.validation_ports()
    notifier.delivery_ports()

    def calls_of(step: Any) -> Counter[str]:
        deployment.calls.clear()
        step()
        return Counter({name: n for name, n in deployment.calls.items() if name not in ("GetQueueAttributes",)})

    submitting = calls_of(lambda: submit(deployment, "foo", mailbox.receiver.url))
    validating = calls_of(lambda: deployment.receive("ValidationQueue", "validator", 1))
    telling = calls_of(lambda: deployment.receive("NotificationQueue", "notifier", 1))

    assert submitting == {"PutItem": 1, "SendMessage": 1}
    assert validating == {"PutItem": 2, "PutObject": 1, "SendMessage": 2}
    assert telling == {"PutItem": 2}


def rotate(deployment: Deployment, owner: str) -> str:
    """A new signing secret for this customer."""
    route, path = "/customers/{owner}/secrets", {"owner": owner}
    answer = deployment.request("POST", route, {}, path=path, headers=bearer("ada"), function="customers")
    assert answer[0] == 201
    assert answer[2]["cache-control"] == "no-store"
    listed = deployment.request("GET", route, path=path, headers=bearer("ada"), function="customers")[1]
    assert answer[1] == listed | {"secret": answer[1]["secret"]}
    return str(answer[1]["secret"])


def test_a_customers_webhooks_are_signed_with_the_customers_own_secrets(people: Deployment, mailbox: Mailbox) -> None:
    customers.api_key_ports().keys.add(acmes_key())
    old, new = rotate(people, "acme"), rotate(people, "acme")
    acme = {"authorization": f"Bearer {ACMES_KEY}"}
    source = {"location": "local", "path": "missing.jpg"}
    body = {"assetPath": source, "notifications": {"onFailure": mailbox.receiver.url}}
    people.request("POST", "/assets/image", body, headers=acme)

    run(people)

    [callback] = mailbox.callbacks
    assert callback.signature == "WRONG"  # not the deployment's
    for secret in (old, new):
        assert Webhook(secret).verify(callback.body, dict(callback.headers))["state"] == "failed"


def test_the_deployments_secret_is_rotated_under_a_running_notifier(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, passed = now(), 0
    monkeypatch.setattr(secrets, "now", lambda: start + passed)
    before = notifier.signers().secrets("local")
    parts = f"bmV3c2VjcmV0bmV3c2VjcmV0bmV3 {SECRET}"
    clients.client("secretsmanager").put_secret_value(SecretId="signing", SecretString=parts)

    passed += secrets.KEPT

    assert before == (SECRET,)
    assert notifier.signers().secrets("local") == ("whsec_bmV3c2VjcmV0bmV3c2VjcmV0bmV3", SECRET)


def test_own_secrets_cost_a_read_a_minute(people: Deployment, mailbox: Mailbox) -> None:
    customers.api_key_ports().keys.add(acmes_key())
    acme = {"authorization": f"Bearer {ACMES_KEY}"}
    source = {"location": "local", "path": "missing.jpg"}
    urls = dict.fromkeys(("onStart", "onFailure"), mailbox.receiver.url)
    people.request("POST", "/assets/image", {"assetPath": source, "notifications": urls}, headers=acme)
    people.receive("ValidationQueue", "validator", 1)
    people.calls.clear()

    while people.receive("NotificationQueue", "notifier", 1):
        pass

    assert len(mailbox.callbacks) == 2
    assert people.calls["GetItem"] == 1
