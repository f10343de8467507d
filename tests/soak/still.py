"""The same requests again and again once nothing changes any more.

While a system fills, what a function reads gets larger, and so does the function. What still grows here is what it
keeps of each call.
"""

import time
from collections import Counter

import msgspec

from snapjury.messages import ScoreMessage
from tests.soak.admins import VIEWS
from tests.soak.memory import Process, Sample, Sampler
from tests.soak.system import System

SHARE, SHORTEST = 0.1, 90.0
"""How long that goes on: a share of the time of the load, and so many seconds at the least."""

FUNCTION_OF_VIEW = {"operations": "operations", "dead-letters": "operations", "leaderboard": "reviews"}
"""Of views by the beginning of their path; all others are the catalog's."""


def seconds_for(minutes: float) -> float:
    """How long to ask again after a load of so many minutes."""
    return max(SHORTEST, 60 * SHARE * minutes)


def sampled_again(system: System, seconds: float) -> tuple[Counter[str], dict[Process, list[Sample]]]:
    """How often each function was asked the same in this time, and samples of all processes meanwhile."""
    sampler = Sampler(system.emulator)
    sampler.start()
    try:
        return ask_again(system, seconds), sampler.samples
    finally:
        sampler.stop()


def ask_again(system: System, seconds: float) -> Counter[str]:
    """Look at all views, and have the leaderboards scored; how often each function was asked."""
    asked: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for view in VIEWS:
            system.admin.call("GET", view)
            asked[function_of(view)] += 1
        hint = msgspec.json.encode(ScoreMessage(time.time_ns() // 1_000_000)).decode()
        system.stack.sqs.send_message(QueueUrl=system.stack.outputs["ScoringQueue"], MessageBody=hint)
        asked["scorer"] += 1
    return asked


def function_of(view: str) -> str:
    return FUNCTION_OF_VIEW.get(view.split("/")[1].split("?")[0], "catalog")
