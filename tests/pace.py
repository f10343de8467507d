"""Bounds on what a computation takes that hold on slow and busy machines."""

import time
from collections.abc import Callable

MEASURED = 1_000_000


def in_steps(work: Callable[[], object]) -> float:
    """How many steps of a loop in Python take as much processor time as this work does."""
    began = time.process_time()
    index = 0
    while index < MEASURED:
        index += 1
    a_million = time.process_time()
    work()
    return MEASURED * (time.process_time() - a_million) / (a_million - began)
