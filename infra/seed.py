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

PATIENCE, LOOK_AGAIN = 120, 0.2
"""Seconds for one step of the demo, and between two looks at it."""


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
        import_shelf(api)
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
        await_state(api, f"/assets/{references[product.gtin]}", "success")
        body = {"gtin": product.gtin, "name": product.name, "reference": references[product.gtin]}
        api.call("POST", "/products", body)


def import_shelf(api: Api) -> None:
    """Have the snapshots taken in; SeedError if they are not."""
    manifest = {"location": "local", "path": "./shelf/snapshots.csv"}
    job = api.call("POST", "/imports", {"manifest": manifest}, key="the shelf")
    await_state(api, f"/imports/{job['id']}", "done")


def submit_reference(api: Api, product: Product) -> str:
    """The id of the reference image's asset."""
    source = {"location": "local", "path": f"./shelf/references/{product.gtin}.jpg"}
    return str(api.call("POST", "/assets/image", {"assetPath": source}, key=f"reference {product.gtin}")["id"])


def await_state(api: Api, path: str, state: str) -> None:
    """Return once what is stored there has come to this state; SeedError if it failed, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while (found := api.call("GET", path))["state"] != state:
        if found["state"] == "failed" or time.monotonic() > deadline:
            raise SeedError(f"The demo could not be set up: {path} is {found['state']}, not {state}")
        time.sleep(LOOK_AGAIN)
