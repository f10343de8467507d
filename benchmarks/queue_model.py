"""Queues in front of servers whose number grows: when each job ends, first come, first served, or quiet ones first.

Times are seconds. Queues hold whatever comes; what is lost, or takes another way, is not modelled.
"""

import heapq

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Times = NDArray[np.float64]


class Servers(Struct, frozen=True):
    """So many at once, so many more a second while there is work, so many at the most."""

    first: int
    growth: float
    most: int

    def opening_times(self) -> list[float]:
        """When each of them is there."""
        if self.most <= self.first or not self.growth:
            return [0.0] * min(self.first, self.most)
        later = (number / self.growth for number in range(1, self.most - self.first + 1))
        return [0.0] * self.first + list(later)


class Passage(Struct, frozen=True):
    """When each job came, began and ended."""

    came: Times
    began: Times
    ended: Times

    @property
    def longest_queue(self) -> int:
        """Jobs that had come and not begun, at the worst moment."""
        waiting = np.arange(1, len(self.came) + 1) - np.searchsorted(np.sort(self.began), self.came, side="right")
        return max(0, int(waiting.max()))

    @property
    def most_at_once(self) -> int:
        """Jobs that had begun and not ended, at the worst moment."""
        began, ended = np.sort(self.began), np.sort(self.ended)
        return int((np.arange(1, len(began) + 1) - np.searchsorted(ended, began, side="right")).max())


def serve(came: Times, work: Times, servers: Servers) -> Passage:
    """Jobs in the order in which they came (sorted), each on the first server that is free."""
    return serve_fairly(came, work, np.zeros(len(came), bool), servers)


def serve_fairly(came: Times, work: Times, is_noisy: NDArray[np.bool_], servers: Servers) -> Passage:
    """Jobs in the order in which they came (sorted), but of those that wait the noisy ones last."""
    free = servers.opening_times()
    heapq.heapify(free)
    began, effort = np.empty_like(came), work.tolist()
    quiet, noisy = (Line(came, np.flatnonzero(each)) for each in (~is_noisy, is_noisy))
    for _ in range(len(came)):
        now = max(free[0], min(quiet.first, noisy.first))
        job = (quiet if quiet.first <= now else noisy).pop()
        began[job] = now
        heapq.heapreplace(free, now + effort[job])
    return Passage(came, began, began + work)


class Line:
    """Jobs that wait for one another."""

    def __init__(self, came: Times, jobs: NDArray[np.intp]) -> None:
        self._jobs = jobs.tolist()[::-1]
        self._came = [np.inf, *came[jobs].tolist()[::-1]]

    @property
    def first(self) -> float:
        """When the first of them came; infinity where there is none."""
        return self._came[-1]

    def pop(self) -> int:
        """The first one, which leaves."""
        self._came.pop()
        job: int = self._jobs.pop()
        return job


def serve_in_shards(came: Times, shards: int, per_second: float, chance: np.random.Generator) -> Passage:
    """Jobs that each fall to one shard by chance; a shard takes so many a second, evenly."""
    shard = chance.integers(shards, size=len(came))
    began, pause = np.empty_like(came), 1 / per_second
    for number in range(shards):
        mine = shard == number
        steps = pause * np.arange(int(mine.sum()))
        began[mine] = steps + np.maximum.accumulate(came[mine] - steps)  # Lindley's recursion, unrolled
    return Passage(came, began, began + pause)


def arrivals(per_second: float, seconds: float, chance: np.random.Generator) -> Times:
    """When jobs come that know nothing of each other, sorted."""
    return np.sort(chance.uniform(0, seconds, chance.poisson(per_second * seconds)))


def slowest_of(work: Times, together: int, chance: np.random.Generator) -> Times:
    """The work where so many are done side by side, and all wait for the slowest."""
    return chance.choice(work, (len(work), together)).max(axis=1)
