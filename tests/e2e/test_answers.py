"""The same requests get the same answers on every emulator; where a gateway differs, the table says so."""

import re
from typing import Any

import pytest

from infra.openapi.document import description
from tests.e2e.emulators import IN_CONTAINER
from tests.e2e.stack import Stack

JSON = "application/json"
PROBLEM = "application/problem+json"
SOURCE = {"location": "local", "path": "./images/foo"}
BODY = {"content-type": JSON}

NOT_FOUND = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "nothing is stored under this id",
}


NO_ROUTE = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "there is no such route; GET /openapi.json describes those that there are",
}


NO_SUCH_USER = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "detail": "the name or the password is wrong, or the user is disabled",
}


def refusal(status: int, title: str, detail: str, field: str) -> dict[str, Any]:
    errors = [{"field": field, "message": detail}]
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}


ANSWERS: list[tuple[str, str, dict[str, Any], int, str, object]] = [
    ("GET", "/health", {}, 200, JSON, {"status": "ok"}),
    ("GET", "/openapi.json", {}, 200, JSON, description()),
    ("POST", "/assets/image", {"json": {"assetPath": SOURCE}}, 202, JSON, {"id": "<id>", "state": "queued"}),
    ("POST", "/auth/token", {"json": {"name": "kevin\n", "password": "guessed"}}, 401, PROBLEM, NO_SUCH_USER),
    ("GET", "/assets/aaaaaaaaaaaaaaaaaaaa", {}, 404, PROBLEM, NOT_FOUND),
    ("GET", "/assets/%2e%2e", {}, 404, PROBLEM, NOT_FOUND),
    ("GET", "/assets/aaaaaaaaaaaaaaaaaaaa/deliveries", {}, 404, PROBLEM, NOT_FOUND),
    ("POST", "/assets/aaaaaaaaaaaaaaaaaaaa/deliveries/onStart/replay", {}, 404, PROBLEM, NOT_FOUND),
    (
        "GET",
        "/assets?state=asleep",
        {},
        400,
        PROBLEM,
        refusal(400, "Bad Request", "must be one of: queued, working, success, failed", "state"),
    ),
    (
        "GET",
        "/assets?limit=0",
        {},
        400,
        PROBLEM,
        refusal(400, "Bad Request", "must be a whole number from 1 to 100", "limit"),
    ),
    (
        "POST",
        "/assets/image",
        {"json": {"assetPath": SOURCE | {"path": 7}}},
        422,
        PROBLEM,
        refusal(422, "Unprocessable Content", "Expected `str`, got `int`", "assetPath.path"),
    ),
    (
        "POST",
        "/assets/image",
        {"data": "{}", "headers": {"content-type": "text/plain"}},
        415,
        PROBLEM,
        refusal(415, "Unsupported Media Type", "content-type is text/plain; send application/json", "content-type"),
    ),
    (
        "POST",
        "/assets/image",
        {"json": {"assetPath": SOURCE}, "headers": {"idempotency-key": "k" * 256}},
        400,
        PROBLEM,
        refusal(400, "Bad Request", "must be 1 to 255 printable ASCII characters", "Idempotency-Key"),
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "content_type", "body"),
    ANSWERS,
    ids=[f"{method} {path} {status}" for method, path, _, status, _, _ in ANSWERS],
)
def test_a_request_gets_the_answer_of_the_table(
    stack: Stack, method: str, path: str, options: dict[str, Any], status: int, content_type: str, body: object
) -> None:
    answer = stack.request(method, path, **options)

    assert answer.status_code == status
    assert answer.headers["content-type"] == content_type
    assert without_id(answer.json()) == body


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("DELETE", "/assets"), ("GET", "/assets/image")])
def test_what_is_no_route_is_refused_by_the_gateway_in_our_words(stack: Stack, method: str, path: str) -> None:
    answer = stack.request(method, path)

    if IN_CONTAINER:  # LocalStack has words of its own, and takes /assets/image for an asset's path
        assert answer.status_code in (403, 404)
    else:
        told = (answer.status_code, answer.headers["content-type"], answer.json())
        assert told == (404, PROBLEM, NO_ROUTE)


def without_id(body: Any) -> Any:
    if isinstance(body, dict) and re.fullmatch(r"[a-z2-7]{20}", str(body.get("id"))):
        return body | {"id": "<id>"}
    return body
