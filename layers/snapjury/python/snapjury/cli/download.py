"""One file, downloaded in as many goes as it takes."""

import hashlib
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import requests
import urllib3

from snapjury.cli.api import REQUEST_TIMEOUT, ApiError

BREAKS = 20
"""How often a download is taken up again, after pauses that grow from the first to the longest, in seconds."""

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

CHUNK = 256 * 1024
RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
Report = Callable[[int, int | None], None]


class BrokenDownloadError(Exception):
    """The connection ended before the file did, and what came is kept; or what was kept did not fit, and is not."""


class DamagedError(ApiError):
    """What can be had are not the bytes that the SHA-256 names."""


def download(file: Path, link_of: Callable[[], str], report: Report, sha256: str | None = None) -> None:
    """Download the file in as many goes as it takes, each by a new link, since links expire.

    One that is there under its name is complete, unless its SHA-256 is known and another: then it is had anew.
    ApiError if it broke off again and again, or cannot be had; DamagedError if it is another there, too.
    """
    if file.exists():
        if has_hash(file, sha256):
            return
        file.unlink()
    going = Download(file, sha256)
    for broken in range(BREAKS):
        link = link_of()
        try:
            return going.go_on(link, report)
        except BrokenDownloadError as error:
            reason = error
            time.sleep(min(FIRST_PAUSE * 2**broken, LONGEST_PAUSE))
    raise ApiError(f"the download of {file.name} broke off {BREAKS} times: {reason}")


def has_hash(file: Path, sha256: str | None) -> bool:
    """Whether these are the bytes that were meant; where that is not known, they are taken for it."""
    return sha256 is None or sha256_of(file) == sha256


def sha256_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class Download:
    """A file that gets its name when it is complete; until then it has `.part` behind it."""

    def __init__(self, file: Path, sha256: str | None = None) -> None:
        self._file = file
        self._sha256 = sha256
        self._part = file.with_name(f"{file.name}.part")

    def go_on(self, url: str, report: Report) -> None:
        """Download what is missing; `report` is told the bytes there are, and in all if that is known.

        BrokenDownloadError if it is to be tried again, ApiError if the file cannot be had.
        """
        have = self._part.stat().st_size if self._part.exists() else 0
        # Without encodings, so that bytes are counted as they are stored.
        headers = {"accept-encoding": "identity"} | ({"range": f"bytes={have}-"} if have else {})
        try:
            with requests.get(url, headers=headers, stream=True, timeout=REQUEST_TIMEOUT) as answer:
                total = self._take(answer, have, report)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise BrokenDownloadError(type(error).__name__) from error
        size = self._part.stat().st_size
        if total is not None and size < total:
            raise BrokenDownloadError(f"not all of {total} bytes")
        if total not in (None, size) or not has_hash(self._part, self._sha256):
            self._part.unlink()
            if have:
                raise BrokenDownloadError("what was there before does not fit")
            raise DamagedError(f"{self._file.name}: its bytes are not those that its SHA-256 names")
        self._part.replace(self._file)

    def _take(self, answer: requests.Response, have: int, report: Report) -> int | None:
        """Write what comes behind what there is: the bytes that the file has in all."""
        start, total = place_of(answer)
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            if total != have:  # another file's rest: begin anew
                self._part.unlink()
                raise BrokenDownloadError("the part that was there does not fit")
            return total
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise BrokenDownloadError(answer.reason)
        if not answer.ok:
            why = f"{answer.status_code} {answer.reason}"
            raise ApiError(f"{self._file.name} cannot be downloaded: {why}", answer.status_code)
        if start not in (0, have):
            raise ApiError(f"{self._file.name} cannot be downloaded: asked for byte {have}, given byte {start}")
        with self._part.open("ab" if start else "wb") as part:
            while chunk := answer.raw.read1(CHUNK, decode_content=False):  # what came, also if the rest never does
                part.write(chunk)
                report(part.tell(), total)
        return total


def place_of(answer: requests.Response) -> tuple[int, int | None]:
    """Where in the file the answer begins, and the file's bytes in all."""
    found = RANGE.fullmatch(answer.headers.get("content-range", ""))
    if answer.status_code in (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE) and found:
        return int(found[1] or 0), int(found[2])
    length = answer.headers.get("content-length", "")
    return 0, int(length) if length.isdecimal() else None
