"""How much memory processes have, sampled while they work, and whether it grows.

What is held against a function is the growth for each invocation, since that is what a leak grows by. The slope is
Theil and Sen's: the median over all pairs of samples of one process, so that steps and outliers do not decide. Who
grows while the system fills is judged once more by what the same requests do to it when nothing changes any more.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from tests.soak.processes import processes_of

EVERY = 5.0
WARM_UP = 60.0
"""Seconds between samples, and of a process's life that do not count: it loads modules and fills its caches."""

MOST_SAMPLES = 200
"""Of a process, spread evenly: pairs grow with the square."""

FLAT = 10.0
"""MB for 10,000 invocations, or 1 kB for each: less than the event that it was called with takes as objects. A
function that keeps anything of each invocation is above it."""

NOISE = 5.0
"""MB over the whole run. Below it, pages that the allocator takes and keeps cannot be told from growth."""

NOISE_WHEN_STILL = 1.0
"""MB over the time in which the same is asked again: there every answer is as large as the last one."""

Process = tuple[str | None, int]
"""The function that it runs, None for the emulator itself, and its id."""

Sample = tuple[float, float]
"""Seconds, and MB."""

Samples = Sequence[Sample]


@dataclass(frozen=True)
class Growth:
    """MB of one process at the start and at the end, and by the slope an hour; None with too few samples."""

    start: float
    end: float
    per_hour: float | None


@dataclass(frozen=True)
class FunctionMemory:
    """A function's processes. `growth` is MB by the slope over the time that was sampled, for one process.

    `asked_again` is how often it was asked the same once nothing changed any more, and `grew_again` the MB that the
    process grew by meanwhile that grew most.
    """

    function: str
    processes: int
    start: float
    end: float
    per_hour: float
    invocations: int
    per_10000: float
    growth: float
    asked_again: int = 0
    grew_again: float = 0.0

    @property
    def is_flat(self) -> bool:
        is_flat_when_still = self.asked_again > 0 and self.grew_again <= NOISE_WHEN_STILL
        return self.per_10000 <= FLAT or self.growth <= NOISE or is_flat_when_still


class Sampler:
    """Samples an emulator's processes in a thread of its own, from `start` to `stop`."""

    def __init__(self, emulator: int) -> None:
        self.samples: dict[Process, list[Sample]] = defaultdict(list)
        self._emulator = emulator
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(EVERY):
            now = time.monotonic()
            for each in processes_of(self._emulator):
                self.samples[each.function, each.pid].append((now, each.megabytes))


def slopes(samples: Samples) -> list[float]:
    """Of all pairs of samples (seconds, MB): MB an hour."""
    step = -(-len(samples) // MOST_SAMPLES)
    thinned = samples[::step] if step > 1 else samples
    return [
        3600 * (later[1] - earlier[1]) / (later[0] - earlier[0])
        for number, earlier in enumerate(thinned)
        for later in thinned[number + 1 :]
    ]


def warm(samples: Samples) -> Samples:
    """The samples without those of the process's first minute."""
    return [each for each in samples if each[0] >= samples[0][0] + WARM_UP]


def growth_of(samples: Samples) -> Growth:
    """How one process grew once it was warm."""
    counted = warm(samples) or samples[-1:]
    pairs = slopes(counted)
    return Growth(counted[0][1], counted[-1][1], median(pairs) if pairs else None)


def functions_of(samples: Mapping[Process, Samples], invocations: Mapping[str, int]) -> list[FunctionMemory]:
    """How the processes of each function grew, those taken together that ran for more than their warm-up."""
    found = []
    for function in sorted({name for name, _ in samples if name}):
        own = [each for (name, _), each in samples.items() if name == function]
        lived = sum(each[-1][0] - each[0][0] for each in own)
        long = [warm(each) for each in own if len(warm(each)) > 1]
        if not long:
            continue
        per_hour = median([slope for each in long for slope in slopes(each)])
        longest = max(each[-1][0] - each[0][0] for each in long)
        per_process_hour = 3600 * invocations.get(function, 0) / lived
        found.append(
            FunctionMemory(
                function,
                len(own),
                median([each[0][1] for each in long]),
                median([each[-1][1] for each in long]),
                per_hour,
                invocations.get(function, 0),
                10_000 * per_hour / per_process_hour if per_process_hour else 0.0,
                per_hour * longest / 3600,
            )
        )
    return found


def judged_again(
    memory: Sequence[FunctionMemory], samples: Mapping[Process, Samples], asked: Mapping[str, int]
) -> list[FunctionMemory]:
    """The same with what each process did, sampled while nothing changed, when its function was asked so often."""
    grew = {each.function: [0.0] for each in memory}
    for (function, _), own in samples.items():
        counted = warm(own)
        if function in grew and len(counted) > 1:
            hours = (counted[-1][0] - counted[0][0]) / 3600
            grew[function].append(median(slopes(counted)) * hours)
    return [
        replace(each, asked_again=asked.get(each.function, 0), grew_again=max(grew[each.function])) for each in memory
    ]


def as_json(memory: Sequence[FunctionMemory]) -> list[dict[str, Any]]:
    return [asdict(each) | {"flat": each.is_flat} for each in memory]
