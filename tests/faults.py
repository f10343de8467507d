"""AWS calls that go wrong, and processes that die around them, at the level of the AWS client."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from snapjury.adapters.direct_calls import OPERATIONS
from snapjury.wiring.clients import direct_calls

REFUSALS = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sqs": (503, "ServiceUnavailable"),
    "s3": (503, "SlowDown"),
    "secretsmanager": (500, "InternalServiceError"),
}
"""What each service says when it is throttled or in trouble."""


class Fault(StrEnum):
    """What happens at a call; in the last three it has taken effect."""

    KILLED_BEFORE = "the process dies before it"
    REFUSED = "it is throttled, or the service is in trouble"
    UNREACHABLE = "nobody answers"
    KILLED_AFTER = "the process dies after it"
    UNCONFIRMED = "its answer is lost"
    REPEATED = "its answer is lost, and the client sends it again"


LISTING = {"Query", "GetQueueAttributes"}
"""Reads that often come in rows of many alike, which count as one call."""

FAULTS_BEFORE = (Fault.REFUSED, Fault.UNREACHABLE)
"""Those that somebody is told of and that have no effect."""


class KilledError(BaseException):
    """The process dies here: nothing that it does about exceptions is done."""


class AwsFaults:
    """Lets one call fail, counted over all of these clients from `strike` on."""

    def __init__(self, clients: Iterable[Any]) -> None:
        self.calls: list[str] = []
        self.struck: str | None = None
        self.last: str | None = None
        self._fault: Fault | None = None
        self._step = 0
        self._is_ignoring = False
        self._lock = threading.Lock()
        for client in clients:
            events = client.meta.events
            events.register("before-call", self._before)
            events.register("after-call", self._after)
            events.register_first("needs-retry", self._decide_on_repetition)

    def strike(self, fault: Fault, step: int) -> None:
        """Let this happen at the call of this number from here on, counted from 1."""
        self._begin(fault, step)

    def steps(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """Strike one call after the other, each with the next of these, as long as there is one to be struck.

        Of reads in a row that are alike the first is struck.
        """
        for step, fault in enumerate(faults, start=1):
            self.strike(fault, step)
            yield fault
            if self.last is None:
                return

    @contextmanager
    def ignoring(self) -> Iterator[None]:
        """Neither count nor strike what is called meanwhile."""
        self._is_ignoring = True
        try:
            yield
        finally:
            self._is_ignoring = False

    def rest(self) -> str | None:
        """Let all go well again; the call that was struck, if it came to that."""
        self.last = self.struck
        self._begin(None, 0)
        return self.last

    def _begin(self, fault: Fault | None, step: int) -> None:
        self.calls, self.struck, self._fault, self._step = [], None, fault, step

    def _before(self, model: Any, context: dict[str, Any], **request: Any) -> tuple[Any, Any] | None:
        if self._is_ignoring:
            return None
        with self._lock:
            if model.name in LISTING and self.calls[-1:] == [model.name]:
                return None
            self.calls.append(model.name)
            is_struck = self._fault is not None and len(self.calls) == self._step
        if not is_struck:
            return None
        self.struck = model.name
        context["struck"] = True
        if self._fault is Fault.KILLED_BEFORE:
            raise KilledError(model.name)
        if self._fault is Fault.UNREACHABLE:
            raise EndpointConnectionError(endpoint_url="https://aws.example")
        if self._fault is Fault.REFUSED:
            status, code = REFUSALS[model.service_model.service_name]
            error = {"Error": {"Code": code, "Message": "secret detail"}}
            return SimpleNamespace(status_code=status), error | {"ResponseMetadata": {"HTTPStatusCode": status}}
        if self._fault is Fault.REPEATED and model.name in OPERATIONS:
            calls = direct_calls()
            assert calls is not None
            calls.send(model=model, context=context, **request)
        return None

    def _after(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        if not context.get("struck"):
            return
        if self._fault is Fault.KILLED_AFTER:
            raise KilledError(model.name)
        if self._fault is Fault.UNCONFIRMED:
            raise ReadTimeoutError(endpoint_url="https://aws.example")

    def _decide_on_repetition(self, request_dict: dict[str, Any], attempts: int, **_: Any) -> int | None:
        """Send it again at once, as the client does when it heard nothing of the first time.

        Calls by the short way do not come here: of those the first is sent before.
        """
        is_due = self._fault is Fault.REPEATED and request_dict["context"].get("struck") and attempts == 1
        return 0 if is_due else None
