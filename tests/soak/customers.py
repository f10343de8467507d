"""Customers who submit pictures of all kinds from everywhere, on bad networks, and lose some of the files."""

import io
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from infra.aws import client
from infra.places import SOURCE_BUCKET
from snapjury.cli.api import Api, ApiError
from tests.soak.kinds import EVENTS, GOOD, NO_URL, NOT_REACHABLE, UNKIND, Kind, distinct, some_kind
from tests.soak.ledger import DISAPPEARED, SUCCESS, Errors, Ledger, Submitted
from tests.soak.receiver import UnkindReceiver

FAULTY = 0.05
"""The share of everything that goes wrong on purpose."""

SNAPSHOTS = 0.7
"""The share of pictures that are filed under a product."""

NOWHERE = ("missing.jpg", "../outside.jpg", "/etc/hostname", "images/\0.jpg")
BROKEN_URLS = ("not a url", "ftp://127.0.0.1/x", "http://10.0.0.1/hook", "http://169.254.169.254/latest")


@dataclass(frozen=True)
class Storage:
    """Where customers' files lie: the asset root, the bucket behind this endpoint, a web server's URL."""

    root: Path
    endpoint: str
    web: str


@dataclass(frozen=True)
class Order:
    """What to submit, under which product if it is to be a snapshot, and what it has to come to."""

    kind: str
    source: dict[str, str]
    ends: tuple[Errors, ...]
    product: str | None = None
    sha256: str | None = None
    file: Path | None = None


class Customer:
    """One customer with an API key, in a thread of its own."""

    def __init__(
        self,
        owner: str,
        api: Api,
        receiver: UnkindReceiver,
        storage: Storage,
        products: list[str],
        ledger: Ledger,
        chance: Random,
    ) -> None:
        self.owner = owner
        self._api = api
        self._receiver = receiver
        self._storage = storage
        self._products = products
        self._ledger = ledger
        self._chance = chance
        self._last: Order | None = None

    def act(self) -> None:
        """One visit: something submitted, now and then something read."""
        self._submit(self._order())
        if self._chance.random() < 0.2:
            self._read()

    def _order(self) -> Order:
        luck = self._chance.random()
        if luck < FAULTY:
            return self._vanishing() if self._chance.random() < 0.5 else self._unreachable()
        if luck < 2 * FAULTY and self._last is not None:
            return replace(self._last, kind="the same picture again")
        order = self._placed(some_kind(self._chance))
        if order.sha256 and order.product:
            self._last = order
        return order

    def _placed(self, kind: Kind) -> Order:
        """A file of this kind in one of the places that are read."""
        content = kind.content() if kind.errors else distinct(kind.content())
        name = f"{self.owner}-{uuid.uuid4().hex}.jpg"
        file = self._storage.root / name
        location = self._chance.choices(("local", "s3", "http", "upload"), (5, 2, 2, 1))[0]
        if location == "s3":
            key = f"{self.owner}/{name}"
            client("s3", self._storage.endpoint).put_object(Bucket=SOURCE_BUCKET, Key=key, Body=content)
            source = {"location": "s3", "path": f"s3://{SOURCE_BUCKET}/{key}"}
        elif location == "upload" and content:
            source = self._api.upload(io.BytesIO(content))
        else:
            file.write_bytes(content)
            source = {"location": "local", "path": f"./{name}"}
            if location == "http":
                source = {"location": "http", "path": f"{self._storage.web}/ok/{name}"}
        digest = None if kind.errors else sha256(content).hexdigest()
        product = self._chance.choice(self._products) if self._chance.random() < SNAPSHOTS else None
        return Order(kind.name, source, (kind.end,), product, digest)

    def _vanishing(self) -> Order:
        """A file that is deleted once the asset has been accepted: whoever is faster decides."""
        file = self._storage.root / f"{uuid.uuid4().hex}.jpg"
        file.write_bytes(distinct(GOOD.content()))
        source = {"location": "local", "path": f"./{file.name}"}
        return Order("source disappeared", source, (SUCCESS, NOT_REACHABLE), file=file)

    def _unreachable(self) -> Order:
        """A path to nothing, or a web server that breaks off."""
        file = self._storage.root / "torn.jpg"
        file.write_bytes(GOOD.content())
        torn = [f"{self._storage.web}/{how}/torn.jpg" for how in ("cut", "silent")]
        path = self._chance.choice((*NOWHERE, *torn, f"{self._storage.web}/ok/missing.jpg"))
        location = "http" if path.startswith("http") else "local"
        return Order("source unreachable", {"location": location, "path": path}, (NOT_REACHABLE,))

    def _submit(self, order: Order) -> None:
        name = uuid.uuid4().hex
        behaviour = self._chance.choice(UNKIND) if self._chance.random() < FAULTY else "good"
        urls = self._receiver.urls(behaviour, name, EVENTS)
        if self._chance.random() < FAULTY:
            event, url = self._chance.choice(EVENTS), self._chance.choice(BROKEN_URLS)
            urls, order = urls | {event: url}, with_broken_url(order, event)
        body: dict[str, Any] = {"assetPath": order.source, "notifications": urls}
        if order.product:
            body["product"] = order.product
        asset = self._sent("/snapshots" if order.product else "/assets/image", body, name)
        if order.file:
            order.file.unlink()
            self._ledger.fault(DISAPPEARED, asset)
        entry = Submitted(asset, self.owner, order.kind, order.ends, urls, behaviour, order.product, order.sha256)
        self._ledger.accepted(entry)

    def _sent(self, path: str, body: Mapping[str, Any], key: str) -> str:
        """The id of what was accepted; the request is cut off or repeated now and then."""
        self._ledger.count("submissions")
        if self._chance.random() < FAULTY:
            self._ledger.count("connection cut")
            self._api.give_up("POST", path, body, key=key)
        accepted = self._api.call("POST", path, body, key=key)["id"]
        if self._chance.random() < FAULTY:
            self._ledger.count("request repeated")
            again = self._api.call("POST", path, body, key=key)["id"]
            if again != accepted:
                self._ledger.broke(f"the same Idempotency-Key gave {accepted} and {again}")
        if self._chance.random() < FAULTY / 2:
            self._misuse(path, body, key)
        return str(accepted)

    def _misuse(self, path: str, body: Mapping[str, Any], key: str) -> None:
        """The key of another request, which has to be refused."""
        self._ledger.count("key used twice")
        other = {"location": "local", "path": f"other-{time.time_ns()}"}
        try:
            self._api.call("POST", path, {**body, "assetPath": other}, key=key)
        except ApiError as error:
            if error.status == 422:
                return
            raise
        self._ledger.broke("an Idempotency-Key was taken for two different requests")

    def _read(self) -> None:
        """Some of the customer's own assets, and how the webhooks of one fared."""
        listed = self._api.call("GET", "/assets?limit=20")["assets"]
        asset = self._chance.choice(listed)["id"]
        self._api.call("GET", f"/assets/{asset}")
        self._api.call("GET", f"/assets/{asset}/deliveries")


def with_broken_url(order: Order, event: str) -> Order:
    """The order as it ends with a URL that cannot be called: failed, also if the picture is good."""
    ends = tuple({**end, event: NO_URL} for end in order.ends)
    return replace(order, kind=f"{order.kind}, broken URL", ends=ends, sha256=None)
