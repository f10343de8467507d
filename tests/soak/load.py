"""The load: everybody at once, each at their own pace, until it is enough."""

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.cli.api import Api, ApiError
from tests.soak.admins import ExportDesk, ImportDesk, Onlooker
from tests.soak.customers import Customer, Storage
from tests.soak.faults import Saboteur
from tests.soak.ledger import Ledger
from tests.soak.receiver import UnkindReceiver
from tests.soak.reviewers import VoteLedger, review
from tests.soak.system import System

PACE = {"customer": 3.0, "onlooker": 4.0, "import": 60.0, "export": 40.0, "saboteur": 3.0}
"""Seconds between two acts, on the mean: light enough that two processors keep up and others can work beside it."""

EXPECTED = (ApiError, requests.RequestException, BotoCoreError, ClientError)
STAGGER, LAST_VOTES = 6, 60
"""Seconds between two QAs' beginnings, which start processes; and for what is under way at the end."""

LAST_ACT = 450
"""Seconds that an act may go on after closing time: an import whose processes were killed is done by then."""

Act = Callable[[], None]


class Crowd:
    """Threads that each do one thing again and again."""

    def __init__(self, ledger: Ledger, chance: Random) -> None:
        self._ledger = ledger
        self._chance = chance
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, name: str, act: Act, pause: float) -> None:
        """Let somebody begin; what fails is written into the ledger, and tried again after a pause."""
        arguments = (name, act, pause, Random(self._chance.random()))
        thread = threading.Thread(target=self._go_on, args=arguments, daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Let everybody finish what they are at."""
        self._closed.set()
        for each in self._threads:
            each.join(LAST_ACT)
            if each.is_alive():
                self._ledger.broke(f"{each.name} did not come to an end")

    def _go_on(self, name: str, act: Act, pause: float, chance: Random) -> None:
        while not self._closed.wait(chance.expovariate(1 / pause)):
            try:
                act()
            except EXPECTED as error:
                self._ledger.broke(f"{name}: {error}")
            except Exception:
                self._ledger.broke(f"{name}: {traceback.format_exc()}")


class Reviewers:
    """The QAs, each in a thread that runs until the pool is empty after closing time."""

    def __init__(self, system: System, ledger: Ledger) -> None:
        self._ledger = ledger
        self._tally = VoteLedger(ledger)
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._review, args=(number * STAGGER, name, api), daemon=True, name=name)
            for number, (name, api) in enumerate(system.qas.items())
        ]

    @property
    def told(self) -> dict[str, Any]:
        """What the QAs were told so far, counted."""
        return self._tally.result()

    def start(self) -> None:
        for each in self._threads:
            each.start()

    def finish(self, within: float) -> None:
        """Wait until all is reviewed, for so many seconds at the most."""
        self._tally.close(within)
        deadline = time.monotonic() + within + LAST_VOTES
        for each in self._threads:
            each.join(max(0.0, deadline - time.monotonic()))
            if each.is_alive():
                self._ledger.broke(f"{each.name} did not come to an end")
        for name in ("disagreements", "shown_again"):
            if self.told[name]:
                self._ledger.broke(f"QAs: {name} {self.told[name]}")

    def stop(self) -> None:
        """Let nobody wait for anything any more."""
        self._ended.set()

    def _review(self, delay: float, name: str, api: Api) -> None:
        self._ended.wait(delay)
        try:
            review(name, api, self._tally, self._ended)
        except EXPECTED as error:
            self._ledger.broke(f"{name}: {error}")
        except Exception:
            self._ledger.broke(f"{name}: {traceback.format_exc()}")


@contextmanager
def receivers(system: System, ledger: Ledger) -> Iterator[dict[str, UnkindReceiver]]:
    """A receiver of each customer."""
    opened = {owner: UnkindReceiver(secret, ledger) for owner, (_, secret) in system.customers.items()}
    for each in opened.values():
        each.receiver.start()
    try:
        yield opened
    finally:
        for each in opened.values():
            each.receiver.stop()


def begin(
    crowd: Crowd,
    system: System,
    storage: Storage,
    opened: dict[str, UnkindReceiver],
    ledger: Ledger,
    chance: Random,
    minutes: float,
) -> None:
    """Let everybody begin but the QAs. In the first half of these minutes processes are killed."""

    def own() -> Random:
        return Random(chance.random())

    for owner, (api, _) in system.customers.items():
        customer = Customer(owner, api, opened[owner], storage, system.products, ledger, own())
        crowd.add(owner, customer.act, PACE["customer"])
    desk = ImportDesk(system.admin, system.stack.endpoint, storage.root, system.products, ledger, own())
    crowd.add("import desk", desk.act, PACE["import"])
    crowd.add("export desk", ExportDesk(system.admin, ledger, own()).act, PACE["export"])
    crowd.add("onlooker", Onlooker(system.admin, ledger).act, PACE["onlooker"])
    half = time.monotonic() + 30 * minutes
    saboteur = Saboteur(system.emulator, system.stack.sqs, system.stack.outputs, ledger, own(), half)
    crowd.add("saboteur", saboteur.act, PACE["saboteur"])
