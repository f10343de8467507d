"""Much work at once, most of which is waiting for the API."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from snapjury.cli.terminal import bar

AT_ONCE = 8
"""As much as the connections that a command keeps open are enough for, and a stack of its own does not mind."""

T = TypeVar("T")
R = TypeVar("R")


def at_once(work: Callable[[T], R], things: Sequence[T], doing: str) -> Iterator[R]:
    """What the work gives for each thing, in their order, with a bar on a terminal.

    What the work raises is raised here, and no more of it begun.
    """
    with bar() as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        yield from progress.track(pool.map(work, things), total=len(things), description=doing)
