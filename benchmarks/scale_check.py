"""A burst of assets on the running server, and what its records say of each."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import numpy as np
import requests
from msgspec import Struct

from benchmarks.queue_model import Times
from infra.aws import endpoint_from_environment
from infra.places import ASSETS, api_url
from tests.images import jpeg

SIZE, CLIENTS, PATIENCE = 200, 20, 120
FILE = "simulated-burst.jpg"


class Burst(Struct, frozen=True):
    """Seconds since the first came, in the order in which they came, and how long each validation took."""

    came: Times
    work: Times
    ended: Times


def burst() -> Burst:
    """Submit assets all at once and wait until each has its verdict."""
    api, path = api_url(endpoint_from_environment()), ASSETS / FILE
    path.write_bytes(jpeg(1000, 750))
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            ids = list(clients.map(lambda _: submit(api), range(SIZE)))
            records = list(clients.map(lambda each: verdict(api, each), ids))
    finally:
        path.unlink()
    times = np.array(
        sorted([seconds(each[name]) for name in ("created_at", "started_at", "finished_at")] for each in records)
    )
    came, began, ended = (times - times[0, 0]).T
    return Burst(came, ended - began, ended)


def submit(api: str) -> str:
    answered = requests.post(f"{api}/assets/image", json={"assetPath": {"location": "local", "path": FILE}}, timeout=30)
    answered.raise_for_status()
    return str(answered.json()["id"])


def verdict(api: str, asset: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        record: dict[str, Any] = requests.get(f"{api}/assets/{asset}", timeout=30).json()
        if record.get("finished_at"):
            return record
        time.sleep(0.2)
    raise TimeoutError(f"asset {asset} has no verdict after {PATIENCE} s")


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
