"""Work that would take this process's time or memory, or the process itself, takes those of a child."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from snapjury.rules.types.bounded import Bounds, within_bounds

MEGABYTE = 1024 * 1024
TIGHT = Bounds(processor=1, wait=2, memory=64 * MEGABYTE)


def turn_round() -> bytes:
    while True:
        pass


def wait_for_ever() -> bytes:
    time.sleep(60)
    return b"late"


def stop_in_the_middle() -> bytes:
    os.kill(os.getpid(), signal.SIGSTOP)
    return b"late"


def take_memory() -> bytes:
    return bytes(200 * MEGABYTE)[:9]


def fail() -> bytes:
    raise ValueError("broken")


def crash() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b"survived"


@pytest.mark.parametrize("content", [b"3 pages", bytes(MEGABYTE)])
def test_what_work_comes_to_is_handed_on(content: bytes) -> None:
    assert within_bounds(lambda: content, TIGHT) == content


def test_memory_within_the_bounds_can_be_had() -> None:
    assert within_bounds(lambda: bytes(20 * MEGABYTE)[:9], TIGHT) == bytes(9)


@pytest.mark.parametrize("work", [turn_round, wait_for_ever, stop_in_the_middle, take_memory, fail, crash])
def test_what_goes_beyond_the_bounds_or_breaks_comes_to_nothing(work: Callable[[], bytes]) -> None:
    assert within_bounds(work, TIGHT) is None


def test_no_child_is_left_behind() -> None:
    for work in (fail, wait_for_ever):
        within_bounds(work, TIGHT)

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
