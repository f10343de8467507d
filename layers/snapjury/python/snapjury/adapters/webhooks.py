"""Webhooks over HTTP, signed as Standard Webhooks 1.0.0 and sent to permitted addresses only."""

import socket
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from snapjury.rules.addresses import Network, may_be_dialled
from snapjury.rules.retry import Outcome, Verdict, outcome_of_status

USER_AGENT = "Snapjury-Webhooks/1.0"


class BlockedAddressError(OSError):
    """The receiver's name leads to an address that may not be dialled."""


class HttpWebhooks:
    """Posts webhooks, each thread with connections of its own that it keeps open."""

    def __init__(self, secrets: Callable[[], Sequence[str]], allowed: Sequence[Network], timeout: float) -> None:
        self._secrets = secrets
        self._allowed = allowed
        self._timeout = timeout
        self._of_thread = threading.local()

    def post(self, url: str, webhook_id: str, body: bytes, now: int) -> Outcome:
        """What the receiver made of it; `now` (epoch ms) is the time that is signed."""
        headers = self._signed_headers(webhook_id, body, now)
        try:
            with self._session().post(
                url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True
            ) as answer:
                return outcome_of_status(answer.status_code, seconds_of(answer.headers.get("retry-after")))
        except requests.Timeout:
            return Outcome(Verdict.OVERLOADED, f"no answer within {self._timeout:g} s")
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            return Outcome(Verdict.PERMANENT, "the URL cannot be called")
        except (requests.RequestException, OSError) as error:
            if is_caused_by(error, BlockedAddressError):
                return Outcome(Verdict.PERMANENT, "the URL leads to an address that may not be called")
            return Outcome(Verdict.RETRYABLE, f"could not be reached ({type(error).__name__})")

    def _signed_headers(self, webhook_id: str, body: bytes, now: int) -> dict[str, str]:
        second = now // 1000
        moment = datetime.fromtimestamp(second, UTC)
        signatures = (Webhook(secret).sign(webhook_id, moment, body.decode()) for secret in self._secrets())
        return {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": webhook_id,
            "webhook-timestamp": str(second),
            "webhook-signature": " ".join(signatures),
        }

    def _session(self) -> requests.Session:
        if not hasattr(self._of_thread, "session"):
            session = requests.Session()
            session.trust_env = False  # no proxy, no .netrc: what is dialled is what was checked
            for scheme in ("http://", "https://"):
                session.mount(scheme, GuardedAdapter(self._allowed))
            self._of_thread.session = session
        session_of_thread: requests.Session = self._of_thread.session
        return session_of_thread


class GuardedAdapter(HTTPAdapter):
    """Dials permitted addresses only, and exactly the address that was checked (so DNS cannot change in between)."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        allowed = self._allowed

        class GuardedConnection(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return dial_for(self, allowed)

        class GuardedTlsConnection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return dial_for(self, allowed)

        class GuardedPool(HTTPConnectionPool):
            ConnectionCls = GuardedConnection

        class GuardedTlsPool(HTTPSConnectionPool):
            ConnectionCls = GuardedTlsConnection

        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTlsPool}


def dial_for(connection: HTTPConnection, allowed: Sequence[Network]) -> socket.socket:
    """A connected socket for urllib3, with failures as the errors that it expects."""
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        return dial(connection.host, connection.port or connection.default_port, timeout, allowed)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"connecting to {connection.host} timed out") from error
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, f"cannot connect to {connection.host}") from error


def dial(host: str, port: int, timeout: float | None, allowed: Sequence[Network]) -> socket.socket:
    """Connect to the first of the host's addresses that answers; BlockedAddressError if any of them is forbidden."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    if not all(may_be_dialled(str(address[0]), allowed) for *_, address in found):
        raise BlockedAddressError(host)
    failure = OSError("the name has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(timeout)
        try:
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def is_caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an error of this kind stands anywhere in the chain that led to this one."""
    while error is not None:
        if isinstance(error, kind):
            return True
        reason = getattr(error, "reason", None) or next((a for a in error.args if isinstance(a, Exception)), None)
        error = reason or error.__cause__ or error.__context__
    return False


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header in its numeric form; its date form is left to the ladder."""
    return float(retry_after) if retry_after and retry_after.strip().isdecimal() and len(retry_after) < 9 else None
