"""The people of a deployed system, signed in over HTTP, and the pool of snapshots that they work on."""

from functools import partial
from typing import Any

import requests

from infra.aws import client
from snapjury.adapters import keys
from snapjury.adapters.dynamo_catalog import DynamoProducts, DynamoUsers
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.table import Table, key_of
from snapjury.cli.api import Api
from snapjury.errors import AlreadyExistsError
from snapjury.rules.board import Window
from snapjury.rules.password import hash_password
from snapjury.rules.product import Product
from snapjury.rules.user import Role, User
from snapjury.wiring.clients import new_id, now
from tests.e2e.stack import Stack
from tests.jury import CHIPS, chips_snapshot

PASSWORD = "correct horse battery"
ANNA = "anna"


class Floor:
    """Signs people up and in, and fills and empties the pool."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.table = Table(client("dynamodb", stack.endpoint), stack.outputs["CoreTable"])
        self.snapshots = DynamoSnapshots(self.table)
        self.people: dict[str, Person] = {}
        add_new(DynamoProducts(self.table), Product(CHIPS, "Tortilla Chips", now(), 1))

    @property
    def anna(self) -> "Person":
        """An admin."""
        return self.person(ANNA, Role.ADMIN)

    def person(self, name: str, role: Role = Role.QA) -> "Person":
        """Somebody who is signed in."""
        if name not in self.people:
            add_new(DynamoUsers(self.table), User(name, role, hash_password(PASSWORD, b"salt" * 4), now(), 1))
            self.people[name] = Person(self.stack, name)
        return self.people[name]

    def fill_pool(self, count: int) -> list[str]:
        """The ids of so many new snapshots in the pool, which is empty otherwise, and so is the gold."""
        pools = [partial(self.snapshots.pool, shard) for shard in range(self.snapshots.shards)]
        for read in (*pools, self.snapshots.gold):
            for entry in read("!", "~", 10_000):
                self.delete(entry.id)
        ids = [new_id() for _ in range(count)]
        for number, each in enumerate(ids):
            self.snapshots.add(chips_snapshot(number, id=each, created_at=now()))
        return ids

    def forget_decisions(self) -> None:
        """Nothing was ever decided, so that a leaderboard is about what is decided from now on."""
        for list_of in (self.snapshots.decided, self.snapshots.answered):
            while found := list_of(0, now() + 1, 1000, None).snapshots:
                for each in found:
                    self.delete(each.id)

    def forget_scores(self) -> None:
        """Nothing was ever scored: a window that took long to score, under load, is left alone for long."""
        for window in Window:
            self.table.call("delete_item", Key=key_of(keys.board_key(window)))

    def delete(self, snapshot: str) -> None:
        self.table.call("delete_item", Key=key_of(keys.snapshot_key(snapshot)))


class Person:
    """The API as one who is signed in uses it."""

    def __init__(self, stack: Stack, name: str, password: str = PASSWORD) -> None:
        self.stack = stack
        self.name = name
        answer = stack.request("POST", "/auth/token", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        self.headers = {"authorization": f"Bearer {answer.json()['token']}"}

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = self.headers | options.pop("headers", {})
        return self.stack.request(method, path, headers=headers, **options)

    def begin_session(self, **headers: str) -> dict[str, Any]:
        answer = self.ask("POST", "/sessions", headers=headers)
        assert answer.status_code == 201, answer.text
        session: dict[str, Any] = answer.json()
        return session

    def draw(self, session_id: str) -> dict[str, Any]:
        page: dict[str, Any] = self.ask("POST", f"/sessions/{session_id}/draw").json()
        return page

    def vote(self, session_id: str, snapshot_id: str, verdict: str = "correct") -> requests.Response:
        return self.ask("PUT", f"/sessions/{session_id}/votes/{snapshot_id}", json={"verdict": verdict})

    def work_through(self, session: dict[str, Any], verdict: str = "correct") -> tuple[list[str], list[int]]:
        """Vote on all of a session; the snapshots in the order shown, and what remained after each vote."""
        shown, remaining = [], []
        while session["items"]:
            for item in session["items"]:
                receipt = self.vote(session["id"], item["snapshot"], verdict).json()
                assert receipt["counted"], receipt
                shown.append(item["snapshot"])
                remaining.append(receipt["remaining"])
            session = self.draw(session["id"])
        return shown, remaining


def signed_in(floor: Floor, name: str) -> Api:
    """The API as the command line uses it, for a QA of this name."""
    floor.person(name)
    api = Api(floor.stack.url)
    api.sign_in(name, PASSWORD)
    return api


def add_new(store: Any, value: Any) -> None:
    """Store it unless it is there."""
    try:
        store.add(value)
    except AlreadyExistsError:
        return
