"""What simulated QAs were answered, counted while they work."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from snapjury.cli.api import Record
from snapjury.rules.policy import DEFAULT_POLICY, POLICIES, Policy, decide, tells_by_stopping
from snapjury.rules.snapshot import Standing, Verdict, Vote

EXAMPLES = 10
"""Disagreeing answers that are kept word by word."""


class Tally:
    """Counts that any thread may add to; `report` is called with each vote."""

    def __init__(
        self, policy: Policy = POLICIES[DEFAULT_POLICY], report: Callable[["Tally"], None] = lambda _: None
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.surplus: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.decided: dict[str, Verdict | None] = {}
        self.disagreements: list[Record] = []
        self._policy = policy
        self._report = report
        self._lock = threading.RLock()
        self._votes: dict[str, dict[str, Verdict]] = {}
        self._voted: dict[tuple[str, str], int] = {}
        self._snapshots: set[str] = set()
        self._asks_full_jury: set[str] = set()
        self._began = self._news = time.time()
        self._working = 0
        self._seconds = 0.0
        self._sent = 0

    @property
    def snapshots(self) -> int:
        """How many different ones were shown."""
        return len(self._snapshots)

    @property
    def undecided(self) -> list[str]:
        """Those that were shown, and that the votes noted here have not decided."""
        return sorted(self._snapshots - self.decided.keys())

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    @property
    def noted(self) -> int:
        """How many votes have been noted so far."""
        return len(self._voted)

    def shown(self, qa: str, snapshots: Iterable[str], asked: int) -> None:
        """Nobody should be shown again what they voted on before they asked: when so many votes had been noted."""
        with self._lock:
            for snapshot in snapshots:
                self._snapshots.add(snapshot)
                self.counts["shown_again"] += self._voted.get((qa, snapshot), asked) < asked

    def voted(self, snapshot: str, qa: str, verdict: Verdict, answer: Record, changed: bool = False) -> None:
        """Note how the final vote of a QA on a snapshot was answered; another one may have been taken back before."""
        with self._lock:
            self._news = time.time()
            self.counts["votes"] += 1
            if "status" in answer:
                self.refused[answer["status"]] += 1
            else:
                self._voted.setdefault((qa, snapshot), len(self._voted))
            if answer.get("counted"):
                self.counts["counted"] += 1
                if changed and tells_by_stopping(self._policy):
                    self._asks_full_jury.add(snapshot)
                self._votes.setdefault(snapshot, {})[qa] = verdict
                self._decide(snapshot)
            elif "status" not in answer:
                self.surplus[answer["reason"]] += 1
            if answer.get("reason") == Standing.ALREADY_DECIDED:
                self.decided.setdefault(snapshot, None)
            self._report(self)

    def took(self, seconds: float) -> None:
        """Note that a vote was sent, and when it was answered."""
        with self._lock:
            self._sent += 1
            self._seconds += seconds

    def compare(self, address: str, first: Record, second: Record) -> None:
        """Note two answers to the same request, which should be the same."""
        with self._lock:
            self.counts["repeated"] += 1
            self.counts["disagreements"] += first != second
            if first != second and len(self.disagreements) < EXAMPLES:
                self.disagreements.append({"address": address, "answers": [first, second]})

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While somebody is in a session, there may be more to do for others."""
        with self._lock:
            self.counts["sessions"] += 1
            self._working += 1
        try:
            yield
        finally:
            with self._lock:
                self._working -= 1
                self._news = max(self._news, time.time())

    def abandoned(self, leases: Iterable[float]) -> None:
        """Note that seats were left, which are free when their leases end (epoch seconds)."""
        with self._lock:
            self.counts["abandoned"] += 1
            self._news = max(self._news, *leases)

    def is_quiet_for(self, seconds: float) -> bool:
        """Whether nothing has happened for so long, and nothing is bound to."""
        with self._lock:
            return not self._working and time.time() > self._news + seconds

    def result(self) -> dict[str, Any]:
        """All counts, by names that stay."""
        with self._lock:
            names = ("sessions", "votes", "counted", "abandoned", "stalled", "late", "undone", "undone_too_late")
            checks = ("lost", "repeated", "disagreements", "shown_again")
            return {
                **{name: self.counts[name] for name in names},
                "surplus": dict(self.surplus),
                "refused": {str(status): number for status, number in self.refused.items()},
                **{name: self.counts[name] for name in checks},
                "snapshots": self.snapshots,
                "decided": len(self.decided),
                "sent": self._sent,
                "seconds": round(time.time() - self._began, 3),
                "seconds_per_vote": round(self._seconds / self._sent, 4) if self._sent else None,
            }

    def _decide(self, snapshot: str) -> None:
        votes = [Vote(qa, verdict, 0, "", 0, 0) for qa, verdict in self._votes[snapshot].items()]
        decision = decide(votes, self._policy, now=0, audited=snapshot in self._asks_full_jury)
        if decision is not None:
            self.decided[snapshot] = decision.status
