"""Work that the API accepts and goes on with: asking how it stands until it is done."""

import time
from collections.abc import Callable

from snapjury.cli.api import Api, ApiError, Record
from snapjury.rules.job import JobState

FIRST_POLL = 0.25
LONGEST_POLL = 2.0
"""Seconds between two questions, growing from the first to the longest."""


class EndedOtherwiseError(ApiError):
    """The work has ended, and not as it was to: to go on with it is of no use."""


def await_end(
    api: Api, path: str, report: Callable[[Record], None], seconds: float, goal: JobState = JobState.DONE
) -> Record:
    """The record at this path once its `state` is the goal; EndedOtherwiseError, or ApiError if not in time.

    `report` is given every answer.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_POLL
    while True:
        record = api.call("GET", path)
        report(record)
        state = record["state"]
        if state == goal:
            return record
        if state == JobState.FAILED:
            raise EndedOtherwiseError(f"{path.strip('/')} failed: {record.get('error') or 'the API does not say why'}")
        if goal is not JobState.REMOVED and state in (JobState.REMOVING, JobState.REMOVED):
            raise EndedOtherwiseError(f"{path.strip('/')} is {state}: somebody asked for that meanwhile")
        if time.monotonic() > deadline:
            raise ApiError(f"{path.strip('/')} is still {record['state']} after {seconds:g} s; it goes on")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL)
