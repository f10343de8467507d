"""What clients were promised and what was done to the system on purpose: the truth that it is compared with."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Errors = Mapping[str, list[str]]
"""The errors of a failed asset by what they are about; none of a good one."""

SUCCESS: Errors = {}

PROCESS_KILLED, TIMED_OUT = "process killed", "process timed out"
POISON, REPEATED, DISAPPEARED = "poison message", "message repeated", "source disappeared"
"""Kinds of faults. A timeout is none of ours: on a busy machine a process may not get the time that it needs."""


@dataclass(frozen=True)
class Submitted:
    """An asset that was answered with 202, and the ends that it may come to.

    `behaviour` is how its receiver answers; `product` is a GTIN, and `sha256` that of the picture, if it is a snapshot.
    """

    asset: str
    owner: str
    kind: str
    ends: tuple[Errors, ...]
    urls: Mapping[str, str]
    behaviour: str
    product: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Call:
    """One webhook as it came in; `accepted` if it was answered with success. `order` grows from call to call."""

    order: int
    asset: str
    event: str
    body: Mapping[str, Any]
    webhook_id: str
    signature: str
    accepted: bool


@dataclass(frozen=True)
class Cast:
    """The last thing that a QA was told about their vote on a snapshot."""

    verdict: str
    reason: str


@dataclass(frozen=True)
class Row:
    """A picture that an import brings."""

    path: str
    product: str
    sha256: str | None
    end: Errors = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """What an import has to count."""

    id: str
    accepted: int
    known: int
    rejected: int


@dataclass(frozen=True)
class Exported:
    """What an export held: of each of its snapshots the status, by its manifest and by its table. Times in epoch ms."""

    id: str
    since: int
    until: int
    snapshots: int
    manifest: tuple[tuple[str, str], ...]
    table: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fault:
    """Something done to the system: when (epoch ms), what, to which part; `body` of a message that is nobody's."""

    at: int
    kind: str
    part: str
    body: str | None = None


class Ledger:
    """Entries that any thread may add."""

    def __init__(self) -> None:
        self.submitted: dict[str, Submitted] = {}
        self.calls: list[Call] = []
        self.casts: dict[tuple[str, str], Cast] = {}
        self.rows: dict[tuple[str, str], Row] = {}
        self.imports: list[Imported] = []
        self.exports: list[Exported] = []
        self.faults: list[Fault] = []
        self.broken: list[str] = []
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def accepted(self, entry: Submitted) -> None:
        """Note an accepted asset; the same one answered again has to be the same."""
        with self._lock:
            before = self.submitted.setdefault(entry.asset, entry)
            if before != entry:
                self.broken.append(f"asset {entry.asset} was answered to two different requests")

    def called(
        self, asset: str, event: str, body: Mapping[str, Any], webhook_id: str, signature: str, accepted: bool
    ) -> None:
        with self._lock:
            self.calls.append(Call(len(self.calls), asset, event, body, webhook_id, signature, accepted))

    def cast(self, snapshot: str, qa: str, entry: Cast) -> None:
        with self._lock:
            self.casts[snapshot, qa] = entry

    def imported(self, entry: Imported, rows: list[Row]) -> None:
        with self._lock:
            self.imports.append(entry)
            self.rows |= {(row.path, row.product): row for row in rows}

    def exported(self, entry: Exported) -> None:
        with self._lock:
            self.exports.append(entry)

    def fault(self, kind: str, part: str, body: str | None = None, at: int | None = None) -> None:
        """Note a fault of now, unless another time is given (epoch ms)."""
        with self._lock:
            self.faults.append(Fault(at or time.time_ns() // 1_000_000, kind, part, body))

    def broke(self, what: str) -> None:
        """Note what must not happen, as a person would say it."""
        with self._lock:
            self.broken.append(what)

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def poison(self, queue: str) -> list[str]:
        """The bodies of the messages in this queue that are nobody's."""
        return [each.body for each in self.faults if each.part == queue and each.body is not None]

    def ended_processes(self, function: str, since: int, until: int) -> int:
        """How many processes of a function were killed in this time (epoch ms), by us or at their timeout."""
        ends = (PROCESS_KILLED, TIMED_OUT)
        return sum(each.kind in ends and each.part == function and since <= each.at <= until for each in self.faults)
