"""What is done to the system itself: processes killed, messages that come twice, messages that are nobody's."""

import json
import os
import signal
import time
import uuid
from random import Random
from typing import Any

from tests.soak.ledger import POISON, PROCESS_KILLED, REPEATED, Ledger
from tests.soak.processes import processes_of

QUEUES = {
    "validation": "ValidationQueue",
    "notification": "NotificationQueue",
    "import": "ImportQueue",
    "export": "ExportQueue",
    "scoring": "ScoringQueue",
}
"""Queues by the names that people know them by, and by those of the template's outputs."""

SHARE = 0.05
MOST_POISON = 10
LOOKS = 10
"""How often to look whether a process of the function is at work, before any of them is taken."""

EVENTS = ("onStart", "onSuccess", "onFailure")


class Saboteur:
    """Does one evil thing at a time, and writes it down: so many for each thing that clients do.

    Processes are killed until a time (of the monotonic clock); those that live then grow old, and their memory tells.
    """

    def __init__(
        self, emulator: int, sqs: Any, outputs: dict[str, str], ledger: Ledger, chance: Random, kills_until: float
    ) -> None:
        self._emulator = emulator
        self._sqs = sqs
        self._outputs = outputs
        self._ledger = ledger
        self._chance = chance
        self._poisoned = 0
        self._acts = 0
        self._kills_until = kills_until

    def act(self) -> None:
        done = len(self._ledger.submitted) + len(self._ledger.casts) + len(self._ledger.rows)
        if self._acts >= SHARE * done:
            return
        self._acts += 1
        kills = 5 if time.monotonic() < self._kills_until else 0
        self._chance.choices((self.kill, self.repeat, self.poison), (kills, 4, 1))[0]()

    def kill(self) -> None:
        """End a function's process without warning, if there is one that is at work just now."""
        functions = sorted({each.function for each in processes_of(self._emulator) if each.function})
        if not functions:
            return
        function = self._chance.choice(functions)
        for _ in range(LOOKS):
            same = [each for each in processes_of(self._emulator) if each.function == function]
            busy = [each for each in same if each.is_busy]
            if busy:
                break
        if same:
            self._end((busy or same)[0].pid, function)

    def _end(self, pid: int, function: str) -> None:
        self._ledger.fault(PROCESS_KILLED, function)
        os.kill(pid, signal.SIGKILL)

    def repeat(self) -> None:
        """Send a message that was sent before, or one that comes too early."""
        known = list(self._ledger.submitted)[-20:]
        jobs = [("export", each.id) for each in self._ledger.exports] + [("import", e.id) for e in self._ledger.imports]
        messages: list[tuple[str, dict[str, object]]] = [("scoring", {"due": 0})]
        if known:
            asset = self._chance.choice(known)
            messages.append(("validation", {"asset": asset}))
            messages += [("notification", {"asset": asset, "event": event}) for event in EVENTS]
        if jobs:
            queue, job = self._chance.choice(jobs)
            messages.append((queue, {"job": job}))
        queue, body = self._chance.choice(messages)
        self._ledger.fault(REPEATED, queue)
        self._send(queue, json.dumps(body))

    def poison(self) -> None:
        """Send what nobody can read. The queue of webhooks gets it once: there it takes six minutes to be given up."""
        queue = self._chance.choice(list(QUEUES))
        if self._poisoned >= MOST_POISON or (queue == "notification" and self._ledger.poison(queue)):
            return
        self._poisoned += 1
        body = self._chance.choice(('{"nonsense": "%s"}', "not JSON %s", '["%s"]')) % uuid.uuid4().hex
        self._ledger.fault(POISON, queue, body)
        self._send(queue, body)

    def _send(self, queue: str, body: str) -> None:
        self._sqs.send_message(QueueUrl=self._outputs[QUEUES[queue]], MessageBody=body)
