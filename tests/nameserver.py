"""A nameserver on this machine, and the system's own resolver made to ask it."""

import ctypes
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

A = 1
HEADER = struct.Struct("!HHHHHH")
AN_ANSWER = 0x8180
A_FIXED_NAME = 0xC00C
"""The compressed form of the name that was asked for."""

PROBE = "probe.example"

Answers = Callable[[int], Sequence[str] | None]
"""The IPv4 addresses at the n-th look-up, from 0 on; None says nothing at all."""


class ResolverState(ctypes.Structure):
    """The beginning of `struct __res_state` of glibc: each thread has one."""

    _fields_ = (
        ("retransmission_seconds", ctypes.c_int),
        ("attempts", ctypes.c_int),
        ("options", ctypes.c_ulong),
        ("nameserver_count", ctypes.c_int),
        ("nameserver", ctypes.c_ubyte * 16),
    )


def ask_only(port: int) -> None:
    """Have this thread's look-ups ask 127.0.0.1 at this port, and nobody else, once."""
    libc = ctypes.CDLL(None)
    libc.__res_init()
    libc.__res_state.restype = ctypes.POINTER(ResolverState)
    state = libc.__res_state().contents
    state.retransmission_seconds, state.attempts, state.nameserver_count = 1, 1, 1
    address = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton("127.0.0.1") + bytes(8)
    state.nameserver[:] = address


def reply(query: bytes, addresses: Sequence[str]) -> bytes:
    """The answer to a query with one question: these addresses, which nobody may remember."""
    records = (struct.pack("!HHHIH", A_FIXED_NAME, A, 1, 0, 4) + socket.inet_aton(address) for address in addresses)
    question = query[HEADER.size : query.index(0, HEADER.size) + 5]
    return HEADER.pack(int.from_bytes(query[:2]), AN_ANSWER, 1, len(addresses), 0, 0) + question + b"".join(records)


def question_of(query: bytes) -> tuple[str, int]:
    """The name and the type that are asked for."""
    end = query.index(0, HEADER.size)
    labels, at = [], HEADER.size
    while at < end:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels), int.from_bytes(query[end + 1 : end + 3])


def finds_probe(getaddrinfo: Callable[[str, int], Any]) -> bool:
    with ThreadPoolExecutor(1) as thread:  # not this one, which would ask nobody else ever after
        try:
            return bool(thread.submit(getaddrinfo, PROBE, 80).result())
        except (socket.gaierror, AttributeError):
            return False


@contextmanager
def naming(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> Iterator[list[str]]:
    """The names of which IPv4 addresses were asked for, one by one.

    They are those of `answers`, and there are no IPv6 addresses. Where the system's resolver cannot be told whom to
    ask, the test is skipped.
    """
    asked: list[str] = []

    def serve() -> None:
        while True:
            query, client = server.recvfrom(512)
            if not query:
                return
            name, kind = question_of(query)
            found: Sequence[str] | None = ()
            if name == PROBE:
                found = ["127.0.0.1"] if kind == A else ()
            elif kind == A:
                asked.append(name)
                found = answers(len(asked) - 1)
            if found is not None:
                server.sendto(reply(query, found), client)

    def getaddrinfo(*arguments: Any, **options: Any) -> Any:
        ask_only(port)
        return resolve(*arguments, **options)

    resolve = socket.getaddrinfo
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        server_thread = threading.Thread(target=serve, daemon=True)
        server_thread.start()
        try:
            if not finds_probe(getaddrinfo):
                pytest.skip("this system's resolver cannot be told whom to ask")
            monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
            yield asked
        finally:
            server.sendto(b"", ("127.0.0.1", port))
            server_thread.join()
