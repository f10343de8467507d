"""QAs who work through sessions while others submit, told apart from a simulation by when they stop."""

import threading
import time

from snapjury.cli.api import Api, Record
from snapjury.cli.simulation import Mischief, Plan, Qa, simulate
from snapjury.cli.tally import Tally
from snapjury.cli.truth import made_up
from snapjury.rules.snapshot import Verdict
from tests.soak.customers import FAULTY
from tests.soak.ledger import Cast, Ledger

SECONDS_PER_VOTE = 0.6
PATIENCE = 100.0
"""Seconds: between two votes, and without work until a QA goes home: longer than a seat may be kept by who left."""

LEISURE = 4
"""How many times as long people pause, also between two questions for work: the load is to leave time for others."""

MISCHIEF = Mischief(double_click=FAULTY, late=0.003, undo=FAULTY, abandon=0.02, lost=FAULTY, tabs=2)


class VoteLedger(Tally):
    """A tally that writes what QAs are told into the ledger, and lets them go home only once it is closing time."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self._last_orders = float("inf")

    def close(self, within: float) -> None:
        """From now on QAs who find nothing to do go home; after so many seconds nobody begins anything more."""
        self._last_orders = time.monotonic() + within

    def voted(self, snapshot: str, qa: str, verdict: Verdict, answer: Record, changed: bool = False) -> None:
        super().voted(snapshot, qa, verdict, answer, changed)
        if "status" not in answer:
            self._ledger.cast(snapshot, qa, Cast(verdict, answer["reason"]))

    def is_quiet_for(self, seconds: float) -> bool:
        if self._last_orders == float("inf"):
            return False
        return super().is_quiet_for(seconds) or time.monotonic() > self._last_orders


def review(name: str, api: Api, tally: VoteLedger, ended: threading.Event) -> None:
    """Let one QA work until closing time."""
    plan = Plan(seconds_per_vote=SECONDS_PER_VOTE, patience=PATIENCE, mischief=MISCHIEF)
    simulate([Qa(name, 0.9, api)], plan, made_up, tally, sleep=lambda seconds: ended.wait(LEISURE * seconds))
