"""Counts what a piece of code asks of AWS, and tells its own processor time from the SDK's."""

import io
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from botocore import signers
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from msgspec import Struct, field

from benchmarks.capacity import Stored, Units, indexes_of

TABLES = {"CoreTable": "core", "SessionsTable": "sessions", "SecretsTable": "secrets"}
Call = Callable[..., Any]
REFUSED = "ConditionalCheckFailedException"


class Spent(Struct):
    """What one run of the code took. Processor times are in milliseconds, of the calling thread."""

    calls: Counter[str] = field(default_factory=Counter)
    reads: float = 0
    writes: float = 0
    own: float = 0
    sdk: float = 0
    logged: int = 0


class Meter:
    """While it is on, every call that any botocore client makes in this process is counted.

    The SDK's time is that within its calls, where the stand-in for AWS and the counting run too, and that of
    presigning, by clients that are made meanwhile. What the code prints is its log, kept from the screen and measured.
    """

    def __init__(self) -> None:
        self.spent: dict[str, list[Spent]] = defaultdict(list)
        self._stored = Stored({name: indexes_of(resource) for resource, name in TABLES.items()})
        self._now = Spent()

    @contextmanager
    def on(self) -> Iterator[None]:
        call_api, presign = BaseClient._make_api_call, signers.generate_presigned_url
        BaseClient._make_api_call = self._timed(self._counted(call_api))
        signers.generate_presigned_url = self._timed(presign)
        try:
            yield
        finally:
            BaseClient._make_api_call, signers.generate_presigned_url = call_api, presign

    def _timed(self, original: Call) -> Call:
        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return original(*arguments, **named)
            finally:
                self._now.sdk += 1000 * (time.thread_time() - began)

        return timed

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

    @contextmanager
    def measured(self, what: str | None) -> Iterator[None]:
        """Count and time the block, and put it down under this name; without one, only keep its log from the screen."""
        self._now, log = Spent(), io.StringIO()
        with redirect_stdout(log):
            began = time.thread_time()
            yield
            took = 1000 * (time.thread_time() - began)
        spent, self._now = self._now, Spent()
        spent.own, spent.logged = took - spent.sdk, len(log.getvalue().encode())
        if what is not None:
            self.spent[what].append(spent)

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
            statistics.median(each.sdk for each in runs),
            round(statistics.mean(each.logged for each in runs)),
        )
