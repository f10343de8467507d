"""AWS as a function sees it whose calls cost nothing: fixed answers, from a thread of this process."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.api_server import ApiServer, Reply, Request

SECRET = "t" * 64
ANSWERS: dict[str, dict[str, Any]] = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0},
    "GetSecretValue": {"SecretString": SECRET},
    "SendMessage": {"MessageId": "1"},
    "GetQueueAttributes": {"Attributes": {}},
}
"""By the operation; all others are answered with nothing."""


def stub_aws(items: Mapping[str, dict[str, Any]]) -> ApiServer:
    """Runs as a context, on a free port. Items that are read are those given, by the first part of their key."""
    return ApiServer(partial(reply_to, items))


def reply_to(items: Mapping[str, dict[str, Any]], request: Request) -> Reply:
    operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
    answer = ANSWERS.get(operation, {})
    if operation == "GetItem":
        item = items.get(request.body["Key"]["pk"]["S"])
        answer = {"Item": item} if item else {}
    content_type = {"content-type": "application/x-amz-json-1.0"}
    return Reply(content=answer if operation else b"", headers=content_type)
