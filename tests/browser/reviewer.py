"""A QA before the page in a real browser, and the deployed system that the page works with."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

import requests
from msgspec.structs import replace
from playwright.sync_api import Page, Request, expect

from infra.aws import client
from infra.places import page_url
from infra.seed import ADMIN, PASSWORD
from infra.shelf.drawing import SNAPSHOTS
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.table import Table
from snapjury.errors import ConflictError
from snapjury.rules.snapshot import Snapshot
from tests.e2e.stack import Stack

VOTES = re.compile(r"/sessions/\w+/votes$")
API_CALLS = re.compile(r"/_aws/execute-api/")
VERDICTS = {"y": "correct", "n": "incorrect_or_unsure"}
LOOK = 220
"""Milliseconds of a look; an answer that comes sooner the page takes for the rest of a double click."""


class Shop:
    """The demo that QAs work on, as its admin sees it."""

    SNAPSHOTS = SNAPSHOTS

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.url = page_url(stack.parameters["PublicEndpoint"])
        answer = stack.request("POST", "/auth/token", json={"name": ADMIN, "password": PASSWORD})
        self._headers = {"authorization": f"Bearer {answer.json()['token']}"}
        self._numbers = itertools.count(1)
        self._snapshots = DynamoSnapshots(Table(client("dynamodb", stack.endpoint), stack.outputs["CoreTable"]))
        self._untouched: Mapping[str, Snapshot] = {}

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.stack.request(method, path, headers=self._headers, **options)

    def pending(self) -> int:
        found: int = self.ask("GET", "/stats").json()["pending"]["snapshots"]
        return found

    def open_for_business(self) -> None:
        """Bring all pending snapshots back to how they were the first time: no votes, no seats taken.

        Else the votes of many tests add up, and what one of them takes back has been decided by its third vote.
        """
        if not self._untouched:
            shards = range(self._snapshots.shards)
            ids = [entry.id for shard in shards for entry in self._snapshots.pool(shard, "!", "~", 1000)]
            self._untouched = self._snapshots.get_many(ids)
        stored = self._snapshots.get_many(list(self._untouched))
        for each in self._untouched.values():
            self._bring_back(each, stored[each.id])

    def _bring_back(self, untouched: Snapshot, stored: Snapshot) -> None:
        while stored.votes or stored.leases or stored.decision:
            try:
                self._snapshots.save(replace(untouched, version=stored.version + 1))
                return
            except ConflictError:  # a request of the page before this one came first
                stored = self._snapshots.get(untouched.id)

    def hire(self) -> str:
        """The name of a new QA."""
        name = f"kevin-{next(self._numbers)}"
        answer = self.ask("POST", "/users", json={"name": name, "password": PASSWORD, "role": "qa"})
        assert answer.status_code == 201, answer.text
        return name

    def votes(self, qa: str, snapshots: list[str]) -> list[tuple[str, str]]:
        """What this QA's votes on these snapshots are, in the order they came: (snapshot, verdict)."""
        found = []
        for snapshot in snapshots:
            record = self.ask("GET", f"/snapshots/{snapshot}").json()
            own = [each for each in record["votes"] + record["surplus_votes"] if each["qa"] == qa]
            found += [(each["at"], snapshot, each["verdict"]) for each in own]
        return [(snapshot, verdict) for _, snapshot, verdict in sorted(found)]


class Reviewer:
    """Somebody at a keyboard."""

    def __init__(self, page: Page, shop: Shop, name: str) -> None:
        self.page = page
        self.shop = shop
        self.name = name
        self.answered: list[tuple[str, str]] = []
        self.sent: list[Request] = []
        page.on("requestfinished", lambda request: self.sent.append(request) if VOTES.search(request.url) else None)

    def open(self) -> None:
        self.page.goto(self.shop.url)

    def sign_in(self, password: str = PASSWORD) -> None:
        """Fill in the form by keyboard alone: its first field has the focus."""
        expect(self.page.get_by_label("Name")).to_be_focused()
        self.page.keyboard.type(self.name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")

    def begin(self) -> None:
        """Open the page, sign in, and see the first snapshot."""
        self.open()
        self.sign_in()
        self.see()

    def see(self) -> str:
        """The id of the snapshot that is shown, once its pictures are."""
        expect(self.page.locator(".frame img")).to_have_count(2)
        shown = self.page.locator(".stage").get_attribute("data-snapshot")
        assert shown is not None
        return shown

    def look(self) -> None:
        self.page.wait_for_timeout(LOOK)

    def answer(self, key: str) -> str:
        """Judge what is shown; the id of the snapshot."""
        shown = self.see()
        self.look()
        self.page.keyboard.press(key)
        self.answered.append((shown, VERDICTS[key]))
        return shown

    @property
    def remaining(self) -> int:
        return int(self.page.locator("#remaining").inner_text())

    def votes(self) -> list[tuple[str, str]]:
        """Their votes as stored, on all that they have answered here."""
        return self.shop.votes(self.name, sorted({snapshot for snapshot, _ in self.answered}))

    def taken(self) -> list[str]:
        """The snapshots whose answers have reached the API, in the order sent."""
        return [snapshot for request in self.sent for snapshot in request.post_data_json["votes"]]

    def await_votes(self) -> None:
        """Return once the outbox is empty."""
        self.page.wait_for_function(
            "name => JSON.parse(localStorage[`snapjury:work:${name}`]).outbox.length === 0", arg=self.name
        )
