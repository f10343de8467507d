"""What each step costs: calls of AWS, request units, the code's own processor time, log lines.

The real handlers run in this process on moto, which stands in for AWS.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.meter import Meter, Spent
from infra.receiver import Receiver
from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.rules.board import Window
from snapjury.rules.session import TARGET
from snapjury.wiring import customers
from snapjury.wiring import reviews as wiring
from snapjury.wiring.clients import now
from tests.aws import mocked_aws
from tests.boards import a_board
from tests.customers import ACMES_KEY, acmes_key
from tests.images import jpeg
from tests.integration.deployment import SIGNING_SECRET, Deployment
from tests.integration.floor import Floor
from tests.jury import CHIPS, chips_snapshot

ROUNDS, WARM_UP = 60, 5
SESSIONS, POOL, QAS = 2, 130, 100
TOGETHER = 10
"""Votes in one request, where they are sent together."""

JURY = ("kevin", "maria", "ahmed")

SUBMIT, VALIDATE, NOTIFY, FILE = "submit", "validate", "notify", "validate, of a product"
BEGIN, DRAW, VOTE, DECIDE, BOARD = "begin a session", "draw thirty", "vote", "vote that decides", "leaderboard"
TEN = "ten votes at once"
STEPS = (SUBMIT, VALIDATE, FILE, NOTIFY, BEGIN, DRAW, VOTE, DECIDE, TEN, BOARD)
QUEUES = ((VALIDATE, "validator", "ValidationQueue"), (NOTIFY, "notifier", "NotificationQueue"))
"""What becomes of an asset once it is submitted: step, function and queue."""

API = frozenset({SUBMIT, BEGIN, DRAW, VOTE, DECIDE, BOARD})
"""Those that are requests of the API for one thing."""

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


def measure() -> dict[str, Spent]:
    """What each step takes, typically."""
    meter = Meter()
    with meter.on(), deployed() as deployment, pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "random", SimpleNamespace(SystemRandom=meter.chance))
        measure_reviews(Floor(deployment, 0), meter)
        measure_assets(deployment, meter)
    return {step: meter.typical(step) for step in STEPS}


@contextmanager
def deployed() -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, mocked_aws():
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield Deployment(patch, Path(folder), RequireApiKeys="true")


def measure_assets(deployment: Deployment, meter: Meter) -> None:
    """A customer submits pictures with two webhooks each; they are validated, and the customer is told."""
    photo = deployment.root / "photo.jpg"
    customers.api_key_ports().keys.add(acmes_key())
    with Receiver(secret=lambda: f"whsec_{SIGNING_SECRET}", report=lambda _: None) as receiver:
        for number in range(-WARM_UP, ROUNDS):
            photo.write_bytes(jpeg(640, 480) + b"%d" % number)  # so that it is no duplicate of the last one
            is_counted = number >= 0
            meter.run(SUBMIT if is_counted else None, partial(submit, deployment, receiver.url, None))
            for step, function, queue in QUEUES:
                for message in deployment.take_all(queue):
                    meter.run(step if is_counted else None, partial(invoke, deployment, function, queue, message))
            meter.run(None, partial(submit, deployment, receiver.url, CHIPS))
            for message in deployment.take_all("ValidationQueue"):
                file = partial(invoke, deployment, "validator", "ValidationQueue", message)
                meter.run(FILE if is_counted else None, file)
            deployment.take_all("NotificationQueue")


def submit(deployment: Deployment, url: str, product: str | None) -> None:
    """Submit an asset; one of a product is a snapshot."""
    body: dict[str, Any] = {"assetPath": {"location": "local", "path": "photo.jpg"}}
    body["notifications"] = {"onStart": f"{url}/start", "onSuccess": f"{url}/success", "onFailure": f"{url}/failure"}
    headers = {"authorization": f"Bearer {ACMES_KEY}"}
    resource, function = ("/snapshots", "catalog") if product else ("/assets/image", "assets")
    body |= {"product": product} if product else {}
    status, answer, _ = deployment.request("POST", resource, body, headers=headers, function=function)
    if status != 202:
        raise RuntimeError(f"{resource} answered {status}: {answer}")


def invoke(deployment: Deployment, function: str, queue: str, message: dict[str, Any]) -> None:
    """Hand one message to a function, as Lambda does."""
    record = {
        "messageId": "1",
        "body": json.dumps(message),
        "receiptHandle": "none",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue}",
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    failures = deployment.functions[function].handler({"Records": [record]}, deployment.context)
    if failures["batchItemFailures"]:
        raise RuntimeError(f"{function} failed with {message}")


def measure_reviews(floor: Floor, meter: Meter) -> None:
    """Three QAs review the same snapshots, a session each, and look at the leaderboard."""
    DynamoBoards(wiring.core_table()).save(a_board(Window.WEEK, until=now(), qas=QAS))
    for name in JURY:
        meter.run(None, partial(floor.ask, name, "GET", "/leaderboard"))
    review_together(floor, meter)
    for turn in range(1, SESSIONS + 1):
        for number in range(POOL):
            floor.snapshots.add(chips_snapshot(POOL * turn + number))
        for name in JURY:
            review(floor, name, meter)
            meter.run(BOARD, partial(floor.ask, name, "GET", "/leaderboard"))


def review_together(floor: Floor, meter: Meter) -> None:
    """Three QAs vote on the same hundred, ten in a request: a third of these votes decide."""
    for number in range(TARGET):
        floor.snapshots.add(chips_snapshot(number))
    for name in JURY:
        page = meter.run(None, partial(floor.session, name))
        while page["items"]:
            drawn = [each["snapshot"] for each in page["items"]]
            ask = partial(floor.ask, name, session_id=page["id"])
            for first in range(0, len(drawn), TOGETHER):
                votes = dict.fromkeys(drawn[first : first + TOGETHER], "correct")
                meter.run(TEN, partial(ask, "PATCH", "/sessions/{session_id}/votes", {"votes": votes}))
            page = meter.run(None, partial(ask, "POST", "/sessions/{session_id}/draw"))[1]


def review(floor: Floor, name: str, meter: Meter) -> None:
    """Work through a session; a third vote decides."""
    page = meter.run(BEGIN, partial(floor.session, name))
    first = True
    while page["items"]:
        for item in page["items"]:
            votes = len(floor.snapshots.get(item["snapshot"]).votes)
            vote = partial(floor.vote, name, page["id"], item["snapshot"])
            meter.run(VOTE if votes < len(JURY) - 1 else DECIDE, vote)
        draw = partial(floor.ask, name, "POST", "/sessions/{session_id}/draw", session_id=page["id"])
        page = meter.run(DRAW if first else None, draw)[1]
        first = False
