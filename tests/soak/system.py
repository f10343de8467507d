"""A system of the soak's own: an emulator on a free port, people, products, customers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.deploy import build_and_deploy
from infra.emulator import Emulator
from infra.parameters import local_parameters
from infra.ports import HOST, free_port
from infra.scale import scale
from infra.seed import ADMIN, PASSWORD, add_admin
from infra.shelf import PRODUCTS
from snapjury.cli.api import Api
from tests.e2e.stack import Stack
from tests.soak.ledger import Ledger
from tests.soak.patience import PatientApi

OWNERS = ("acme", "globex", "initech")
QAS = ("kevin", "maria", "ahmed", "zoe", "li")

SETTINGS = {
    "RequireApiKeys": "true",
    "WebhookTimeout": "5",
    "RetryLadder": "1,2,3",
    "OverloadPause": "3",
    "HttpTimeout": "4",
    "ValidationTimeout": "30",
    "ValidationVisibility": "35",
    "LeaseSeconds": "90",
    "ScoringDelay": "2",
    "ScoringPause": "5",
}
"""Seconds instead of minutes and hours, so that what was begun ends soon after the load does."""

VISIBILITY = 40
"""Seconds for which jobs and hints are hidden, instead of minutes: what a killed process held comes back."""


VALIDATORS = 3
"""Validations at once: as many as the load needs, since each has a process of its own."""


@dataclass(frozen=True)
class System:
    """A deployed system since some time (epoch ms): its emulator's process and log, all APIs, customers' secrets."""

    stack: Stack
    since: int
    emulator: int
    log: Path
    admin: Api
    customers: dict[str, tuple[Api, str]]
    qas: dict[str, Api]
    products: list[str]


@contextmanager
def running_system(home: Path, root: Path, ledger: Ledger) -> Iterator[System]:
    """A fresh system with its data in `home`; it ends with the block, however that ends."""
    port, since = free_port(), time.time_ns() // 1_000_000
    emulator = Emulator(port, home, fresh=True)
    with emulator:
        given = local_parameters(port, AssetRoot=str(root), PublicEndpoint=f"http://{HOST}:{port}", **SETTINGS)
        template = build_and_deploy(emulator.endpoint, given)
        stack = Stack(emulator.endpoint, root, HOST, template, given)
        for queue in ("ImportQueue", "ImportDeadLetters", "ExportQueue", "ExportDeadLetters", "ScoringQueue"):
            url, wanted = stack.outputs[queue], {"VisibilityTimeout": str(VISIBILITY)}
            stack.sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
        scale(emulator.endpoint, VALIDATORS)
        add_admin(emulator.endpoint)
        admin = signed_in(stack, ADMIN, ledger)
        for product in PRODUCTS:
            admin.call("POST", "/products", {"gtin": product.gtin, "name": product.name})
        yield System(
            stack,
            since,
            emulator.pid,
            emulator.log,
            admin,
            {owner: customer(stack, admin, owner, ledger) for owner in OWNERS},
            {name: qa(stack, admin, name, ledger) for name in QAS},
            [product.gtin for product in PRODUCTS],
        )


def signed_in(stack: Stack, name: str, ledger: Ledger) -> Api:
    api = PatientApi(stack.url, ledger)
    api.sign_in(name, PASSWORD)
    return api


def qa(stack: Stack, admin: Api, name: str, ledger: Ledger) -> Api:
    admin.call("POST", "/users", {"name": name, "password": PASSWORD, "role": "qa"})
    return signed_in(stack, name, ledger)


def customer(stack: Stack, admin: Api, owner: str, ledger: Ledger) -> tuple[Api, str]:
    """The API with the customer's key, and the secret that signs the customer's webhooks."""
    api = PatientApi(stack.url, ledger)
    api.use_token(admin.call("POST", "/keys", {"owner": owner, "label": "soak"})["key"])
    return api, str(admin.call("POST", f"/customers/{owner}/secrets", {})["secret"])
