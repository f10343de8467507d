"""The API's answers, and every way to get a request wrong."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.openapi.document import description
from snapjury.wiring import clients
from tests.integration.deployment import FUNCTION_OF, Deployment, event_of
from tests.template import properties

CHIPS: dict[str, Any] = {
    "assetPath": {"location": "local", "path": "./images/foo"},
    "notifications": {
        "onStart": "http://somevalidurl.com",
        "onSuccess": "http://somevalidurl.com",
        "onFailure": "http://somevalidurl.com",
    },
}
SOURCE = CHIPS["assetPath"]


def submit(deployment: Deployment, body: object = CHIPS, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    return deployment.request("POST", "/assets/image", body, headers=headers)


@pytest.mark.parametrize("function", FUNCTION_OF)
def test_every_route_is_declared_in_the_template_and_the_other_way_round(deployment: Deployment, function: str) -> None:
    app = getattr(deployment.functions[function], "app", None)
    routes = {(path, method) for path, methods in app.routes.items() for method in methods} if app else set()
    declared = {
        (event["Properties"]["Path"], event["Properties"]["Method"])
        for event in properties(FUNCTION_OF[function])["Events"].values()
        if event["Type"] == "Api"
    }

    assert routes == declared


def test_health_is_ok(deployment: Deployment) -> None:
    assert deployment.request("GET", "/health")[:2] == (200, {"status": "ok"})


def test_the_api_serves_its_description(deployment: Deployment) -> None:
    assert deployment.request("GET", "/openapi.json")[:2] == (200, description())


def test_a_submitted_asset_is_accepted_and_can_be_read(deployment: Deployment) -> None:
    status, accepted, _ = submit(deployment)

    assert status == 202
    assert accepted == {"id": accepted["id"], "state": "queued"}
    status, asset, _ = deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": accepted["id"]})
    assert status == 200
    assert asset["id"] == accepted["id"]
    assert asset["state"] == "queued"
    assert asset["assetPath"] == SOURCE
    assert asset["errors"] == {}
    assert asset["finished_at"] is None


@pytest.mark.parametrize("notifications", [{}, {"onFailure": "https://chips.example"}, {"onStart": None}])
def test_notifications_are_optional_one_by_one(deployment: Deployment, notifications: dict[str, Any]) -> None:
    assert submit(deployment, {"assetPath": SOURCE, "notifications": notifications})[0] == 202


def test_notifications_are_optional_altogether(deployment: Deployment) -> None:
    assert submit(deployment, {"assetPath": SOURCE})[0] == 202


def test_a_bad_notification_url_is_accepted_for_now(deployment: Deployment) -> None:
    assert submit(deployment, {"assetPath": SOURCE, "notifications": {"onStart": "nonsense"}})[0] == 202


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("{", 400, None),
        ("", 400, None),
        ('{"assetPath": {"location": "local", "path": "x"}} trailing', 400, None),
        ("\ud800", 400, None),
        ("[]", 422, "body"),
        ("{}", 422, "assetPath"),
        ({"assetPath": "./images/foo"}, 422, "assetPath"),
        ({"assetPath": {"location": "local"}}, 422, "assetPath.path"),
        ({"assetPath": {"location": "local", "path": 7}}, 422, "assetPath.path"),
        ({"assetPath": {"location": "local", "path": ""}}, 422, "assetPath.path"),
        ({"assetPath": {"location": "moon", "path": "x"}}, 422, "assetPath.location"),
        ({"assetPath": SOURCE | {"size": 5}}, 422, "assetPath.size"),
        ({"assetPath": SOURCE, "colour": "red"}, 422, "colour"),
        ({"assetPath": SOURCE, "notifications": []}, 422, "notifications"),
        ({"assetPath": SOURCE, "notifications": {"onStart": 5}}, 422, "notifications.onStart"),
        ({"assetPath": SOURCE, "notifications": {"onEnd": "https://x.example"}}, 422, "notifications.onEnd"),
        ({"assetPath": SOURCE | {"path": "x" * 4097}}, 422, "assetPath.path"),
    ],
)
def test_a_wrong_body_is_refused_with_the_field_that_is_wrong(
    deployment: Deployment, body: object, status: int, field: str | None
) -> None:
    answered, problem, headers = submit(deployment, body)

    assert (answered, problem["status"]) == (status, status)
    assert headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in problem.get("errors", [])] == ([field] if field else [])
    assert problem["detail"]
    assert deployment.calls["PutItem"] == 0


def test_a_location_that_is_not_enabled_names_those_that_are(deployment: Deployment) -> None:
    status, problem, _ = submit(deployment, {"assetPath": {"location": "http", "path": "https://x.example/a.jpg"}})

    assert status == 422
    assert problem["detail"] == "location 'http' is not enabled here; use one of: local, s3, upload"


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_announced_as_json_is_refused(deployment: Deployment, content_type: str) -> None:
    status, problem, _ = submit(deployment, CHIPS, **{"content-type": content_type})

    assert status == 415
    assert "send application/json" in problem["detail"]


def test_a_charset_does_no_harm(deployment: Deployment) -> None:
    assert submit(deployment, CHIPS, **{"content-type": "Application/JSON; charset=utf-8"})[0] == 202


def test_a_body_over_64_kilobytes_is_refused(deployment: Deployment) -> None:
    status, problem, _ = submit(deployment, "x" * 65_537)

    assert (status, problem["title"]) == (413, "Content Too Large")


def test_the_same_key_gives_the_same_asset(deployment: Deployment) -> None:
    first = submit(deployment, **{"idempotency-key": "order-66"})
    again = submit(deployment, **{"idempotency-key": "order-66"})

    assert first[:2] == again[:2]


def test_the_same_key_with_another_body_is_refused(deployment: Deployment) -> None:
    submit(deployment, **{"idempotency-key": "order-66"})

    status, problem, _ = submit(deployment, {"assetPath": SOURCE}, **{"idempotency-key": "order-66"})

    assert status == 422
    assert "use a new one" in problem["detail"]


@pytest.mark.parametrize("key", ["", "k" * 256, "bell\x07"])
def test_an_unusable_key_is_refused(deployment: Deployment, key: str) -> None:
    status, problem, _ = submit(deployment, **{"idempotency-key": key})

    assert status == 400
    assert problem["errors"][0]["field"] == "Idempotency-Key"


def test_a_queue_that_does_not_answer_is_a_503_that_asks_for_a_repetition(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "secret detail"}}, "SendMessage")

    monkeypatch.setattr(clients.client("sqs"), "send_message", unavailable)

    status, problem, headers = submit(deployment)

    assert status == 503
    assert headers["retry-after"] == "2"
    assert "secret detail" not in str(problem)
    assert deployment.request("GET", "/assets")[1]["assets"] == []


def test_an_error_of_ours_is_a_500_without_internals(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deployment.functions["assets"], "now", lambda: 1 / 0)

    status, problem, _ = submit(deployment)

    assert status == 500
    assert "ZeroDivisionError" not in str(problem)
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize("resource", ["/assets/{type_or_id}", "/assets/{type_or_id}/deliveries"])
@pytest.mark.parametrize("asset_id", ["unknown", "a" * 20, "x" * 3000, "\0", "ASSET#1"])
def test_an_unknown_asset_is_a_404(deployment: Deployment, resource: str, asset_id: str) -> None:
    status, problem, _ = deployment.request("GET", resource, path={"type_or_id": asset_id})

    assert (status, problem["title"]) == (404, "Not Found")


@pytest.mark.parametrize(("event", "status"), [("onStart", 409), ("onMars", 404)])
def test_what_cannot_be_replayed_says_so(deployment: Deployment, event: str, status: int) -> None:
    accepted = submit(deployment)[1]

    answered, problem, _ = deployment.request(
        "POST", "/assets/{type_or_id}/deliveries/{event}/replay", path={"type_or_id": accepted["id"], "event": event}
    )

    assert answered == status
    assert problem["detail"]


def test_assets_are_listed_page_by_page_with_an_opaque_token(deployment: Deployment) -> None:
    ids = {submit(deployment)[1]["id"] for _ in range(5)}

    first = deployment.request("GET", "/assets", query={"state": "queued", "limit": "3"})[1]
    second = deployment.request("GET", "/assets", query={"state": "queued", "limit": "3", "next": first["next"]})[1]

    assert len(first["assets"]) == 3
    assert second["next"] is None
    assert {asset["id"] for asset in first["assets"] + second["assets"]} == ids


def test_a_list_of_another_state_is_empty(deployment: Deployment) -> None:
    submit(deployment)

    assert deployment.request("GET", "/assets", query={"state": "failed"})[1] == {"assets": [], "next": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "sleeping"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "many"),
        ("limit", "9" * 400),
        ("limit", "0000000005"),
        ("next", "A" * 3000),
        ("next", "nonsense"),
        ("next", "cXVldWVk"),
        ("next", "ü"),
        ("sort", "asc"),
    ],
)
def test_a_wrong_query_parameter_is_named(deployment: Deployment, name: str, value: str) -> None:
    status, problem, _ = deployment.request("GET", "/assets", query={name: value})

    assert status == 400
    assert problem["errors"][0]["field"] == name


def test_a_query_parameter_that_is_given_twice_is_named(deployment: Deployment) -> None:
    event = event_of("GET", "/assets") | {"multiValueQueryStringParameters": {"state": ["failed", "success"]}}

    answer = deployment.functions["assets"].app(event, None)

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["errors"] == [{"field": "state", "message": "is given 2 times; give it once"}]


def test_a_token_of_a_list_by_another_state_is_refused(deployment: Deployment) -> None:
    for _ in range(2):
        submit(deployment)
    token = deployment.request("GET", "/assets", query={"state": "queued", "limit": "1"})[1]["next"]

    status, problem, _ = deployment.request("GET", "/assets", query={"state": "failed", "next": token})

    assert status == 400
    assert problem["errors"][0]["field"] == "next"


def test_a_list_of_large_assets_loses_none(deployment: Deployment) -> None:
    long_path = {"location": "local", "path": "€" * 4096}
    urls = dict.fromkeys(("onStart", "onSuccess", "onFailure"), "http://x.example/" + "€" * 2040)
    ids = {submit(deployment, {"assetPath": long_path, "notifications": urls})[1]["id"] for _ in range(200)}

    seen: list[str] = []
    query = {"limit": "100"}
    while True:
        page = deployment.request("GET", "/assets", query=query)[1]
        seen += [asset["id"] for asset in page["assets"]]
        if page["next"] is None:
            break
        query["next"] = page["next"]

    assert len(seen) == len(ids)
    assert set(seen) == ids


def test_an_upload_form_says_where_to_upload_and_what_to_submit(deployment: Deployment) -> None:
    status, form, _ = deployment.request("POST", "/uploads")

    assert status == 201
    assert form["assetPath"] == {"location": "upload", "path": f"uploads/{form['id']}"}
    assert form["fields"]["key"] == f"uploads/{form['id']}"
    assert form["url"]
    assert form["expires_at"]
