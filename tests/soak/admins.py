"""Admins who import, export, and look at everything."""

import csv
import io
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import requests

from infra.aws import client
from infra.places import SOURCE_BUCKET
from snapjury.cli.api import Api
from snapjury.cli.waiting import await_end
from tests.soak.customers import FAULTY
from tests.soak.kinds import GOOD, NOT_REACHABLE, distinct
from tests.soak.ledger import Exported, Imported, Ledger, Row

ROWS = 20
JOB_SECONDS = 400
"""An import whose process is killed again and again has ended by then, one way or the other."""

VIEWS = (
    "/stats",
    "/operations",
    "/operations/failed-assets",
    "/operations/deliveries",
    "/dead-letters",
    "/snapshots?status=pending",
    "/products",
    "/imports",
    "/exports",
    "/leaderboard?window=all",
)


class Onlooker:
    """Looks at one view after the other."""

    def __init__(self, api: Api, ledger: Ledger) -> None:
        self._api = api
        self._ledger = ledger
        self._looks = 0

    def act(self) -> None:
        self._api.call("GET", VIEWS[self._looks % len(VIEWS)])
        self._looks += 1
        self._ledger.count("views read")


@dataclass(frozen=True)
class Manifest:
    """A manifest in the source bucket, and what its rows have to come to."""

    path: str
    rows: list[Row]
    accepted: int
    repeated: int
    rejected: int


class ImportDesk:
    """Imports manifests, some of them a second time."""

    def __init__(
        self, api: Api, endpoint: str, root: Path, products: list[str], ledger: Ledger, chance: Random
    ) -> None:
        self._api = api
        self._endpoint = endpoint
        self._root = root
        self._products = products
        self._ledger = ledger
        self._chance = chance
        self._earlier: list[Manifest] = []

    def act(self) -> None:
        if self._earlier and self._chance.random() < 0.3:
            again = self._earlier.pop(0)
            return self._run(again, accepted=0, known=again.accepted + again.repeated)
        manifest = self._written(with_bad_pictures=self._chance.random() < 0.5)
        if all(not row.end for row in manifest.rows):  # refused pictures would be tried anew
            self._earlier.append(manifest)
        return self._run(manifest, manifest.accepted, manifest.repeated)

    def _run(self, manifest: Manifest, accepted: int, known: int) -> None:
        body = {"manifest": {"location": "s3", "path": manifest.path}}
        job = sent_somehow(self._api, "/imports", body, self._ledger, self._chance)
        self._ledger.imported(Imported(job, accepted, known, manifest.rejected), manifest.rows)
        await_end(self._api, f"/imports/{job}", lambda _: None, JOB_SECONDS)

    def _written(self, with_bad_pictures: bool) -> Manifest:
        rows = [self._row() for _ in range(ROWS)]
        if with_bad_pictures:
            rows += [Row(f"gone-{uuid.uuid4().hex}.jpg", self._products[0], None, NOT_REACHABLE) for _ in range(2)]
        repeated = rows[:3]
        lines = [
            json.dumps({"product": each.product, "location": "local", "path": each.path}) for each in rows + repeated
        ]
        bad = [
            "{",
            json.dumps({"product": "123", "location": "local", "path": "x"}),
            json.dumps({"gtin": "4006381333931"}),
        ]
        key = f"manifest-{uuid.uuid4().hex}.jsonl"
        content = "\n".join(lines + bad).encode()
        client("s3", self._endpoint).put_object(Bucket=SOURCE_BUCKET, Key=key, Body=content)
        return Manifest(f"s3://{SOURCE_BUCKET}/{key}", rows, len(rows), len(repeated), len(bad))

    def _row(self) -> Row:
        content = distinct(GOOD.content())
        file = self._root / f"import-{uuid.uuid4().hex}.jpg"
        file.write_bytes(content)
        return Row(file.name, self._chance.choice(self._products), sha256(content).hexdigest())


class ExportDesk:
    """Exports all that is decided, and reads both files."""

    def __init__(self, api: Api, ledger: Ledger, chance: Random) -> None:
        self._api = api
        self._ledger = ledger
        self._chance = chance

    def act(self) -> None:
        job = sent_somehow(self._api, "/exports", {}, self._ledger, self._chance)
        done = await_end(self._api, f"/exports/{job}", lambda _: None, JOB_SECONDS)
        manifest = [json.loads(line) for line in downloaded(done["files"]["manifest"]).splitlines()]
        table = list(csv.DictReader(io.StringIO(downloaded(done["files"]["csv"]), newline="")))
        entry = Exported(
            job,
            milliseconds(done["since"]),
            milliseconds(done["until"]),
            done["snapshots"],
            tuple(
                (each["snapjury-decision"]["snapshot"], each["snapjury-metadata"]["class-name"]) for each in manifest
            ),
            tuple((each["snapshot"], each["status"]) for each in table),
        )
        self._ledger.exported(entry)


def sent_somehow(api: Api, path: str, body: dict[str, Any], ledger: Ledger, chance: Random) -> str:
    """The id of the job that is asked for, now and then by a request that is cut off first."""
    key = uuid.uuid4().hex
    if chance.random() < FAULTY:
        ledger.count("connection cut")
        api.give_up("POST", path, body, key=key)
    return str(api.call("POST", path, body, key=key)["id"])


def downloaded(link: str) -> str:
    answer = requests.get(link, timeout=30)
    answer.raise_for_status()
    return answer.content.decode()


def milliseconds(moment: str) -> int:
    """Epoch milliseconds of a moment as the API spells it."""
    return round(1000 * datetime.fromisoformat(moment).timestamp())
