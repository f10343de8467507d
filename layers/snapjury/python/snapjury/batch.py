"""The loop behind every queue function: one record at a time or in parallel, each failing for itself."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from snapjury.logs import log_failure
from snapjury.messages import beginning_of
from snapjury.metrics import measured

T = TypeVar("T")


class Record(Struct, frozen=True):
    """One received message."""

    id: str
    body: str
    queue_arn: str
    receives: int

    @property
    def is_first(self) -> bool:
        """Whether it has not been received before, as far as the queue can tell."""
        return self.receives == 1


Failures = dict[str, list[dict[str, str]]]


def process_batch(event: Mapping[str, Any], handle: Callable[[Record], None], workers: int = 1) -> Failures:
    """Lambda's partial batch response: the records to be delivered again.

    A record at which `handle` raises is logged and comes again after the queue's visibility timeout, until its receives
    are used up and it becomes a dead letter.
    """
    records = [record_of(each) for each in event["Records"]]
    if workers == 1 or len(records) <= 1:
        done = [attempt(handle, record) for record in records]
    else:
        with ThreadPoolExecutor(min(workers, len(records))) as pool:
            done = list(pool.map(lambda record: attempt(handle, record), records))
    again = (record.id for record, is_done in zip(records, done, strict=True) if not is_done)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in again]}


def process_together(
    event: Mapping[str, Any], parse: Callable[[Record], T], handle: Callable[[list[T]], None]
) -> Failures:
    """The same for records that are dealt with at once: those that cannot be parsed fail alone, the others together."""
    parsed: dict[str, T] = {}

    def read(record: Record) -> None:
        parsed[record.id] = parse(record)

    failures = process_batch(event, read)
    try:
        if parsed:
            handle(list(parsed.values()))
    except Exception as error:
        log_failure("batch_failed", error, messages=len(parsed), **measured(RecordsFailed=len(parsed)))
        failures["batchItemFailures"] += [{"itemIdentifier": each} for each in parsed]
    return failures


class Context(Protocol):
    """What Lambda tells a function about its invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Until the function is ended."""


def time_for_more(context: Context) -> Callable[[], bool]:
    """Tells whether to begin more work: as long as less than 60 % of the time that there is now has passed."""
    kept = 0.4 * context.get_remaining_time_in_millis()
    return lambda: context.get_remaining_time_in_millis() > kept


def attempt(handle: Callable[[Record], None], record: Record) -> bool:
    """Whether it is done with."""
    try:
        handle(record)
    except Exception as error:
        about = {"message": record.id, "receives": record.receives, "body": beginning_of(record.body)}
        log_failure("record_failed", error, **about, **measured(RecordsFailed=1))
        return False
    return True


def record_of(raw: Mapping[str, Any]) -> Record:
    return Record(
        raw["messageId"],
        raw["body"],
        raw["eventSourceARN"],
        int(raw["attributes"]["ApproximateReceiveCount"]),
    )
