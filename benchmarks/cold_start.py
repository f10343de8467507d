"""Processor time of a cold start: importing a function and answering its first call, against a bare botocore client.

Each is a fresh process that sees the function's folder and the built layers alone, as Lambda shows them. All take
turns, so what else the machine does meets them alike. AWS is a stub in this process.
"""

import json
import os
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore

from benchmarks.stub_aws import SECRET, stub_aws
from infra.deploy import function_python
from infra.package import FUNCTIONS, functions_of
from infra.places import ROOT
from snapjury.adapters import keys
from snapjury.adapters.dynamo_reviews import item_of
from snapjury.adapters.table import Item, to_item
from snapjury.adapters.tokens import JwtTokens
from snapjury.rules.asset import Asset, Location, Source, queue_asset
from snapjury.wiring.clients import now
from tests.images import jpeg
from tests.integration.deployment import BUCKETS, FUNCTION_OF, TABLES
from tests.jury import chips_snapshot, drawn_by
from tests.people import ada, kevin
from tests.template import properties, template

BARE, TRIMMED = "bare client", "bare client, from our layer"
CHILD = Path(__file__).with_name("cold_child.py")
ASSET = "a" * 20

Event = dict[str, Any]


def measure(built: Path, rounds: int) -> dict[str, dict[str, float]]:
    """For each function its processor times in ms (`ready`, `answered`), and their ratio to the bare client's."""
    with tempfile.TemporaryDirectory() as folder, stub_aws(stored_items()) as stub:
        (Path(folder) / "photo.jpg").write_bytes(jpeg(640, 480))
        environment = environment_of(stub.url, folder)
        layer = built.parent / "SnapjuryLayer" / "python"
        paths = {each.folder: [FUNCTIONS / each.folder, layer, *each.libraries] for each in functions_of(built)}
        paths |= {BARE: [installed()], TRIMMED: [built.parent / "DependenciesLayer" / "python"]}
        events = first_events()
        times = defaultdict(list)
        for _ in range(rounds):
            for name, folders in paths.items():
                times[name].append(started(folders, events.get(name), environment))
    typical = {name: [statistics.median(each) for each in zip(*runs, strict=True)] for name, runs in times.items()}
    base = typical[BARE][1]
    return {
        name: {"ready_ms": round(ready, 1), "answered_ms": round(answered, 1), "ratio": round(answered / base, 3)}
        for name, (ready, answered) in sorted(typical.items(), key=lambda each: each[1][1])
    }


def installed() -> Path:
    """Where pip has put the same version of botocore, whole."""
    return Path(botocore.__file__).parents[1]


def started(folders: list[Path], event: Event | None, environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds until a fresh process was ready, and until it had answered."""
    path = ":".join(str((ROOT / each).resolve()) for each in folders)
    command = [str(function_python()), "-I", "-S", "-B", str(CHILD), path, json.dumps(event) if event else ""]
    child = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    words = child.stdout.rpartition("\n")[0].rpartition("\n")[2].split("\t")
    if child.returncode or "'statusCode': 5" in child.stdout or "record_failed" in child.stdout:
        raise RuntimeError(f"{path}: {child.stdout[-2000:]}{child.stderr[-2000:]}")
    return float(words[1]), float(words[2])


def stored_items() -> dict[str, Item]:
    """What the first calls read: people, a snapshot that Kevin has on his page, an asset."""
    snapshot = drawn_by(chips_snapshot(), "kevin", now())
    asset = queued_asset()
    return {
        keys.user_key("kevin")["pk"]: to_item(kevin(), keys.user_key("kevin")),
        keys.user_key("ada")["pk"]: to_item(ada(), keys.user_key("ada")),
        keys.snapshot_key(snapshot.id)["pk"]: item_of(snapshot),
        keys.asset_key(ASSET)["pk"]: to_item(asset, keys.asset_key(ASSET)),
    }


def queued_asset() -> Asset:
    return queue_asset(ASSET, "local", Source(Location.LOCAL, "photo.jpg"), {}, now(), None)


def environment_of(endpoint: str, root: str) -> dict[str, str]:
    """All variables of all functions, as the template's defaults have them, with AWS at this address."""
    known = {name: str(each.get("Default", "")) for name, each in template()["Parameters"].items()}
    known |= TABLES | BUCKETS | {"AssetRoot": root, "RequireApiKeys": "false", "AWS::StackName": "bench"}
    variables = dict(template()["Globals"]["Function"]["Environment"]["Variables"])
    for function in FUNCTION_OF.values():
        variables |= properties(function).get("Environment", {}).get("Variables", {})
    named = {name: known.get(str(value.get("Ref")), f"{endpoint}/{name.lower()}") for name, value in variables.items()}
    return named | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def first_events() -> dict[str, Event]:
    """A request or message for each function that it often gets; jobs are unknown ones, which end at a read."""
    tokens = JwtTokens(lambda: (SECRET,), lambda: (SECRET,))
    token = {user.name: tokens.issue(user, now())[0] for user in (ada(), kevin())}
    snapshot = chips_snapshot().id
    vote = "/sessions/{session_id}/votes/{snapshot_id}"
    return {
        "assets": request("POST", "/assets/image", "", {"assetPath": {"location": "local", "path": "photo.jpg"}}),
        "catalog": request("GET", "/users/me", token["kevin"]),
        "customers": request("GET", "/keys", token["ada"]),
        "operations": request("GET", "/operations/failed-assets", token["ada"]),
        "reviews": request(
            "PUT",
            vote,
            token["kevin"],
            {"verdict": "correct"},
            session_id="session of kevin",
            snapshot_id=snapshot,
        ),
        "validator": message(asset=ASSET),
        "notifier": message(asset="unknown", event="onStart"),
        "importer": message(job="unknown"),
        "exporter": message(job="unknown"),
        "scorer": message(due=now()),
    }


def request(method: str, resource: str, token: str, body: object = None, **path: str) -> Event:
    """What the gateway hands to a function."""
    return {
        "httpMethod": method,
        "requestContext": {"resourcePath": resource, "httpMethod": method, "path": resource},
        "pathParameters": path or None,
        "multiValueQueryStringParameters": None,
        "headers": {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}),
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "stageVariables": None,
    }


def message(**content: object) -> Event:
    """What a queue hands to a function."""
    record = {
        "messageId": "1",
        "body": json.dumps(content),
        "receiptHandle": "none",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:queue",
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    return {"Records": [record]}
