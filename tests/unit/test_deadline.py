"""Time limits of whole calls."""

import socket
import threading
import time

import pytest

from snapjury.adapters import guarded_http
from snapjury.adapters.deadline import Deadline

LONG, SHORT = 30, 0.05


def test_the_other_side_of_a_connection_is_not_waited_for_any_longer() -> None:
    here, there = socket.socketpair()
    with here, there, Deadline(LONG), Deadline(SHORT) as deadline:  # the one that comes first began last
        deadline.watch(here)

        assert here.recv(1) == b""  # cut, since the other side has sent nothing
        assert deadline.has_passed


def test_a_connection_that_comes_too_late_is_cut_at_once() -> None:
    here, there = socket.socketpair()
    with here, there, Deadline(SHORT) as deadline:
        while not deadline.has_passed:
            time.sleep(SHORT)
        deadline.watch(here)

        assert here.recv(1) == b""
        with pytest.raises(TimeoutError):
            _ = deadline.remaining


def test_a_call_that_ends_in_time_leaves_its_connection_alone() -> None:
    here, there = socket.socketpair()
    with here, there:
        with Deadline(SHORT) as kept:
            kept.watch(here)
        with Deadline(2 * SHORT) as later:
            while not later.has_passed:
                time.sleep(SHORT)
        there.send(b"!")

        assert here.recv(1) == b"!"
        assert not kept.has_passed


def test_calls_share_the_thread_that_keeps_their_time_and_the_one_that_looks_names_up() -> None:
    def names() -> set[str]:
        return {each.name for each in threading.enumerate()}

    def call() -> None:
        with Deadline(LONG) as deadline:
            assert guarded_http.lookup("127.0.0.1", 80, deadline)[0][4] == ("127.0.0.1", 80)

    call()
    before = names()
    for _ in range(20):
        call()

    assert names() == before


def test_a_look_up_that_hangs_is_left_alone_and_does_not_keep_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    with monkeypatch.context() as hanging:
        hanging.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(LONG))
        with Deadline(SHORT) as deadline, pytest.raises(TimeoutError):
            guarded_http.lookup("hangs.example", 80, deadline)

    with Deadline(LONG) as deadline:
        assert guarded_http.lookup("127.0.0.1", 80, deadline)
    released.set()
