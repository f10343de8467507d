"""Servers on this machine that say what a test wants, byte by byte."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

Talk = Callable[[socket.socket, bytes], None]
"""What a server does with a connection, given the request's first bytes."""


@contextmanager
def serving(talk: Talk, host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """A server's port, and the first bytes of each request that it got."""
    requests: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                requests.append(connection.recv(65536))
                talk(connection, requests[-1])
            except OSError:
                return  # the other side has gone, as it may

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], requests
        listener.shutdown(socket.SHUT_RDWR)


def says(*parts: bytes) -> Talk:
    def talk(connection: socket.socket, _: bytes) -> None:
        for part in parts:
            connection.sendall(part)

    return talk


def repeats(first: bytes, again: bytes, pause: float = 0.0) -> Talk:
    """Say `first`, and then `again` until nobody listens any more."""

    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(again)
            time.sleep(pause)

    return talk


def hangs(connection: socket.socket, _: bytes) -> None:
    while connection.recv(65536):
        pass


def answers(by_path: Mapping[str, bytes]) -> Talk:
    """Say what belongs to the path that is asked for."""

    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(by_path[request.split(b" ")[1].decode()])

    return talk
