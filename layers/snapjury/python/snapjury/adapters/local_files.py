"""Files below one directory, which no path, link or special file leads out of."""

import contextlib
import os
import stat
from collections.abc import Iterator

from snapjury.errors import TooLargeError, UnreachableError
from snapjury.rules.paths import parts_below_root
from snapjury.services.job_ports import ManifestPiece

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
CHUNK = 1 << 20


class LocalFiles:
    """Reads regular files below `root` (an absolute path)."""

    def __init__(self, root: str) -> None:
        self._root = root

    def read(self, path: str, max_bytes: int) -> bytes:
        """The file's bytes.

        Every name is opened relative to the directory before it and no link is followed, so that nothing outside the
        root can be reached, not even by renaming while this runs. What is checked and what is read is one descriptor.
        """
        with self._opened(path) as descriptor:
            return read_regular(descriptor, max_bytes)

    def read_piece(self, path: str, start: int, length: int) -> ManifestPiece:
        """At most `length` of the file's bytes from `start` on."""
        with self._opened(path) as descriptor:
            status = status_of_regular(descriptor)
            content = os.pread(descriptor, length, start)
            return ManifestPiece(content, status.st_size, f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}")

    @contextlib.contextmanager
    def _opened(self, path: str) -> Iterator[int]:
        *directories, name = parts_below_root(path)
        try:
            with open(self._open_below(directories, name), "rb", buffering=0) as stream:
                yield stream.fileno()
        except OSError as error:
            raise UnreachableError(path) from error

    def _open_below(self, directories: list[str], name: str) -> int:
        current = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for directory in directories:
                following = os.open(directory, DIRECTORY, dir_fd=current)
                os.close(current)
                current = following
            return os.open(name, FILE, dir_fd=current)
        finally:
            os.close(current)


def status_of_regular(descriptor: int) -> os.stat_result:
    """What is known of a regular file; anything else counts as unreachable."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UnreachableError("not a regular file")
    return status


def read_regular(descriptor: int, max_bytes: int) -> bytes:
    """All bytes of a regular file; anything else counts as unreachable."""
    if status_of_regular(descriptor).st_size > max_bytes:
        raise TooLargeError("more bytes than are read")
    content = bytearray()
    while chunk := os.read(descriptor, CHUNK):
        content += chunk
        if len(content) > max_bytes:
            raise TooLargeError("grew while it was read")
    return bytes(content)
