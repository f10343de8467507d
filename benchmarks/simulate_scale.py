"""What waits where as assets come faster: the queues of docs/scaling.md, simulated.

    .venv/bin/python -m benchmarks.simulate_scale

The processor time of a validation is measured here, over photos of many sizes, and scaled to the function's share of a
processor on Lambda. What the calls of other services take there cannot be measured here: `ASSUMED` says what is taken.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.queue_model import Passage, Servers, Times, arrivals, serve, serve_fairly, serve_in_shards, slowest_of
from snapjury.adapters.keys import LIST_SHARDS
from snapjury.rules.types.image import rule as image_rule
from tests.images import encoded, picture
from tests.template import properties

SIZES = ((320, 240), (640, 480), (800, 600), (1000, 750), (1000, 1000))
ROUNDS, GRAIN = 8, 24

ASSUMED = {"a table call": 6.0, "an object stored": 40.0, "a message sent": 10.0, "a receiver's answer": 200.0}
"""Milliseconds: medians, around which single calls lie log-normally."""
SPREAD = 0.5
VALIDATION_CALLS = {"a table call": 3, "an object stored": 1, "a message sent": 2}
NOTIFICATION_CALLS = {"a table call": 3, "a receiver's answer": 1}

FULL_PROCESSOR = 1769
"""MB of memory with which Lambda gives a whole processor (AWS Lambda Developer Guide, memory)."""
FIRST_POLLERS, MORE_A_SECOND, MOST_POLLERS = 5, 300 / 60, 1250
"""How Lambda takes up a standard queue (AWS Lambda Developer Guide, services-sqs-scaling, 2026)."""
WRITES_A_PARTITION = 1000
"""A second (Amazon DynamoDB Developer Guide, bp-partition-key-design)."""
SIDE_BY_SIDE = 10
"""Webhooks that an invocation of the notifier calls at once."""


class Scenario(NamedTuple):
    name: str
    per_second: float
    seconds: float
    validators: int
    notifiers: int
    shards: int = LIST_SHARDS
    at_once: int = 0  # what an import brings at the beginning
    is_fair: bool = True  # whether what comes singly goes before what waits of an import


def scenarios() -> list[Scenario]:
    limits = concurrency_of("ValidatorFunction"), concurrency_of("NotifierFunction")
    most = MOST_POLLERS
    return [
        Scenario("10 a second, as deployed", 10, 600, *limits),
        Scenario(
            "behind an import of 20,000, were the queue not fair", 10, 600, *limits, at_once=20_000, is_fair=False
        ),
        Scenario("beside an import of 20,000, as deployed", 10, 600, *limits, at_once=20_000),
        Scenario("1,000 a second, as deployed", 1000, 60, *limits),
        Scenario("1,000 a second, concurrency raised to 400", 1000, 300, 400, 400),
        Scenario("2,000 a second: a cell", 2000, 300, 800, 400),
        Scenario("100,000 a second in one stack, all raised", 100_000, 20, most, most),
        Scenario("the same with 200 shards", 100_000, 20, most, most, shards=200),
    ]


def concurrency_of(function: str) -> int:
    """What the template allows the function's queue."""
    events = properties(function)["Events"].values()
    limits = (each["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency", 0) for each in events)
    return int(max(limits))


def pollers(limit: int) -> Servers:
    return Servers(min(FIRST_POLLERS, limit), MORE_A_SECOND, min(limit, MOST_POLLERS))


def validation_seconds() -> Times:
    """Processor time of validations on this machine, one value for each picture and round."""
    pictures = [photo(*size) for size in SIZES]
    return np.array([processor_time(lambda content=each: inspect(content)) for each in pictures for _ in range(ROUNDS)])


def photo(width: int, height: int) -> bytes:
    """A picture with grain, which takes as long to decode as a camera's."""
    grain = Image.merge("RGB", [Image.effect_noise((width, height), GRAIN) for _ in range(3)])
    return encoded(Image.blend(picture(width, height), grain, 0.35), "JPEG", quality=85)


def inspect(content: bytes) -> None:
    if not image_rule.inspect(content).ok:
        raise ValueError("the picture is refused, so its validation is no measure")


def processor_time(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def calls(counts: dict[str, int], size: int, chance: np.random.Generator) -> Times:
    """Seconds that one job after the other spends with other services."""
    total = np.zeros(size)
    for name, count in counts.items():
        total += chance.lognormal(np.log(ASSUMED[name] / 1000), SPREAD, (size, count)).sum(axis=1)
    return total


def simulate(scenario: Scenario, processor: Times, chance: np.random.Generator) -> tuple[Passage, Times, Passage]:
    """The validation, the seconds to the verdict of what came singly, and the notification of all, starts and ends."""
    came = arrivals(scenario.per_second, scenario.seconds, chance)
    came = np.concatenate([np.zeros(scenario.at_once), came])
    is_imported = np.arange(len(came)) < scenario.at_once
    share = properties("ValidatorFunction")["MemorySize"] / FULL_PROCESSOR
    work = chance.choice(processor, len(came)) / share + calls(VALIDATION_CALLS, len(came), chance)
    validated = serve_fairly(came, work, is_imported & scenario.is_fair, pollers(scenario.validators))
    order = np.argsort(validated.ended, kind="stable")
    ended = serve_in_shards(validated.ended[order], scenario.shards, WRITES_A_PARTITION, chance)
    told = np.sort(np.concatenate([validated.began, ended.ended]))
    each = slowest_of(calls(NOTIFICATION_CALLS, len(told), chance), SIDE_BY_SIDE, chance)
    slots = pollers(scenario.notifiers)
    slots = Servers(slots.first * SIDE_BY_SIDE, slots.growth * SIDE_BY_SIDE, slots.most * SIDE_BY_SIDE)
    waits = (ended.ended - came[order])[~is_imported[order]]
    return validated, waits, serve(told, each, slots)


def main() -> None:
    chance, processor = np.random.default_rng(1), validation_seconds()
    median, longest = 1000 * np.median(processor), 1000 * processor.max()
    print(f"Processor time of a validation: median {median:.1f} ms, longest {longest:.1f} ms.")
    print("Assumed, in ms:", ", ".join(f"{name} {value:g}" for name, value in ASSUMED.items()))
    table = Table(
        *(
            "",
            "s to the verdict, p50",
            "p99",
            "last",
            "validations waiting",
            "at once",
            "s to a webhook, p99",
            "at once",
        )
    )
    for scenario in scenarios():
        validated, waits, told = simulate(scenario, processor, chance)
        table.add_row(
            scenario.name,
            *(f"{value:,.2f}" for value in (*np.percentile(waits, [50, 99]), waits.max())),
            *(f"{value:,}" for value in (validated.longest_queue, validated.most_at_once)),
            f"{np.percentile(told.ended - told.came, 99):,.2f}",
            f"{told.most_at_once:,}",
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
