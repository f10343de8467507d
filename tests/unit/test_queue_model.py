"""The model that docs/scaling.md rests on, against what queueing theory says."""

import math

import numpy as np
import pytest

from benchmarks.queue_model import Servers, arrivals, serve, serve_fairly, serve_in_shards


def erlang_c(servers: int, load: float) -> float:
    """The share of jobs that wait, of those that come and end at random (Erlang, 1917)."""
    full = load**servers / math.factorial(servers) * servers / (servers - load)
    return full / (sum(load**number / math.factorial(number) for number in range(servers)) + full)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (4, 3.0), (10, 8.0)])
def test_as_many_wait_and_as_long_as_erlang_says(servers: int, load: float) -> None:
    chance = np.random.default_rng(1)
    came = arrivals(load, 100_000, chance)

    passed = serve(came, chance.exponential(1.0, len(came)), Servers(servers, 0, servers))

    waits = passed.began - passed.came
    assert np.mean(waits > 0) == pytest.approx(erlang_c(servers, load), rel=0.03)
    assert np.mean(waits) == pytest.approx(erlang_c(servers, load) / (servers - load), rel=0.08)


@pytest.mark.parametrize(("servers", "load", "noisy"), [(1, 0.8, 0.5), (10, 9.0, 0.7)])
def test_the_quiet_wait_as_long_as_cobham_says_before_the_noisy(servers: int, load: float, noisy: float) -> None:
    chance = np.random.default_rng(1)
    came = arrivals(load, 200_000, chance)
    is_noisy = chance.random(len(came)) < noisy

    passed = serve_fairly(came, chance.exponential(1.0, len(came)), is_noisy, Servers(servers, 0, servers))

    waits = passed.began - passed.came
    use, quiet_use = load / servers, (1 - noisy) * load / servers
    quiet_wait = erlang_c(servers, load) / servers / (1 - quiet_use)  # Cobham, "Priority assignment", 1954
    assert np.mean(waits[~is_noisy]) == pytest.approx(quiet_wait, rel=0.08)
    assert np.mean(waits[is_noisy]) == pytest.approx(quiet_wait / (1 - use), rel=0.08)


def test_servers_come_one_after_the_other() -> None:
    came = np.zeros(6)

    passed = serve(came, np.full(6, 100.0), Servers(first=2, growth=0.5, most=5))

    assert passed.began.tolist() == [0, 0, 2, 4, 6, 100]
    assert passed.longest_queue == 4
    assert passed.most_at_once == 5


def test_a_shard_takes_its_rate_and_no_more() -> None:
    came = np.zeros(4000)

    passed = serve_in_shards(came, 4, 1000, np.random.default_rng(2))

    assert passed.ended.max() == pytest.approx(1.0, abs=0.1)
    assert np.diff(np.sort(serve_in_shards(came, 1, 1000, np.random.default_rng(2)).ended)).min() == pytest.approx(
        0.001
    )


def test_a_shard_with_little_to_do_lets_all_through_at_once() -> None:
    came = np.array([0.0, 1.0, 1.0005, 5.0])

    passed = serve_in_shards(came, 1, 1000, np.random.default_rng(3))

    assert passed.began.tolist() == pytest.approx([0.0, 1.0, 1.001, 5.0])
