"""What a system did lately: how many assets ended and how fast, what was decided, in steps of five minutes."""

from collections.abc import Sequence

from msgspec import Struct

from snapjury.rules.asset import Asset, State

STEP = 300_000
"""Milliseconds of a step. Steps begin at full multiples of it, so that a step keeps its place while time goes on."""

STEPS = 12
"""Steps of the last hour, of which the last one is still running."""


class Ended(Struct, frozen=True):
    """An asset that has ended: when (epoch ms), how long it waited to be started and how long it took in all (ms)."""

    at: int
    waited: int
    took: int
    failed: bool


class Decided(Struct, frozen=True):
    """A snapshot that was decided: when (epoch ms), with how many votes, and how many fewer than a jury of three."""

    at: int
    votes: int
    spared: int


class Latency(Struct, frozen=True):
    """Milliseconds that half of them took at the most, and 95 of a hundred."""

    median: int
    p95: int


class Figures(Struct, frozen=True):
    """What happened in a time. `submitted` are those that were submitted in it and have ended since.

    `to_start` and `to_end` count from the submission of those that ended in it; None where none did.
    """

    submitted: int
    succeeded: int
    failed: int
    to_start: Latency | None
    to_end: Latency | None
    decided: int
    votes: int
    votes_spared: int


class Hour(Struct, frozen=True):
    """The figures of the steps from `since` on (epoch ms), by when each begins, and of all of them together."""

    since: int
    steps: dict[int, Figures]
    total: Figures


def ended(asset: Asset) -> Ended | None:
    """What counts of an asset; None while it has not ended. Clocks of two machines may differ, so none is negative."""
    if asset.finished_at is None:
        return None
    started_at = asset.finished_at if asset.started_at is None else asset.started_at
    waited, took = max(0, started_at - asset.created_at), max(0, asset.finished_at - asset.created_at)
    return Ended(asset.finished_at, waited, took, asset.state is State.FAILED)


def hour_begins(now: int) -> int:
    """When the first step of the last hour began."""
    return (now // STEP - STEPS + 1) * STEP


def hour_of(assets: Sequence[Ended], decisions: Sequence[Decided], now: int) -> Hour:
    """The last hour, of all that ended or was decided in it."""
    since = hour_begins(now)
    begins = [since + number * STEP for number in range(STEPS)]
    steps = {each: figures_of(assets, decisions, each, each + STEP) for each in begins}
    return Hour(since, steps, figures_of(assets, decisions, since, since + STEPS * STEP))


def figures_of(assets: Sequence[Ended], decisions: Sequence[Decided], since: int, until: int) -> Figures:
    """What happened in since <= time < until."""
    here = [each for each in assets if since <= each.at < until]
    decided = [each for each in decisions if since <= each.at < until]
    failed = sum(each.failed for each in here)
    return Figures(
        sum(since <= each.at - each.took < until for each in assets),
        len(here) - failed,
        failed,
        latency_of([each.waited for each in here]),
        latency_of([each.took for each in here]),
        len(decided),
        sum(each.votes for each in decided),
        sum(each.spared for each in decided),
    )


def latency_of(times: Sequence[int]) -> Latency | None:
    """Median and 95th percentile by nearest rank: both are times that were taken."""
    if not times:
        return None
    ordered = sorted(times)
    return Latency(*(ordered[-(-len(ordered) * percent // 100) - 1] for percent in (50, 95)))
