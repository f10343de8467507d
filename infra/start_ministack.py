"""Starts MiniStack with what it lacks: policies as on AWS, a gateway's own answers, less use of disks, a guard.

See docs/emulators.md.

Run as a file by MiniStack's own Python, which sees nothing else of this repository.
"""

import hashlib
import json
import os
import re
import tempfile
import threading
import zipfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
"""Requests that policies know by the action for a single message."""

LEADING_KEYS = "dynamodb:LeadingKeys"
PARTITION_KEY = "pk"
EQUALS = re.compile(r"\s*\w+\s*=\s*(:\w+)")
"""How our key conditions begin: the partition key, of the table or of an index, is a value."""

GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
"""What SAM writes into the API's description for the template's GatewayResponses."""

NAMING = ("Item", "Key", "RequestItems", "TransactItems")
"""Members of a request that say which items it is about."""

LOOPBACK = r"(?:(?:[\w.-]+\.)?localhost|127\.0\.0\.1|\[::1\])"
"""The names that lead to this machine whoever is asked for their address."""

LOCAL_HOST = re.compile(rf"{LOOPBACK}(?::\d{{1,5}})?", re.ASCII | re.IGNORECASE)
LOCAL_ORIGIN = re.compile(rf"http://{LOOPBACK}(?::(\d{{1,5}}))?", re.ASCII | re.IGNORECASE)
HTTP_PORT = 80  # which an origin leaves out

App = Callable[..., Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


def leading_keys(request: dict[str, Any]) -> list[str]:
    """The partition keys that a request to DynamoDB is about; none for one that is about a whole table."""
    if "KeyConditionExpression" in request:
        equals = EQUALS.match(request["KeyConditionExpression"])
        value = request["ExpressionAttributeValues"].get(equals[1], {}) if equals else {}
        return [value.get("S", "")]  # matches no policy where it is not understood
    named = keys_in({name: request[name] for name in NAMING if name in request})
    return [key.get(PARTITION_KEY, {}).get("S", "") for key in named]


def keys_in(part: Any) -> Iterator[dict[str, Any]]:
    """The items and keys in a part of a request, however deep batches and transactions have them."""
    if isinstance(part, list):
        for each in part:
            yield from keys_in(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in ("Item", "Key"):
                yield value
            elif name == "Keys":
                yield from value
            else:
                yield from keys_in(value)


class SharedZip(zipfile.ZipFile):
    """Unpacks a function or layer once for all of its processes: each gets a link to the one copy.

    Else each process has its own, 37 MB and a second of unpacking for one that decodes images.
    """

    _unpacking = threading.Lock()

    def extractall(self, path: Any = None, *_: Any) -> None:
        packed, link = Path(str(self.filename)), Path(path)
        with self._unpacking:
            shared = Path(tempfile.gettempdir(), "unpacked", hashlib.sha256(packed.read_bytes()).hexdigest())
            if not shared.exists():
                partial = shared.with_suffix(".partial")
                super().extractall(partial)
                partial.rename(shared)
        link.rmdir()  # was made empty for this
        link.symlink_to(shared)
        packed.unlink()


def guarded(app: App, port: int) -> App:
    """The emulator on this port, closed to pages of other sites, whose requests a browser on this machine may carry.

    Everybody knows its credentials, and what it deploys runs here.
    """

    async def guard(scope: Any, receive: Any, send: Any) -> None:
        reason = refusal(scope["headers"], port) if scope["type"] == "http" else ""
        if not reason:
            return await app(scope, receive, send)
        body = f"Refused: {reason}\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return guard


def refusal(headers: Headers, port: int) -> str:
    """Why a request with these headers may come from a page of another site; empty for all others."""
    sent: dict[str, list[str]] = {}
    for name, value in headers:
        sent.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    origins = sent.get("origin", [])
    if not all(map(LOCAL_HOST.fullmatch, sent.get("host", []))):
        return "the emulator goes by names of this machine alone (Host), such as localhost."
    if not all(is_own(origin, port) for origin in origins):
        return "pages of other sites may not use the emulator (Origin)."
    if not origins and not {"same-origin", "none"}.issuperset(sent.get("sec-fetch-site", [])):
        return "pages of other sites may not lead to the emulator (Sec-Fetch-Site); type the address instead."
    return ""


def is_own(origin: str, port: int) -> bool:
    """Whether pages of this origin are the emulator's own."""
    local = LOCAL_ORIGIN.fullmatch(origin)
    return local is not None and int(local[1] or HTTP_PORT) == port


def main() -> None:
    """Run MiniStack, as `python -m ministack` does."""
    from ministack import app  # type: ignore[import-not-found]  # is not where the tests and mypy run
    from ministack.core import iam_actions, lambda_runtime  # type: ignore[import-not-found]
    from ministack.services import apigateway_v1 as gateway  # type: ignore[import-not-found]

    action_of, context_of = iam_actions.extract_iam_action, iam_actions.dynamodb_service_context
    api_of = gateway._import_rest_api

    def with_batches(*request: Any) -> str | None:
        action: str | None = action_of(*request)
        return BATCHES.get(action, action) if action else None

    def with_leading_keys(body: bytes) -> dict[str, Any]:
        found = leading_keys(json.loads(body or b"{}"))
        context: dict[str, Any] = context_of(body)
        return context | ({LEADING_KEYS: found} if found else {})

    def with_own_answers(description: dict[str, Any], *options: Any) -> str:
        api: str = api_of(description, *options)
        for kind, given in description.get(GATEWAY_RESPONSES, {}).items():
            gateway._put_gateway_response(api, kind, given)
        return api

    iam_actions.extract_iam_action = with_batches
    iam_actions.dynamodb_service_context = with_leading_keys
    gateway._import_rest_api = with_own_answers
    lambda_runtime.zipfile = SimpleNamespace(**vars(zipfile) | {"ZipFile": SharedZip})
    app.app = guarded(app.app, int(os.environ["GATEWAY_PORT"]))
    app.main()


if __name__ == "__main__":
    main()
