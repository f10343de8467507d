"""A deployment with something of everything, and for each route a request that succeeds on it."""

import importlib
import pkgutil
from typing import Any

from snapjury import wiring
from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.rules.product import Product
from snapjury.wiring import catalog, clients
from tests.boards import a_board
from tests.builders import NOON
from tests.images import jpeg
from tests.integration.callers import bearer
from tests.integration.deployment import Deployment
from tests.integration.test_callers import FUNCTION_OF_ROUTE
from tests.jury import CHIPS, YES, chips_snapshot, id_of, judged
from tests.people import KEVINS_PASSWORD

NOBODY_HOME = "http://127.0.0.1:9/hook"
PHOTO = {"location": "local", "path": "foo.jpg"}
SPARE = "00000096385074"
SERVICES = ("dynamodb", "sqs", "s3", "secretsmanager")

Answer = tuple[int, dict[str, Any], dict[str, str]]


def forget_containers() -> None:
    """Begin as new containers do: nothing is remembered but the clients."""
    for module in pkgutil.iter_modules(wiring.__path__, f"{wiring.__name__}."):
        if module.name != clients.__name__:
            for member in vars(importlib.import_module(module.name)).values():
                if hasattr(member, "cache_clear") and member not in (clients.client, clients.public_s3):
                    member.cache_clear()


class Town:
    """Ada and Kevin, a product, pictures, jobs, keys, a session, and a pool of snapshots."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.ada, self.kevin = bearer("ada"), bearer("kevin")
        (deployment.root / "foo.jpg").write_bytes(jpeg(10, 10))
        core = catalog.core_table()
        for gtin in (CHIPS, SPARE):
            catalog.product_ports().products.add(Product(gtin, "Tortilla Chips", NOON, 1))
        snapshots = DynamoSnapshots(core)
        for number in range(3):
            snapshots.add(chips_snapshot(number))
        snapshots.add(judged(YES, YES, YES, number=90))
        DynamoBoards(core).save(a_board())
        self.asset_id = self.ask("POST /assets/image", assets_body())[1]["id"]
        self.picture_id = self.ask("POST /snapshots", {"product": CHIPS, "assetPath": PHOTO})[1]["id"]
        for queue, function in (("ValidationQueue", "validator"), ("NotificationQueue", "notifier")):
            while deployment.receive(queue, function, 1):
                pass
        self.import_id = self.ask("POST /imports", {"manifest": PHOTO})[1]["id"]
        self.export_id = self.ask("POST /exports", {})[1]["id"]
        self.key_id = self.ask("POST /keys", {"owner": "acme", "scopes": ["assets:read"]})[1]["id"]
        session = self.ask("POST /sessions", {})[1]
        self.session_id = session["id"]
        drawn = [item["snapshot"] for item in session["items"]]
        self.snapshot_id = next(each for each in drawn if each != self.picture_id)  # which an errand removes

    def ask(self, route: str, body: object = None, path: dict[str, str] | None = None, **headers: str) -> Answer:
        """The answer to Kevin where QAs come, to Ada elsewhere."""
        method, resource = route.split()
        function = FUNCTION_OF_ROUTE[route]
        sent = (self.kevin if function == "reviews" else self.ada) | headers
        return self.deployment.request(method, resource, body, path=path, headers=sent, function=function)

    def errand(self, route: str) -> Answer:
        """What the route answers a request that succeeds, unless something fails on the way."""
        parts = [part[1:-1] for part in route.split("/") if part.startswith("{")]
        return self.ask(route, self._bodies().get(route), {part: self._names(route)[part] for part in parts})

    def _names(self, route: str) -> dict[str, str]:
        if route.endswith("/answer"):
            snapshot_id = id_of(90)
        else:
            snapshot_id = self.snapshot_id if "/votes/" in route else self.picture_id
        return {
            "asset_id": self.asset_id,
            "type_or_id": "png" if route == "POST /assets/{type_or_id}" else self.asset_id,
            "event": "onSuccess",
            "name": "kevin",
            "gtin": SPARE,
            "import_id": self.import_id,
            "export_id": self.export_id,
            "snapshot_id": snapshot_id,
            "session_id": self.session_id,
            "key_id": self.key_id,
            "owner": "acme",
            "queue": "scoring",
        }

    def _bodies(self) -> dict[str, object]:
        return {
            "POST /auth/token": {"name": "kevin", "password": KEVINS_PASSWORD},
            "POST /assets/image": assets_body(),
            "POST /assets/{type_or_id}": assets_body(),
            "POST /snapshots": {"product": CHIPS, "assetPath": PHOTO},
            "POST /users": {"name": "grace", "password": KEVINS_PASSWORD, "role": "qa"},
            "PATCH /users/{name}": {"disabled": False},
            "POST /products": {"gtin": "4006381333931", "name": "Marker"},
            "PUT /products/{gtin}": {"name": "Batteries", "reference": self.asset_id},
            "POST /imports": {"manifest": PHOTO},
            "POST /exports": {},
            "PUT /snapshots/{snapshot_id}/answer": {"answer": "correct"},
            "POST /keys": {"owner": "acme", "scopes": ["assets:read"]},
            "POST /customers/{owner}/secrets": {},
            "PUT /sessions/{session_id}/votes/{snapshot_id}": {"verdict": "correct"},
            "PATCH /sessions/{session_id}/votes": {"votes": {self.snapshot_id: "correct"}},
        }


def assets_body() -> dict[str, object]:
    return {"assetPath": PHOTO, "notifications": {"onSuccess": NOBODY_HOME}}
