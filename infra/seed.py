"""The demo that a local system starts with: people, products, a shelf of snapshots, taken in as a customer's are."""

import secrets
import time
from functools import partial
from pathlib import Path

from infra.aws import client
from infra.places import STACK, api_url
from infra.shelf import PRODUCTS, Product, draw_shelf
from snapjury.adapters.dynamo_catalog import DynamoSignIns, DynamoUsers
from snapjury.adapters.table import Table
from snapjury.cli.api import Api, ApiError
from snapjury.errors import AlreadyExistsError
from snapjury.rules.password import SALT_BYTES
from snapjury.rules.user import Role
from snapjury.services.users import UserPorts, create_user

ADMIN = "anna"
QAS = ("kevin", "maria", "ahmed", "zoe")
PASSWORD = "tortilla-chips"
"""Everybody's in a local demo, which nobody else can reach."""

VALIDATION_SECONDS = 120
LOOK_AGAIN = 0.2


class SeedError(Exception):
    """The demo could not be set up; the message says why."""


def seed(endpoint: str, root: Path) -> None:
    """Set up what is missing; done again, it changes nothing. Snapshots are validated while people look around."""
    draw_shelf(root)
    add_admin(endpoint)
    try:
        api = Api(api_url(endpoint))
        api.sign_in(ADMIN, PASSWORD)
        add_qas(api)
        add_products(api)
        manifest = {"location": "local", "path": "./shelf/snapshots.csv"}
        api.call("POST", "/imports", {"manifest": manifest}, key="the shelf")
    except ApiError as error:
        raise SeedError(f"The demo could not be set up: {error}") from error


def add_admin(endpoint: str) -> None:
    """The first admin, whom no API can create."""
    described = client("cloudformation", endpoint).describe_stacks(StackName=STACK)["Stacks"][0]
    tables = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    dynamodb = client("dynamodb", endpoint)
    ports = UserPorts(
        DynamoUsers(Table(dynamodb, tables["CoreTable"])),
        DynamoSignIns(Table(dynamodb, tables["SessionsTable"])),
        partial(secrets.token_bytes, SALT_BYTES),
    )
    try:
        create_user(ADMIN, PASSWORD, Role.ADMIN, ports, time.time_ns() // 1_000_000)
    except AlreadyExistsError:
        return


def add_qas(api: Api) -> None:
    known = {user["name"] for user in api.call("GET", "/users?limit=100")["users"]}
    for name in QAS:
        if name not in known:
            api.call("POST", "/users", {"name": name, "password": PASSWORD, "role": "qa"})


def add_products(api: Api) -> None:
    """The products, each with its reference image, which is validated like any other."""
    known = {product["gtin"] for product in api.call("GET", "/products?limit=100")["products"]}
    missing = [product for product in PRODUCTS if product.gtin not in known]
    references = {product.gtin: submit_reference(api, product) for product in missing}
    for product in missing:
        await_success(api, references[product.gtin])
        body = {"gtin": product.gtin, "name": product.name, "reference": references[product.gtin]}
        api.call("POST", "/products", body)


def submit_reference(api: Api, product: Product) -> str:
    """The id of the reference image's asset."""
    source = {"location": "local", "path": f"./shelf/references/{product.gtin}.jpg"}
    return str(api.call("POST", "/assets/image", {"assetPath": source}, key=f"reference {product.gtin}")["id"])


def await_success(api: Api, asset_id: str) -> None:
    """Return once the asset has been accepted; SeedError if it was not."""
    deadline = time.monotonic() + VALIDATION_SECONDS
    while (asset := api.call("GET", f"/assets/{asset_id}"))["state"] != "success":
        if asset["state"] == "failed" or time.monotonic() > deadline:
            raise SeedError(f"The reference image {asset_id} is {asset['state']}: {asset['errors']}")
        time.sleep(LOOK_AGAIN)
