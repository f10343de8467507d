"""Webhooks over HTTP, signed as Standard Webhooks 1.0.0 and sent to permitted addresses only.

On urllib3 itself, which does what it is told: no redirect is looked at, no cookie kept, no proxy or .netrc consulted.
"""

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

from standardwebhooks import Webhook
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, LocationParseError, ReadTimeoutError
from urllib3.util import Url, parse_url

from snapjury.rules.addresses import Network, may_be_dialled
from snapjury.rules.retry import Outcome, Verdict, outcome_of_status

USER_AGENT = "Snapjury-Webhooks/1.0"
LONGEST_RETRY_AFTER = 1e9


class BlockedAddressError(Exception):
    """The receiver's name leads to an address that may not be dialled."""


class HttpWebhooks:
    """Posts webhooks, each on a connection of its own; `timeout` (seconds) is for dialling, sending and the headers."""

    def __init__(self, allowed: Sequence[Network], timeout: float) -> None:
        self._allowed = allowed
        self._timeout = timeout

    def post(self, url: str, webhook_id: str, body: bytes, now: int, secrets: Sequence[str]) -> Outcome:
        """What the receiver made of it; `now` (epoch ms) is the time that is signed."""
        headers = signed_headers(secrets, webhook_id, body, now)
        with Deadline(self._timeout) as deadline:
            try:
                outcome = send(parse_url(url), headers, body, deadline, self._allowed)
            except BlockedAddressError:
                return Outcome(Verdict.PERMANENT, "the URL leads to an address that may not be called")
            except LocationParseError:
                return Outcome(Verdict.PERMANENT, "the URL cannot be called")
            except (ConnectTimeoutError, ReadTimeoutError):
                return self._silence()
            except Exception as error:  # whatever a receiver provokes in the libraries below is the receiver's failure
                outcome = Outcome(Verdict.RETRYABLE, f"could not be reached ({type(error).__name__})")
        # A connection that was cut at the deadline may look like an answer that ended.
        return self._silence() if deadline.has_passed else outcome

    def _silence(self) -> Outcome:
        return Outcome(Verdict.OVERLOADED, f"no answer within {self._timeout:g} s")


def signed_headers(secrets: Sequence[str], webhook_id: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of one attempt, with a signature for each secret that counts."""
    second = now // 1000
    moment = datetime.fromtimestamp(second, UTC)
    signatures = (Webhook(secret).sign(webhook_id, moment, body.decode()) for secret in secrets)
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "connection": "close",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(signatures),
    }


class Deadline:
    """Cuts a connection when the time for the whole call is over, however busily its other end keeps it open."""

    def __init__(self, seconds: float) -> None:
        self.connection: HTTPConnection | None = None
        self.has_passed = False
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    @property
    def remaining(self) -> float:
        """Seconds that are left: more than none, since none means for ever to a socket."""
        return max(0.001, self._ends - time.monotonic())

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _pass(self) -> None:
        self.has_passed = True
        used = self.connection and self.connection.sock
        if used:
            with suppress(OSError):
                used.shutdown(socket.SHUT_RDWR)


def send(url: Url, headers: dict[str, str], body: bytes, deadline: Deadline, allowed: Sequence[Network]) -> Outcome:
    """One POST; the answer's body is not read."""
    with pool_for(url, deadline, allowed) as pool:
        answer = pool.urlopen(
            "POST",
            url.request_uri,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            timeout=Timeout(total=deadline.remaining),
            preload_content=False,
        )
        outcome = outcome_of_status(answer.status, seconds_of(answer.headers.get("retry-after")))
        answer.close()
        return outcome


def pool_for(url: Url, deadline: Deadline, allowed: Sequence[Network]) -> HTTPConnectionPool:
    """A pool for one connection, which dials permitted addresses only: exactly those that were checked."""

    class GuardedConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            deadline.connection = self
            return dial_for(self, deadline, allowed)

    class GuardedTlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            deadline.connection = self
            return dial_for(self, deadline, allowed)

    if not url.host:
        raise LocationParseError(url.url)
    if url.scheme == "https":
        tls_pool = HTTPSConnectionPool(url.host, url.port, ssl_context=tls())
        tls_pool.ConnectionCls = GuardedTlsConnection
        return tls_pool
    pool = HTTPConnectionPool(url.host, url.port)
    pool.ConnectionCls = GuardedConnection
    return pool


@cache
def tls() -> ssl.SSLContext:
    """The system's certificate authorities, loaded once."""
    return ssl.create_default_context()


def dial_for(connection: HTTPConnection, deadline: Deadline, allowed: Sequence[Network]) -> socket.socket:
    """A connected socket for urllib3, with a timeout as the error that it expects."""
    try:
        return dial(connection.host, connection.port or connection.default_port, deadline, allowed)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"connecting to {connection.host} timed out") from error


def dial(host: str, port: int, deadline: Deadline, allowed: Sequence[Network]) -> socket.socket:
    """Connect to the first of the host's addresses that answers; BlockedAddressError if any of them is forbidden."""
    found: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(may_be_dialled(str(address[0]), allowed) for *_, address in found):
        raise BlockedAddressError(host)
    failure = OSError("the name has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(deadline.remaining)
        try:
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header in its numeric form; its date form is left to the ladder."""
    text = (retry_after or "").strip()
    return min(float(text), LONGEST_RETRY_AFTER) if text.isascii() and text.isdecimal() else None
