"""Work on a file by a library that sets no bounds, in a child process that has some."""

import contextlib
import os
import resource
import select
import signal
import warnings
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct


class Bounds(Struct, frozen=True):
    """Seconds of a processor, seconds by the clock, and bytes of memory beyond what the process has already."""

    processor: int = 3
    wait: float = 10
    memory: int = 512 * 1024 * 1024


def within_bounds(work: Callable[[], bytes], bounds: Bounds) -> bytes | None:
    """What the work comes to; None if it went beyond its bounds, or took its process down."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the child neither has nor needs any
        child = os.fork()
    if child == 0:
        do_and_exit(work, writer, bounds)
    os.close(writer)
    try:
        return answer_from(reader, bounds.wait) or None
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def answer_from(reader: int, wait: float) -> bytes:
    """All that is written until it is closed; nothing if it stays open and silent for so many seconds."""
    answer = b""
    while select.select([reader], [], [], wait)[0]:
        piece = os.read(reader, 65_536)
        if not piece:
            return answer
        answer += piece
    return b""


def do_and_exit(work: Callable[[], bytes], writer: int, bounds: Bounds) -> None:
    """Write what the work comes to, if it comes to its end; nothing else of this process happens."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (bounds.processor, bounds.processor))
        with contextlib.suppress(OSError, ValueError):  # where a system keeps no such books
            most = mapped_bytes() + bounds.memory
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        os.write(writer, work())
    finally:
        os._exit(0)


def mapped_bytes() -> int:
    """The address space of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
