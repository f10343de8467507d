"""Receivers that misbehave on the wire: each call ends in time, with an outcome, and calls nobody else."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook

from snapjury.adapters.webhooks import HttpWebhooks, reason_of
from snapjury.rules.addresses import parse_networks
from snapjury.rules.retry import Outcome, Verdict
from tests.wire import Talk, hangs, repeats, says, serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LOOPBACK = parse_networks("127.0.0.0/8,::1/128")
TIMEOUT = 0.6
HOUR = 3600
"""A time that never comes: what ends before it was not ended by the clock."""
BODY = b'{"id":"chips","state":"started"}'


def post(url: str, timeout: float = HOUR) -> Outcome:
    return HttpWebhooks(LOOPBACK, timeout).post(url, "msg_chips_onStart", BODY, time.time_ns() // 10**6, [SECRET])


def outcome_of(talk: Talk, scheme: str = "http", timeout: float = HOUR) -> Outcome:
    with serving(talk) as (port, _):
        return post(f"{scheme}://127.0.0.1:{port}/hook", timeout)


@pytest.mark.parametrize(
    "talk",
    [
        says(b"HTTP/1.1 204 No Content\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"),
        repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096),
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nhello"),
        says(b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-encoding: gzip\r\n\r\nnot gzip"),
    ],
    ids=["no-content", "short", "endless-body", "wrong-length", "bad-gzip"],
)
def test_a_success_counts_whatever_follows_its_headers(talk: Talk) -> None:
    assert outcome_of(talk).verdict is Verdict.DELIVERED


def has_ipv6() -> bool:
    """Whether this machine has an address of its own in IPv6; containers often have none."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_a_receiver_is_called_by_its_ipv6_address() -> None:
    with serving(says(b"HTTP/1.1 204 No Content\r\n\r\n"), "::1") as (port, requests):
        outcome = post(f"http://[::1]:{port}/hook")

    assert outcome.verdict is Verdict.DELIVERED
    assert f"host: [::1]:{port}\r\n" in requests[0].decode().lower()


@pytest.mark.parametrize("status", [b"100 Continue", b"102 Processing", b"103 Early Hints", b"199 Whatever"])
def test_informational_answers_are_passed_over(status: bytes) -> None:
    hint = b"HTTP/1.1 " + status + b"\r\nlink: </style.css>; rel=preload\r\n\r\n"

    outcome = outcome_of(says(hint * 5, b"HTTP/1.1 200 OK\r\n\r\n"))

    assert (outcome.verdict, outcome.status) == (Verdict.DELIVERED, 200)


