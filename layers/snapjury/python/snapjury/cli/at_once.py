"""Much work at once, most of which is waiting for the API."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from threading import Event
from typing import TypeVar

from snapjury.cli.terminal import bar

AT_ONCE = 8
"""As much as the connections that a command keeps open are enough for, and a stack of its own does not mind."""

T = TypeVar("T")
R = TypeVar("R")
Pause = Callable[[float], None]


def at_once(work: Callable[[T, Pause], R], things: Sequence[T], doing: str) -> Iterator[R]:
    """What the work gives for each thing as it is done, with a bar on a terminal.

    The work is given how to pause for some seconds, which ends when somebody interrupts the command. Once one raises,
    no more are begun; those that were are waited for and given, and the first error is raised after them.
    """
    stop = Event()

    def pause(seconds: float) -> None:
        if stop.wait(seconds):
            raise CancelledError

    with bar() as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(work, each, pause) for each in things]
        failed: Exception | None = None
        try:
            for future in progress.track(as_completed(futures), total=len(things), description=doing):
                try:
                    result = future.result()
                except CancelledError:
                    continue
                except Exception as error:
                    failed = failed or error
                    for each in futures:
                        each.cancel()
                    continue
                yield result
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
    if failed is not None:
        raise failed
