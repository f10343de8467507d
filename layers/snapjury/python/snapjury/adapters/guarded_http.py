"""HTTP calls of URLs that strangers give: permitted addresses only, within one deadline, whatever the other end does.

On urllib3 itself, which does what it is told: no redirect is looked at, no cookie kept, no proxy or .netrc consulted.
"""

import http.client
import io
import socket
import ssl
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Any

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, LocationParseError
from urllib3.util import Url, parse_url

from snapjury.adapters.deadline import Deadline
from snapjury.rules.addresses import Network, may_be_dialled

MAX_HEAD_BYTES = 64 * 1024
"""Of the final answer's head and of all informational ones before it."""

MAX_CHUNK_LINES_BYTES = 1024 * 1024
"""Of all that stands between the chunks of a body."""

idle_resolvers: deque[ThreadPoolExecutor] = deque()


class BlockedAddressError(Exception):
    """The URL's host leads to an address that may not be dialled."""


@contextmanager
def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    deadline: Deadline,
    allowed: Sequence[Network],
    body: bytes | None = None,
) -> Iterator[BaseHTTPResponse]:
    """The answer, its body unread and undecoded; the connection is closed at the end.

    Raises BlockedAddressError, LocationParseError if the URL cannot be called, and whatever else the other end provokes
    in urllib3, http.client, ssl and socket.
    """
    parsed = parse_url(url)
    with pool_for(parsed, deadline, allowed) as pool:
        answer = pool.urlopen(
            method,
            parsed.request_uri,
            body=body,
            headers={**headers, "connection": "close"},
            retries=False,
            redirect=False,
            timeout=Timeout(total=deadline.remaining),
            preload_content=False,
            decode_content=False,
        )
        try:
            yield answer
        finally:
            answer.close()


def pool_for(url: Url, deadline: Deadline, allowed: Sequence[Network]) -> HTTPConnectionPool:
    """A pool for one connection, which dials permitted addresses only: exactly those that were checked.

    It is told the port, since http.client would look for one in an IPv6 address.
    """
    if not url.host:
        raise LocationParseError(url.url)
    host = url.host.strip("[]")

    class GuardedConnection(HTTPConnection):
        response_class = CappedResponse

        def _new_conn(self) -> socket.socket:
            return dial_for(self, host, deadline, allowed)

    class GuardedTlsConnection(HTTPSConnection):
        response_class = CappedResponse

        def _new_conn(self) -> socket.socket:
            return dial_for(self, host, deadline, allowed)

    if url.scheme == "https":
        tls_pool = HTTPSConnectionPool(url.host, url.port or 443, ssl_context=tls())
        tls_pool.ConnectionCls = GuardedTlsConnection
        return tls_pool
    pool = HTTPConnectionPool(url.host, url.port or 80)
    pool.ConnectionCls = GuardedConnection
    return pool


class LineReader(io.BufferedReader):
    """Reads lines up to `left` bytes in all; HTTPException if there are more."""

    left = MAX_HEAD_BYTES

    def readline(self, size: int | None = -1, /) -> bytes:
        most = self.left + 1
        line = super().readline(most if size is None or size < 0 else min(size, most))
        self.left -= len(line)
        if self.left < 0:
            raise http.client.HTTPException("more bytes around the body than are read")
        return line


class CappedResponse(http.client.HTTPResponse):
    """Passes over informational answers, and caps what is not body."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp: LineReader = LineReader(self.fp.detach())

    def begin(self) -> None:
        super().begin()
        while 102 <= self.status < 200:  # http.client itself passes over 100; 101 answers what was never asked
            self.headers = self.msg = None  # type: ignore[assignment]  # as before the first head
            super().begin()
        self.fp.left = MAX_CHUNK_LINES_BYTES


@cache
def tls() -> ssl.SSLContext:
    """The system's certificate authorities, loaded once.

    Python 3.13 and newer would refuse certificates that browsers and curl take, whose authority leaves out an extension
    (https://docs.python.org/3/library/ssl.html#ssl.VERIFY_X509_STRICT): receivers and sources are other people's.
    """
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def dial_for(connection: HTTPConnection, host: str, deadline: Deadline, allowed: Sequence[Network]) -> socket.socket:
    """A connected socket for urllib3, with a timeout as the error that it expects."""
    try:
        return dial(host, connection.port, deadline, allowed)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"connecting to {host} timed out") from error


def dial(host: str, port: int, deadline: Deadline, allowed: Sequence[Network]) -> socket.socket:
    """Connect to the first of the host's addresses that answers; BlockedAddressError if any of them is forbidden.

    What is dialled is what was checked: the name is looked up once, and not again between the two.
    """
    found = lookup(host, port, deadline)
    if not all(may_be_dialled(str(address[0]), allowed) for *_, address in found):
        raise BlockedAddressError(host)
    failure = OSError("the name has no address")
    for left, (family, kind, protocol, _, address) in zip(range(len(found), 0, -1), found, strict=True):
        try:
            return connect(socket.socket(family, kind, protocol), address, deadline, left)
        except OSError as error:
            failure = error
    raise failure


def connect(connection: socket.socket, address: Any, deadline: Deadline, left: int) -> socket.socket:
    """The socket, connected in its share of the time (`left` addresses are to be tried), for use until the deadline."""
    try:
        connection.settimeout(deadline.remaining / left)
        connection.connect(address)
        connection.settimeout(deadline.remaining)
        deadline.watch(connection)
    except OSError:
        connection.close()
        raise
    return connection


def lookup(host: str, port: int, deadline: Deadline) -> list[Any]:
    """What the system's resolver says; TimeoutError if it takes longer than there is time.

    It cannot be stopped, so it is left alone in its thread until it gives up by itself. Other threads are used again.
    """
    left = deadline.remaining
    try:
        resolver = idle_resolvers.pop()
    except IndexError:
        resolver = ThreadPoolExecutor(1)
    asked = resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    if wait((asked,), left).not_done:
        resolver.shutdown(wait=False)
        raise TimeoutError
    idle_resolvers.append(resolver)
    return asked.result()
