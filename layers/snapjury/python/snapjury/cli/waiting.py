"""Work that the API accepts and goes on with: asking how it stands until it is done."""

import time
from collections.abc import Callable

from snapjury.cli.api import Api, ApiError, Record

FIRST_POLL = 0.25
LONGEST_POLL = 2.0
"""Seconds between two questions, growing from the first to the longest."""

ENDED = ("done", "failed")


def await_end(api: Api, path: str, report: Callable[[Record], None], seconds: float) -> Record:
    """The record at this path once its `state` is done; ApiError if it failed, or is not done in time.

    `report` is given every answer.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_POLL
    while True:
        record = api.call("GET", path)
        report(record)
        if record["state"] == "done":
            return record
        if record["state"] == "failed":
            raise ApiError(f"{path.strip('/')} failed: {record.get('error') or 'the API does not say why'}")
        if time.monotonic() > deadline:
            raise ApiError(f"{path.strip('/')} is still {record['state']} after {seconds:g} s; it goes on")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL)
