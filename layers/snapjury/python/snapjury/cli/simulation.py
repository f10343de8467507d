"""QAs who work through sessions at once, as a browser would, with the mishaps of people and networks."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Protocol

from snapjury.cli.api import ApiError, Body, Record
from snapjury.cli.tally import Tally
from snapjury.rules.snapshot import Verdict

LOW = 2
"""Items left on a page when the next one is drawn."""

STALLS = 20
"""Draws in a row without anything to vote on, after which a session is left."""

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 2.0
AFTER_EXPIRY = 0.2
"""Seconds: between two questions for more work, and between a lease's end and a late vote."""

REFUSALS = (404, 409)
"""What a vote may be answered that comes too late: not drawn any more, or decided otherwise."""

OTHER = {Verdict.CORRECT: Verdict.INCORRECT_OR_UNSURE, Verdict.INCORRECT_OR_UNSURE: Verdict.CORRECT}


class Caller(Protocol):
    """The API, as one who is signed in; see cli.api."""

    def call(
        self, method: str, path: str, body: Body | None = None, *, key: str | None = None, repeatable: bool = False
    ) -> Record: ...

    def give_up(self, method: str, path: str, body: Body | None = None, *, key: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Mischief:
    """What goes wrong, as shares of 1.

    Of votes: sent twice at once, sent after the lease, sent after another one that is withdrawn. Of pages: abandoned
    with their session. Of requests: sent again because the answer got lost. `tabs` are the sessions that a QA has
    open at once.
    """

    double_click: float = 0.0
    late: float = 0.0
    undo: float = 0.0
    abandon: float = 0.0
    lost: float = 0.0
    tabs: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How the QAs work: each `sessions` times, or until nothing is left for as many seconds as `patience`.

    Everything that is left to chance follows from the `seed`, apart from which QA is given what.
    """

    sessions: int | None = None
    seconds_per_vote: float = 0.0
    patience: float = 5.0
    seed: int = 1
    mischief: Mischief = field(default_factory=Mischief)


@dataclass(frozen=True, slots=True)
class Qa:
    """Somebody who is signed in, and says what is true as often as `accuracy` says."""

    name: str
    accuracy: float
    api: Caller


def simulate(
    qas: list[Qa],
    plan: Plan,
    is_correct: Callable[[str], bool],
    tally: Tally,
    sleep: Callable[[float], object] | None = None,
) -> Tally:
    """Let the QAs work until they are done; `is_correct` tells the truth about a snapshot.

    The first failure stops all of them, and is raised.
    """
    stopped = threading.Event()
    pause = sleep or stopped.wait
    tabs = [Tab(qa, tab, plan, is_correct, tally, stopped, pause) for qa in qas for tab in range(plan.mischief.tabs)]
    with ThreadPoolExecutor(len(tabs), "tab") as pool, ThreadPoolExecutor(len(tabs), "second-click") as clicks:
        running = [pool.submit(tab.work, clicks) for tab in tabs]
        try:
            for each in running:
                each.result()
        finally:
            stopped.set()
    return tally


class Tab:
    """One QA's browser tab: session after session."""

    def __init__(
        self,
        qa: Qa,
        number: int,
        plan: Plan,
        is_correct: Callable[[str], bool],
        tally: Tally,
        stopped: threading.Event,
        sleep: Callable[[float], object],
    ) -> None:
        self._qa = qa
        self._plan = plan
        self._is_correct = is_correct
        self._tally = tally
        self._stopped = stopped
        self._sleep = sleep
        self._chance = Random(f"{plan.seed}/{qa.name}/{number}")
        self._asked = 0
        self._prefix = f"simulated-{time.time_ns()}-{qa.name}-{number}"

    def work(self, clicks: ThreadPoolExecutor) -> None:
        """Session after session; `clicks` sends what is sent twice at once."""
        self._clicks = clicks
        begun, pause = 0, FIRST_PAUSE
        try:
            while not self._stopped.is_set() and begun != self._plan.sessions:
                asked, session = self._tally.noted, self._begin()
                if session["target"]:
                    with self._tally.at_work():
                        self._review(session, asked)
                    begun, pause = begun + 1, FIRST_PAUSE
                elif self._tally.is_quiet_for(self._plan.patience):
                    return
                else:
                    self._sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        except BaseException:
            self._stopped.set()
            raise

    def _begin(self) -> Record:
        self._asked += 1
        return self._send("POST", "/sessions", key=f"{self._prefix}-{self._asked}")

    def _review(self, session: Record, asked: int) -> None:
        """Vote on all that the session has, page after page, unless the session is abandoned midway."""
        path, page, remaining = f"/sessions/{session['id']}", session["items"], session["remaining"]
        done: set[str] = set()
        stalls = 0
        while remaining > 0 and not self._stopped.is_set():
            todo = self._shown(page, done, asked)
            if todo and self._chance.random() < self._plan.mischief.abandon:
                return self._tally.abandoned(moment_of(item) for item in todo)
            stalls = 0 if todo else stalls + 1
            if stalls > STALLS:
                return self._tally.count("stalled")
            if stalls:
                self._sleep(FIRST_PAUSE)
            for item in todo if remaining <= len(todo) else todo[: max(len(todo) - LOW, 1)]:
                remaining = self._judge(path, item, remaining)
                done.add(item["snapshot"])
            if remaining > 0:
                asked = self._tally.noted
                drawn = self._send("POST", f"{path}/draw", repeatable=True)
                page, remaining = drawn["items"], drawn["remaining"]
        return None

    def _shown(self, page: list[Record], done: set[str], asked: int) -> list[Record]:
        """The items to vote on; `asked` is how many votes had been noted when they were asked for."""
        self._tally.shown(self._qa.name, (item["snapshot"] for item in page), asked)
        return [item for item in page if item["snapshot"] not in done]

    def _judge(self, path: str, item: Record, remaining: int) -> int:
        """Vote on one item: how many remain."""
        snapshot, mischief = item["snapshot"], self._plan.mischief
        dice = Random(f"{self._plan.seed}/{self._qa.name}/{snapshot}")
        is_right, late, undo, double = (dice.random() for _ in range(4))
        truth = Verdict.CORRECT if self._is_correct(snapshot) else Verdict.INCORRECT_OR_UNSURE
        verdict = truth if is_right < self._qa.accuracy else OTHER[truth]
        self._sleep(self._plan.seconds_per_vote * dice.uniform(0.5, 1.5))
        if late < mischief.late:
            self._tally.count("late")
            self._sleep(max(0.0, moment_of(item) + AFTER_EXPIRY - time.time()))
        address = f"{path}/votes/{snapshot}"
        slipped = undo < mischief.undo
        if slipped:
            standing = self._slip(address, OTHER[verdict])
            if standing is not None:
                return self._noted(snapshot, OTHER[verdict], standing, remaining)
        answer = self._vote(address, verdict, is_double=double < mischief.double_click)
        return self._noted(snapshot, verdict, answer, remaining, slipped)

    def _noted(self, snapshot: str, verdict: Verdict, answer: Record, remaining: int, changed: bool = False) -> int:
        self._tally.voted(snapshot, self._qa.name, verdict, answer, changed)
        return int(answer.get("remaining", remaining))

    def _slip(self, address: str, verdict: Verdict) -> Record | None:
        """Cast a vote by mistake and withdraw it: its answer if it stands all the same."""
        cast = self._put(address, verdict)
        try:
            self._qa.api.call("DELETE", address)
        except ApiError as error:
            if error.status not in REFUSALS:
                raise
            self._tally.count("undone_too_late")
            return cast
        self._tally.count("undone")
        return None

    def _vote(self, address: str, verdict: Verdict, is_double: bool) -> Record:
        """The answer to the vote, which may be sent twice at once, or again after the first answer got lost."""
        second = self._clicks.submit(self._put, address, verdict) if is_double else None
        self._lose("PUT", address, {"verdict": verdict})
        first = self._put(address, verdict)
        if second is not None:
            self._tally.compare(address, first, second.result())
        return first

    def _put(self, address: str, verdict: Verdict) -> Record:
        """The answer to the vote; one with `status` if it was refused."""
        began = time.monotonic()
        try:
            return self._qa.api.call("PUT", address, {"verdict": verdict})
        except ApiError as error:
            if error.status not in REFUSALS:
                raise
            return {"status": error.status}
        finally:
            self._tally.took(time.monotonic() - began)

    def _send(self, method: str, path: str, *, key: str | None = None, repeatable: bool = False) -> Record:
        self._lose(method, path, key=key)
        return self._qa.api.call(method, path, key=key, repeatable=repeatable)

    def _lose(self, method: str, path: str, body: Body | None = None, *, key: str | None = None) -> None:
        """Now and then the first answer to a request gets lost, so that it is sent again."""
        if self._chance.random() < self._plan.mischief.lost:
            self._tally.count("lost")
            self._qa.api.give_up(method, path, body, key=key)


def moment_of(item: Record) -> float:
    """When the lease of an item ends, in seconds since the epoch."""
    return datetime.fromisoformat(item["lease_expires_at"]).timestamp()
