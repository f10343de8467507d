"""The short way of a call to AWS: what botocore has composed is signed and sent from here, once.

botocore makes the request before and raises the errors after. What it does in between is for every kind of service and
answer; without it a call takes less than half of the processor time. Whatever is not answered well here, botocore sends
again in its own way, from the start: retries, pauses and errors stay its own, and for a while all calls to that host.
"""

import hashlib
import hmac
import ssl
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit
from zlib import crc32

import msgspec
from urllib3.util import wait_for_read

OPERATIONS = frozenset(
    (
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "TransactWriteItems"),
        *("SendMessage", "SendMessageBatch", "PutObject"),
    )
)
"""Those that are called for every asset and vote. Their answers are JSON without bytes and dates, which needs no model;
that of PutObject is empty but for headers, which nobody looks at.
"""

UNSIGNED = {"user-agent", "x-amzn-trace-id"}
"""Headers that a proxy may change."""

NOT_SENT = "expect"
"""S3 would be asked before each picture whether it may come: a round trip, for bodies that are one packet or a few."""

PAUSE = 5.0
"""Seconds that a host is left to botocore, which spares one in trouble."""

CHECKSUM = "x-amz-crc32"
"""DynamoDB's, of the body."""

CONDITION_FAILED = "ConditionalCheckFailedException"
SIGNATURE = "AWS4-HMAC-SHA256"

decode = msgspec.json.Decoder(dict[str, Any]).decode


class Request(NamedTuple):
    """Names of headers are in lower case; `host` is among them."""

    method: str
    url: SplitResult
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    status: int
    checksum: str | None
    body: bytes


class DirectCalls:
    """Handles botocore's event `before-call`, with credentials of botocore's. Timeouts are in seconds.

    `tell` is told why a host is left to botocore: the host, the operation and what went wrong.
    """

    def __init__(
        self,
        credentials: Any,
        tls: Callable[[], ssl.SSLContext],
        tell: Callable[[str, str, str], object],
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self._credentials = credentials
        self._tls = tls
        self._tell = tell
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._idle: dict[str, deque[HTTPConnection]] = {}
        self._botocores_until: dict[str, float] = {}

    def send(
        self, model: Any, params: Any, request_signer: Any, context: Any, **_: Any
    ) -> tuple[Any, dict[str, Any]] | None:
        """A good answer, or that a condition failed, as botocore would give it; None if botocore has to call."""
        if model.name not in OPERATIONS or params["query_string"]:
            return None
        url = urlsplit(params["url"])
        if time.monotonic() < self._botocores_until.get(url.netloc, 0):
            return None
        request = request_of(params, url)
        scope = {"region": request_signer.region_name, "signing_name": request_signer.signing_name}
        scope |= context.get("signing", {})
        given = self._credentials.get_frozen_credentials()
        sign(request, given, scope["region"], scope["signing_name"], time.time())
        try:
            reply = self.exchange(request)
            understanding = understood(reply)
            trouble = "" if understanding else f"answered {reply.status}"
        except ConnectionError:
            return None  # a kept connection may have ended meanwhile, which says nothing about the host
        except (OSError, HTTPException, ValueError, msgspec.DecodeError) as error:
            understanding, trouble = None, f"{type(error).__name__}: {error}"
        if trouble:
            self._botocores_until[url.netloc] = time.monotonic() + PAUSE
            self._tell(url.netloc, model.name, trouble)
        return understanding

    def exchange(self, request: Request) -> Answer:
        """Over a connection that is kept, or a new one. One that failed is not used again."""
        idle = self._idle.setdefault(request.url.netloc, deque())
        connection = usable(idle) or self._connected(request.url)
        try:
            headers = {name: value.encode() for name, value in request.headers.items()}
            connection.request(request.method, request.url.path, request.body, headers)
            response = connection.getresponse()
            if response.status < 200:
                raise HTTPException("an answer that is not the last one")
            answer = Answer(response.status, response.headers.get(CHECKSUM), response.read())
        except BaseException:
            connection.close()
            raise
        if not response.will_close:
            idle.append(connection)
        return answer

    def _connected(self, url: SplitResult) -> HTTPConnection:
        host, port = str(url.hostname), url.port
        if url.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(host, port, timeout=self._connect_timeout, context=self._tls())
        else:
            connection = HTTPConnection(host, port, timeout=self._connect_timeout)
        connection.connect()
        connection.sock.settimeout(self._read_timeout)
        return connection


def request_of(params: Any, url: SplitResult) -> Request:
    """What botocore composed; a body that is a file stays at its beginning, should botocore send it too."""
    body = params["body"]
    if hasattr(body, "read"):
        content = body.read()
        body.seek(0)
        body = content
    headers = {name.lower(): value for name, value in params["headers"].items()}
    headers.pop(NOT_SENT, None)
    return Request(params["method"], url, headers | {"host": url.netloc}, body)


def usable(idle: deque[HTTPConnection]) -> HTTPConnection | None:
    """The connection that was used last, of those whose other side has kept silent since; the others are closed."""
    while True:
        try:
            connection = idle.pop()
        except IndexError:
            return None
        if not wait_for_read(connection.sock, timeout=0):
            return connection
        connection.close()


def understood(answer: Answer) -> tuple[Any, dict[str, Any]] | None:
    """What botocore would make of the answer; None if it is neither a good one nor that of a failed condition."""
    if answer.checksum is not None and answer.checksum != str(crc32(answer.body)):
        return None
    http = SimpleNamespace(status_code=answer.status)
    if answer.status == 200:
        return http, decode(answer.body) if answer.body else {}
    if answer.status == 400:
        told = decode(answer.body)
        if str(told.get("__type")).endswith(CONDITION_FAILED):
            error = {"Code": CONDITION_FAILED, "Message": told.get("message", "")}
            return http, {"Error": error, "ResponseMetadata": {"HTTPStatusCode": answer.status}}
    return None


def sign(request: Request, given: Any, region: str, service: str, seconds: float) -> None:
    """Add the headers of Signature Version 4 for this time (since the epoch). The path is signed as it is sent.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    headers, content = request.headers, hashlib.sha256(request.body).hexdigest()
    headers["x-amz-date"] = moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))
    if service == "s3":
        headers["x-amz-content-sha256"] = content
    if given.token:
        headers["x-amz-security-token"] = given.token
    names = sorted(name for name in headers if name not in UNSIGNED)
    lines, listed = [f"{name}:{' '.join(headers[name].split())}" for name in names], ";".join(names)
    canonical = "\n".join([request.method, request.url.path, "", *lines, "", listed, content])
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join([SIGNATURE, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = signing_key(given.secret_key, moment[:8], region, service)
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"{given.access_key}/{scope}"
    headers["authorization"] = f"{SIGNATURE} Credential={credential}, SignedHeaders={listed}, Signature={signature}"


@lru_cache(maxsize=8)
def signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """The same all day for a service."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
