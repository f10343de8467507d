"""What admins operate the system by, over the real handlers; and what it costs."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.wiring import operations
from snapjury.wiring.clients import now
from tests.images import jpeg
from tests.integration.callers import Answer, bearer
from tests.integration.deployment import Deployment
from tests.jury import YES, judged

NOBODY_HOME = "http://127.0.0.1:9/hook"
EVERY_ROUTE = [
    ("GET", "/operations", {}),
    ("GET", "/operations/failed-assets", {}),
    ("GET", "/operations/deliveries", {}),
    ("POST", "/operations/deliveries/{asset_id}/{event}/replay", {"asset_id": "a" * 20, "event": "onStart"}),
    ("GET", "/dead-letters", {}),
    ("POST", "/dead-letters/{queue}/redrive", {"queue": "validation"}),
]


def ask(deployment: Deployment, method: str, resource: str, **options: Any) -> Answer:
    """What `operations` answers Ada, unless other headers are given."""
    headers = options.pop("headers", None) or bearer("ada")
    return deployment.request(method, resource, function="operations", headers=headers, **options)


def read(deployment: Deployment, resource: str, **query: str) -> dict[str, Any]:
    status, found, _ = ask(deployment, "GET", resource, query=query)
    assert status == 200, found
    return found


def submit(deployment: Deployment, path: str, **notifications: str) -> str:
    body = {"assetPath": {"location": "local", "path": path}, "notifications": notifications}
    status, accepted, _ = deployment.request("POST", "/assets/image", body)
    assert status == 202
    return str(accepted["id"])


def validate(deployment: Deployment) -> None:
    while deployment.receive("ValidationQueue", "validator", 1):
        pass


@pytest.mark.parametrize(("method", "resource", "path"), EVERY_ROUTE)
def test_operations_are_for_admins(people: Deployment, method: str, resource: str, path: dict[str, str]) -> None:
    kevins, _, _ = ask(people, method, resource, path=path, headers=bearer("kevin"))
    nobodys, _, _ = ask(people, method, resource, path=path, headers={"x": "y"})

    assert (kevins, nobodys) == (403, 401)


def test_the_overview_tells_what_waits_and_what_the_hour_brought(people: Deployment) -> None:
    (people.root / "good.jpg").write_bytes(jpeg(10, 10))
    for path in ("good.jpg", "missing.jpg"):
        submit(people, path)
    validate(people)
    submit(people, "good.jpg")
    people.send("ScoringDeadLetters", "nonsense")

    overview = read(people, "/operations")

    assert overview["queues"]["validation"] == {"waiting": 1, "delayed": 0, "in_flight": 0, "dead": 0}
    assert overview["queues"]["scoring"]["dead"] == 1
    hour = overview["last_hour"]
    assert {name: hour["assets"][name] for name in ("submitted", "succeeded", "failed")} == {
        "submitted": 2,
        "succeeded": 1,
        "failed": 1,
    }
    assert 0 <= hour["assets"]["ms_to_start"]["median"] <= hour["assets"]["ms_to_end"]["p95"]
    assert hour["since"] == hour["assets_counted_since"] == hour["decisions_counted_since"]
    assert len(hour["steps"]) == 12
    assert sum(each["assets"]["succeeded"] for each in hour["steps"]) == 1


def test_the_overview_counts_decisions_votes_and_those_spared(people: Deployment) -> None:
    decided = judged(YES, YES, YES)
    assert decided.decision is not None
    decision = replace(decided.decision, decided_at=now(), spared=1)
    DynamoSnapshots(operations.core_table()).add(replace(decided, decision=decision, version=1))

    hour = read(people, "/operations")["last_hour"]

    assert hour["decisions"] == {"decided": 1, "votes": 3, "votes_spared": 1}
    assert hour["assets"]["ms_to_end"] is None


def test_failed_assets_are_listed_with_their_errors_page_by_page(people: Deployment) -> None:
    ids = []
    for path in ("missing.jpg", "lost.jpg", "gone.jpg"):
        ids.append(submit(people, path))
        validate(people)

    first = read(people, "/operations/failed-assets", limit="2")
    second = read(people, "/operations/failed-assets", limit="2", next=first["next"])

    listed = [*first["assets"], *second["assets"]]
    assert {each["id"] for each in listed} == set(ids)
    assert len(first["assets"]) == 2
    assert second["next"] is None
    assert {(each["state"], each["owner"], each["errors"]["asset"][0]) for each in listed} == {
        ("failed", "local", "is not reachable")
    }


@pytest.mark.parametrize("resource", ["/operations/failed-assets", "/operations/deliveries"])
@pytest.mark.parametrize("query", [{"limit": "0"}, {"next": "YQ"}, {"state": "failed"}])
def test_a_list_says_what_is_wrong_with_its_query(people: Deployment, resource: str, query: dict[str, str]) -> None:
    status, problem, _ = ask(people, "GET", resource, query=query)

    assert status == 400
    assert problem["errors"][0]["field"] == next(iter(query))


def test_a_webhook_that_does_not_arrive_is_listed_and_can_be_replayed(people: Deployment) -> None:
    asset = submit(people, "missing.jpg", onFailure=NOBODY_HOME)
    validate(people)
    people.receive("NotificationQueue", "notifier")

    [listed] = read(people, "/operations/deliveries")["deliveries"]

    assert (listed["asset"], listed["event"], listed["url"]) == (asset, "onFailure", NOBODY_HOME)
    assert (listed["state"], len(listed["attempts"])) == ("pending", 1)
    path = {"asset_id": asset, "event": "onFailure"}
    status, replayed, _ = ask(people, "POST", "/operations/deliveries/{asset_id}/{event}/replay", path=path)
    assert (status, replayed["state"]) == (202, "pending")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ({"asset_id": "a" * 20, "event": "onStart"}, 404),
        ({"asset_id": "USER", "event": "onStart"}, 404),
        ({"asset_id": "", "event": "onNothing"}, 404),
        ({"event": "onSuccess"}, 409),
    ],
)
def test_what_cannot_be_replayed_is_refused(people: Deployment, path: dict[str, str], status: int) -> None:
    asset = submit(people, "missing.jpg", onFailure=NOBODY_HOME)
    validate(people)

    given = {"asset_id": asset} | path
    refused, problem, _ = ask(people, "POST", "/operations/deliveries/{asset_id}/{event}/replay", path=given)

    assert refused == status
    assert problem["detail"]


def test_a_dead_letter_that_nobody_can_read_hides_no_other(people: Deployment) -> None:
    people.send("ValidationDeadLetters", "[" * 1900)
    people.send("ScoringDeadLetters", "nonsense")

    piles = {each["queue"]: each["messages"] for each in read(people, "/dead-letters")["dead_letters"]}

    assert [each["body"] for each in piles["validation"]] == ["[" * 1900]
    assert [each["body"] for each in piles["scoring"]] == ["nonsense"]


def test_dead_letters_are_shown_with_what_they_are_about(people: Deployment) -> None:
    people.send("ImportDeadLetters", json.dumps({"job": "week27"}))
    people.send("NotificationDeadLetters", json.dumps({"asset": "chips", "event": "onStart"}))
    people.send("ScoringDeadLetters", "n" * 3000)

    piles = {each["queue"]: each for each in read(people, "/dead-letters")["dead_letters"]}

    assert {name: pile["count"] for name, pile in piles.items()} == {
        "validation": 0,
        "notification": 1,
        "import": 1,
        "export": 0,
        "scoring": 1,
    }
    assert piles["import"]["messages"][0]["about"] == {"import": "week27"}
    assert piles["notification"]["messages"][0]["about"] == {"asset": "chips", "event": "onStart"}
    assert piles["notification"]["messages"][0]["body"] == {"asset": "chips", "event": "onStart"}
    assert piles["scoring"]["messages"][0]["body"] == "n" * 2000


def test_a_redrive_has_the_work_done_after_all(people: Deployment) -> None:
    asset = submit(people, "missing.jpg")
    people.sqs.purge_queue(QueueUrl=people.queues["ValidationQueue"])
    people.send("ValidationDeadLetters", json.dumps({"asset": asset}))

    status, moved, _ = ask(people, "POST", "/dead-letters/{queue}/redrive", path={"queue": "validation"})
    validate(people)

    assert (status, moved) == (200, {"queue": "validation", "moved": 1, "more": False, "held": 0})
    assert [each["id"] for each in read(people, "/operations/failed-assets")["assets"]] == [asset]
    assert read(people, "/operations")["queues"]["validation"]["dead"] == 0


def test_a_queue_that_is_not_there_is_named_with_those_that_are(people: Deployment) -> None:
    status, problem, _ = ask(people, "POST", "/dead-letters/{queue}/redrive", path={"queue": "core"})

    assert status == 404
    assert problem["detail"] == (
        "there is no queue 'core'; known are: validation, notification, import, export, scoring"
    )


def test_what_operating_costs(people: Deployment) -> None:
    submit(people, "missing.jpg", onFailure=NOBODY_HOME)
    validate(people)
    people.receive("NotificationQueue", "notifier")
    people.send("ScoringDeadLetters", "nonsense")

    def calls_of(resource: str) -> dict[str, int]:
        people.calls.clear()
        read(people, resource)
        return {name: count for name, count in people.calls.items() if name != "GetItem"}  # who asks

    assert calls_of("/operations") == {"GetQueueAttributes": 10, "Query": 12}
    assert calls_of("/operations/failed-assets") == {"Query": 4, "BatchGetItem": 1}
    assert calls_of("/operations/deliveries") == {"Query": 4, "BatchGetItem": 2}
    assert calls_of("/dead-letters") == {
        "GetQueueAttributes": 10,
        "ReceiveMessage": 2,
        "ChangeMessageVisibilityBatch": 1,
    }
