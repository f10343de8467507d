"""Files below one directory, which no path, link or special file leads out of."""

import os
import stat

from snapjury.errors import TooLargeError, UnreachableError
from snapjury.rules.paths import parts_below_root

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
        *directories, name = parts_below_root(path)
        try:
            return self._read_below(directories, name, max_bytes)
        except OSError as error:
            raise UnreachableError(path) from error

    def _read_below(self, directories: list[str], name: str, max_bytes: int) -> bytes:
        current = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for directory in directories:
                following = os.open(directory, DIRECTORY, dir_fd=current)
                os.close(current)
                current = following
            file = os.open(name, FILE, dir_fd=current)
        finally:
            os.close(current)
        with open(file, "rb", buffering=0) as stream:
            return read_regular(stream.fileno(), max_bytes)


def read_regular(descriptor: int, max_bytes: int) -> bytes:
    """All bytes of a regular file; anything else counts as unreachable."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UnreachableError("not a regular file")
    if status.st_size > max_bytes:
        raise TooLargeError("more bytes than are read")
    content = bytearray()
    while chunk := os.read(descriptor, CHUNK):
        content += chunk
        if len(content) > max_bytes:
            raise TooLargeError("grew while it was read")
    return bytes(content)