@pytest.mark.parametrize(
    "talk",
    [
        repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        repeats(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n" * 100),
        repeats(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 100),
        repeats(b"HTTP/1.1 200 OK\r\nx: ", b"y" * 1000),
        says(b"HTTP/1.1 200 OK\r\n", (b"x: " + b"y" * 10_000 + b"\r\n") * 7, b"\r\n"),
        says(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nhello"),
    ],
    ids=["continue", "hints", "many-headers", "endless-header", "huge-headers", "other-protocol", "two-lengths"],
)
def test_floods_and_contradictions_before_the_body_are_no_success(talk: Talk) -> None:
    assert outcome_of(talk).verdict is Verdict.RETRYABLE


@pytest.mark.parametrize(
    ("talk", "scheme"),
    [
        (hangs, "http"),
        (repeats(b"HTTP/1.1 200 OK\r\n", b"x", pause=0.05), "http"),
        (repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.01), "http"),
        (repeats(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n", pause=0.01), "http"),
        (repeats(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", pause=0.05), "http"),
        (hangs, "https"),
        (repeats(b"\x16\x03\x03\x40\x00", b"\x02", pause=0.05), "https"),
    ],
    ids=[
        "silent",
        "dripping-header",
        "endless-continue",
        "endless-hints",
        "dripping-lines",
        "silent-tls",
        "dripping-tls",
    ],
)
def test_a_receiver_that_keeps_a_call_open_is_cut_off_at_the_deadline(talk: Talk, scheme: str) -> None:
    outcome = outcome_of(talk, scheme, TIMEOUT)  # without the deadline it would never end

    assert (outcome.verdict, outcome.status) == (Verdict.OVERLOADED, None)
    assert outcome.detail == "no answer within 0.6 s"


@contextmanager
def dead_address() -> Iterator[Any]:
    """An address where connecting hangs."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(4):  # more than the backlog takes
            each = waiting.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        yield full.getsockname()


def name_of(monkeypatch: pytest.MonkeyPatch, *addresses: Any) -> None:
    """Let every name have these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_name_with_many_dead_addresses_gets_one_deadline_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with dead_address() as dead:
        name_of(monkeypatch, *[dead] * 8)
        outcome = post("http://many.example/", TIMEOUT)

    assert outcome.detail == "no answer within 0.6 s"


def test_a_dead_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with dead_address() as dead, serving(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as (port, _):
        name_of(monkeypatch, dead, ("127.0.0.1", port))
        outcome = post("http://many.example/", timeout=3)

    assert outcome.verdict is Verdict.DELIVERED


def test_the_first_of_many_addresses_has_all_the_time_once_it_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers_late(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(answers_late) as (port, _):
        name_of(monkeypatch, *[("127.0.0.1", port)] * 600)
        outcome = post("https://many.example/", timeout=6)

    assert outcome.detail == "could not be reached: TLS failed"


def test_a_look_up_that_never_ends_is_left_alone_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait())

    outcome = post("http://silent.example/", TIMEOUT)

    assert outcome.detail == "no answer within 0.6 s"
    never.set()


@pytest.mark.parametrize(
    "location",
    [b"http://169.254.169.254/", b"http://[", b"http://\xff\xfe/", b"/elsewhere", b""],
    ids=["blocked", "broken", "not-ascii", "relative", "empty"],
)
def test_a_redirect_is_a_failure_and_is_not_looked_at(location: bytes) -> None:
    with serving(repeats(b"HTTP/1.1 301 Moved\r\nlocation: " + location + b"\r\n\r\n", b"x" * 65536)) as (
        port,
        requests,
    ):
        outcome = post(f"http://127.0.0.1:{port}/")

    assert (outcome.verdict, outcome.status) == (Verdict.RETRYABLE, 301)
    assert len(requests) == 1


@pytest.mark.parametrize(
    "talk",
    [says(b""), says(b"SSH-2.0-OpenSSH\r\n"), says(b"\x00" * 100_000), says(b"HTTP/1.1 200 " + b"x" * 100_000)],
    ids=["closes", "other-protocol", "noise", "long-line"],
)
def test_what_is_not_http_is_tried_again_and_said(talk: Talk) -> None:
    outcome = outcome_of(talk)

    assert outcome.verdict is Verdict.RETRYABLE
    assert outcome.detail in (
        "could not be reached: it closed the connection without an answer",
        "could not be reached: it did not answer in HTTP",
    )


def test_a_name_that_nobody_has_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert post("http://nobody.example/").detail == "could not be reached: its name was not found"


def test_a_tls_failure_is_tried_again() -> None:
    outcome = outcome_of(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), scheme="https")

    assert outcome.verdict is Verdict.RETRYABLE
    assert outcome.detail == "could not be reached: TLS failed"


def test_nobody_listening_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    outcome = post(f"http://127.0.0.1:{port}/")

    assert (outcome.verdict, outcome.detail) == (Verdict.RETRYABLE, "could not be reached: the connection was refused")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_not_dialled(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.216.34", 80))
    inside = (family, socket.SOCK_STREAM, 0, "", (address, 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [public, inside])

    outcome = HttpWebhooks((), HOUR).post("http://rebind.example/", "msg", BODY, 0, [SECRET])

    assert outcome.verdict is Verdict.PERMANENT


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://exa mple/", "nonsense"])
def test_a_url_that_cannot_be_called_does_not_raise(url: str) -> None:
    assert post(url).verdict in (Verdict.PERMANENT, Verdict.RETRYABLE)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(b"7", 7), (b"99999999999999", 1e9), (b"-1", None), (b"soon", None), (b"", None)],
)
def test_retry_after_is_read_in_seconds(header: bytes, seconds: float | None) -> None:
    outcome = outcome_of(says(b"HTTP/1.1 503 Busy\r\nretry-after: " + header + b"\r\n\r\n"))

    assert outcome.retry_after == seconds


def test_while_a_secret_is_rotated_both_sign() -> None:
    with serving(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as (port, requests):
        now = time.time_ns() // 10**6
        HttpWebhooks(LOOPBACK, HOUR).post(f"http://127.0.0.1:{port}/", "msg", BODY, now, [SECRET, OLD_SECRET])

    head, _, body = requests[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    for secret in (SECRET, OLD_SECRET):
        assert Webhook(secret).verify(body or BODY, headers) == {"id": "chips", "state": "started"}


def test_errors_that_cause_each_other_are_looked_at_once() -> None:
    inner, outer = ConnectionRefusedError(), RuntimeError()
    inner.__cause__, outer.__cause__ = outer, inner

    assert reason_of(outer) == "the connection was refused"
