"""Receivers that misbehave on the wire: each call ends in time, with an outcome, and calls nobody else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from standardwebhooks import Webhook

from snapjury.adapters.webhooks import HttpWebhooks
from snapjury.rules.addresses import parse_networks
from snapjury.rules.retry import Outcome, Verdict

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LOOPBACK = parse_networks("127.0.0.0/8")
TIMEOUT = 0.6
BODY = b'{"id":"chips","state":"started"}'

Talk = Callable[[socket.socket], None]


@contextmanager
def receiver(talk: Talk) -> Iterator[tuple[int, list[bytes]]]:
    """A server that reads each request's first bytes, which are listed, and then talks as it likes."""
    requests: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                requests.append(connection.recv(65536))
                talk(connection)
            except OSError:
                return  # the other side has gone, as it may

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], requests
        listener.shutdown(socket.SHUT_RDWR)


def says(*parts: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return talk


def repeats(first: bytes, again: bytes, pause: float = 0.0) -> Talk:
    """Say `first`, and then `again` for as long as somebody listens, but ten seconds at the most."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            connection.sendall(again)
            time.sleep(pause)

    return talk


def hangs(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def post(url: str) -> Outcome:
    return HttpWebhooks(LOOPBACK, TIMEOUT).post(url, "msg_chips_onStart", BODY, time.time_ns() // 10**6, [SECRET])


def outcome_of(talk: Talk, scheme: str = "http") -> Outcome:
    with receiver(talk) as (port, _):
        return post(f"{scheme}://127.0.0.1:{port}/hook")


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


@pytest.mark.parametrize(
    "talk",
    [
        hangs,
        repeats(b"HTTP/1.1 200 OK\r\n", b"x", pause=0.05),
        repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.01),
        repeats(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", pause=0.05),
    ],
    ids=["silent", "dripping-header", "endless-continue", "dripping-lines"],
)
def test_a_receiver_that_keeps_a_call_open_is_cut_off_at_the_deadline(talk: Talk) -> None:
    began = time.monotonic()

    outcome = outcome_of(talk)

    assert (outcome.verdict, outcome.status) == (Verdict.OVERLOADED, None)
    assert outcome.detail == "no answer within 0.6 s"
    assert time.monotonic() - began < 5 * TIMEOUT


def test_a_name_with_many_dead_addresses_gets_one_deadline_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # more than the backlog takes, so that connecting hangs
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address)] * 8
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        began = time.monotonic()

        outcome = post("http://many.example/")

        assert outcome.verdict is not Verdict.DELIVERED
        assert time.monotonic() - began < 5 * TIMEOUT
        for each in waiting:
            each.close()


@pytest.mark.parametrize(
    "location",
    [b"http://169.254.169.254/", b"http://[", b"http://\xff\xfe/", b"/elsewhere", b""],
    ids=["blocked", "broken", "not-ascii", "relative", "empty"],
)
def test_a_redirect_is_a_failure_and_is_not_looked_at(location: bytes) -> None:
    with receiver(repeats(b"HTTP/1.1 301 Moved\r\nlocation: " + location + b"\r\n\r\n", b"x" * 65536)) as (
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
def test_what_is_not_http_is_tried_again(talk: Talk) -> None:
    assert outcome_of(talk).verdict is Verdict.RETRYABLE


def test_a_tls_failure_is_tried_again() -> None:
    outcome = outcome_of(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), scheme="https")

    assert outcome.verdict is Verdict.RETRYABLE
    assert outcome.detail == "could not be reached (SSLError)"


def test_nobody_listening_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/").verdict is Verdict.RETRYABLE


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_not_dialled(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.216.34", 80))
    inside = (family, socket.SOCK_STREAM, 0, "", (address, 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [public, inside])

    outcome = HttpWebhooks((), TIMEOUT).post("http://rebind.example/", "msg", BODY, 0, [SECRET])

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
    with receiver(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as (port, requests):
        now = time.time_ns() // 10**6
        HttpWebhooks(LOOPBACK, TIMEOUT).post(f"http://127.0.0.1:{port}/", "msg", BODY, now, [SECRET, OLD_SECRET])

    head, _, body = requests[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    for secret in (SECRET, OLD_SECRET):
        assert Webhook(secret).verify(body or BODY, headers) == {"id": "chips", "state": "started"}
