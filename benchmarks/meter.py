"""Counts what a piece of code asks of AWS, and tells its own processor time from the SDK's."""

import io
import statistics
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from random import Random
from typing import Any, TypeVar

import pytest
from botocore import signers
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from msgspec import Struct, field

from benchmarks.capacity import Stored, Units, indexes_of
from tests.integration import deployment

TABLES = {"CoreTable": "core", "SessionsTable": "sessions", "SecretsTable": "secrets"}
Call = Callable[..., Any]
T = TypeVar("T")
REPLAYS = 15
"""Of each step, of which the quickest counts: the others were disturbed."""

REFUSED = "ConditionalCheckFailedException"


class Spent(Struct):
    """What one run of the code took. Processor times are in milliseconds, of the calling thread."""

    calls: Counter[str] = field(default_factory=Counter)
    reads: float = 0
    writes: float = 0
    own: float = 0
    logged: int = 0


class Meter:
    """While it is on, every call that any botocore client makes in this process is counted.

    A step's own time is that of doing it once more with the recorded answers of AWS, so that neither the SDK nor the
    stand-in for AWS counts, nor fills the processor's caches in between. What a step prints is its log, kept from the
    screen and measured.
    """

    def __init__(self) -> None:
        self.spent: dict[str, list[Spent]] = defaultdict(list)
        self._stored = Stored({name: indexes_of(resource) for resource, name in TABLES.items()})
        self._now = Spent()
        self._answers: dict[str, deque[Any]] = defaultdict(deque)
        self._is_replayed = False
        self._number = 0

    def chance(self) -> Random:
        """What a step draws from: the same again when it is replayed, so that recorded answers fit."""
        return Random(f"step {self._number}")

    @contextmanager
    def on(self) -> Iterator[None]:
        calls = self._recorded(self._counted(BaseClient._make_api_call), lambda _, operation, *__: operation)
        links = self._recorded(signers.generate_presigned_url, lambda *_, **__: "presigned URL")
        description = self._recorded(deployment.hold_to_description, lambda *_: "description")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(BaseClient, "_make_api_call", calls)
            patch.setattr(signers, "generate_presigned_url", links)
            patch.setattr(deployment, "hold_to_description", description)
            yield

    def _recorded(self, original: Call, name_of: Callable[..., str]) -> Call:
        def recorded(*arguments: Any, **named: Any) -> Any:
            answers = self._answers[name_of(*arguments, **named)]
            if self._is_replayed:
                answers.rotate(-1)
                answer = answers[-1]
            else:
                answer = outcome_of(original, *arguments, **named)
                answers.append(answer)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return recorded

    def _counted(self, original: Call) -> Call:
        def counted(client: Any, operation: str, call: dict[str, Any]) -> Any:
            try:
                answer = original(client, operation, call)
            except ClientError as error:
                self._count(client, operation, call, {}, error.response["Error"]["Code"] == REFUSED)
                raise
            self._count(client, operation, call, answer, refused=False)
            return answer

        return counted

    def run(self, what: str | None, step: Callable[[], T]) -> T:
        """Do a step; count and time it under this name, or without one only keep its log from the screen."""
        self._now, log = Spent(), io.StringIO()
        self._answers.clear()
        self._number += 1
        with redirect_stdout(log):
            result = step()
        spent, self._now = self._now, Spent()
        spent.logged = len(log.getvalue().encode())
        if what is not None:
            spent.own = min(self._replayed(step) for _ in range(REPLAYS))
            self.spent[what].append(spent)
        return result

    def _replayed(self, step: Callable[[], Any]) -> float:
        """The processor ms of a step whose answers are those of before."""
        self._is_replayed = True
        try:
            with redirect_stdout(io.StringIO()):
                began = time.thread_time()
                step()
                return 1000 * (time.thread_time() - began)
        finally:
            self._is_replayed = False

    def _count(self, client: Any, operation: str, call: Any, answer: Any, refused: bool) -> None:
        self._now.calls[operation] += 1
        if client.meta.service_model.service_name == "dynamodb" and operation != "CreateTable":
            units: Units = self._stored.units(operation, call, answer, refused)
            self._now.reads += units.reads
            self._now.writes += units.writes

    def typical(self, what: str) -> Spent:
        """The mean of the counts and the median of the times."""
        runs = self.spent[what]
        calls: Counter[str] = sum((each.calls for each in runs), Counter())
        return Spent(
            Counter({name: count / len(runs) for name, count in calls.items()}),  # type: ignore[misc]
            statistics.mean(each.reads for each in runs),
            statistics.mean(each.writes for each in runs),
            statistics.median(each.own for each in runs),
            round(statistics.mean(each.logged for each in runs)),
        )


def outcome_of(call: Call, *arguments: Any, **named: Any) -> Any:
    """What the call answers, or the error that it raises."""
    try:
        return call(*arguments, **named)
    except Exception as error:
        return error
