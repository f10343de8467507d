"""Follows what the functions of the local system log: `python -m infra.logs`."""

import contextlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from infra.aws import NoStackError, client, endpoint_from_environment, resource_names
from infra.places import STACK
from infra.terminal import printable

GROUPS = f"/aws/lambda/{STACK}"
OVERLAP_MS = 5_000  # a line may appear a little after the time it carries
PAUSE_SECONDS = 0.5

# Lines that Lambda itself writes around each call.
PLATFORM = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ")

FRAME = re.compile(r'File "[^"]*?([^"/]+)", line (\d+)')

Entry = tuple[str, int, str]  # stream, time in ms, text


class LogFollower:
    """Reports each new line of each function, in a thread of its own, from `start` to `stop`."""

    def __init__(self, endpoint: str, report: Callable[[str], None] = print, since: float | None = None) -> None:
        self._logs = client("logs", endpoint)
        self._report = report
        self._since = int(1000 * (time.time() if since is None else since))
        self._seen: set[Entry] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Report what is logged from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Report no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _follow(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            try:
                self.report_new_lines()
            except (BotoCoreError, ClientError):
                continue  # the emulator is busy or ending; the lines are still there next time

    def report_new_lines(self) -> None:
        """Report what was logged since the last time."""
        start = self._since - OVERLAP_MS
        now = int(time.time() * 1000)
        found = sorted(self._entries(start), key=lambda named: named[1][1])
        for function, entry in found:
            if entry not in self._seen and not entry[2].startswith(PLATFORM):
                self._report(line_for(function, entry[1], entry[2]))
        self._seen = {entry for _, entry in found}
        self._since = now

    def _entries(self, start: int) -> Iterator[tuple[str, Entry]]:
        for group in self._logs.describe_log_groups(logGroupNamePrefix=GROUPS)["logGroups"]:
            name = group["logGroupName"]
            for event in self._logs.filter_log_events(logGroupName=name, startTime=start)["events"]:
                yield short_name(name), (event["logStreamName"], event["timestamp"], event["message"])


def short_name(group: str) -> str:
    """A function as people call it: validator for /aws/lambda/snapjury/validator.

    LocalStack gives its logs a group of the function's own name: /aws/lambda/snapjury-ValidatorFunction-1A2B3C.
    """
    return group.removeprefix(GROUPS)[1:].partition("Function-")[0].lower()


def line_for(function: str, timestamp: int, message: str) -> str:
    """One logged event in one line for a person: what happened first, then the details."""
    clock = time.strftime("%H:%M:%S", time.localtime(timestamp / 1000)) + f".{timestamp % 1000:03d}"
    return f"{clock} {function:<9} {in_words(message.rstrip())}"


def in_words(message: str) -> str:
    """A JSON event as `event key=value ...`, of a traceback only where it ends; anything else as it is."""
    try:
        fields: Any = json.loads(message)
    except ValueError:
        return message
    if not isinstance(fields, dict) or "event" not in fields:
        return message
    without_metrics(fields)
    trace = fields.pop("trace", "")
    words = [str(fields.pop("level", "")).upper(), str(fields.pop("event"))]
    for name, value in fields.items():
        if value is not None:
            words.append(f"{name}={value if isinstance(value, str) else json.dumps(value)}")
    frames = FRAME.findall(str(trace))
    if frames:
        words.append("at={}:{}".format(*frames[-1]))
    return printable(" ".join(filter(None, words)))


def without_metrics(fields: dict[str, Any]) -> None:
    """Take out what stands in the line for CloudWatch alone."""
    for group in fields.pop("_aws", {}).get("CloudWatchMetrics", ()):
        for name in (each["Name"] for each in group["Metrics"]):
            fields.pop(name, None)
        for name in (each for dimensions in group["Dimensions"] for each in dimensions):
            fields.pop(name, None)


def follow(endpoint: str) -> None:
    """Show what the functions log from now on, as long as the emulator runs."""
    follower = LogFollower(endpoint, lambda line: print(line, flush=True))
    while True:
        time.sleep(PAUSE_SECONDS)
        try:
            follower.report_new_lines()
        except EndpointConnectionError:
            return
        except (BotoCoreError, ClientError):
            continue  # it is busy


def main() -> None:
    """Follow all functions of the running emulator until interrupted."""
    endpoint = endpoint_from_environment()
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        try:
            resource_names(endpoint)
        except NoStackError as error:
            sys.exit(str(error))
        print(f"Following all functions at {endpoint}; Ctrl-C ends it.", flush=True)
        follow(endpoint)
        sys.exit(f"The emulator at {endpoint} has ended.")


if __name__ == "__main__":
    main()
