"""Webhooks over HTTP, signed as Standard Webhooks 1.0.0 and sent to permitted addresses only."""

import http.client
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook
from urllib3.exceptions import ConnectTimeoutError, LocationParseError, ReadTimeoutError

from snapjury.adapters.deadline import Deadline
from snapjury.adapters.guarded_http import BlockedAddressError, call
from snapjury.rules.addresses import Network
from snapjury.rules.retry import Outcome, Verdict, outcome_of_status

USER_AGENT = "Snapjury-Webhooks/1.0"
LONGEST_RETRY_AFTER = 1e9

REASONS: dict[type[BaseException], str] = {
    socket.gaierror: "its name was not found",
    ConnectionRefusedError: "the connection was refused",
    ssl.SSLCertVerificationError: "its certificate could not be verified",
    ssl.SSLError: "TLS failed",
    ConnectionError: "it closed the connection without an answer",
    http.client.HTTPException: "it did not answer in HTTP",
}
"""What owners are told of failures below HTTP, the first that fits."""


class HttpWebhooks:
    """Posts webhooks, each on a connection of its own; answers' bodies are not read.

    `timeout` (seconds) is for looking up, dialling, sending and the headers together.
    """

    def __init__(self, allowed: Sequence[Network], timeout: float) -> None:
        self._allowed = allowed
        self._timeout = timeout

    def post(self, url: str, webhook_id: str, body: bytes, now: int, secrets: Sequence[str]) -> Outcome:
        """What the receiver made of it; `now` (epoch ms) is the time that is signed."""
        headers = signed_headers(secrets, webhook_id, body, now)
        with Deadline(self._timeout) as deadline:
            try:
                with call("POST", url, headers, deadline, self._allowed, body) as answer:
                    outcome = outcome_of_status(answer.status, seconds_of(answer.headers.get("retry-after")))
            except BlockedAddressError:
                return Outcome(Verdict.PERMANENT, "the URL leads to an address that may not be called")
            except LocationParseError:
                return Outcome(Verdict.PERMANENT, "the URL cannot be called")
            except (ConnectTimeoutError, ReadTimeoutError, TimeoutError):
                return self._silence()
            except Exception as error:  # whatever a receiver provokes in the libraries below is the receiver's failure
                outcome = Outcome(Verdict.RETRYABLE, f"could not be reached: {reason_of(error)}")
        # A connection that was cut at the deadline may look like an answer that ended.
        return self._silence() if deadline.has_passed else outcome

    def _silence(self) -> Outcome:
        return Outcome(Verdict.OVERLOADED, f"no answer within {self._timeout:g} s")


def reason_of(error: BaseException) -> str:
    """Why a call came to nothing; the name of the library's error where that is all there is to say."""
    found = list(causes_of(error))
    fitting = (words for kind, words in REASONS.items() if any(isinstance(each, kind) for each in found))
    return next(fitting, type(error).__name__)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it was raised from or wraps, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__, *each.args]


def signed_headers(secrets: Sequence[str], webhook_id: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of one attempt, with a signature for each secret that counts."""
    second = now // 1000
    moment = datetime.fromtimestamp(second, UTC)
    signatures = (Webhook(secret).sign(webhook_id, moment, body.decode()) for secret in secrets)
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(signatures),
    }


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header in its numeric form; its date form is left to the ladder."""
    text = (retry_after or "").strip()
    return min(float(text), LONGEST_RETRY_AFTER) if text.isascii() and text.isdecimal() else None
