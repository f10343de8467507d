"""`make server`, as a person uses it: start, paste what it prints, stop, start again."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from infra.places import LOCAL, ROOT
from infra.ports import free_port
from tests.e2e.stack import wait_until

START_SECONDS = 120
STOP_SECONDS = 60


class Server:
    """A `make server` of its own, and all that it has said."""

    def __init__(self, port: int, receiver_port: int, said: Path, *asked: str) -> None:
        self._said = said
        self._output = said.open("wb")
        self._process = subprocess.Popen(
            ["make", "server", "RUNTIME=embedded", f"PORT={port}", f"RECEIVER_PORT={receiver_port}", *asked],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        return self._said.read_text(errors="replace")

    def wait_for(self, words: str, seconds: float = START_SECONDS) -> None:
        wait_until(lambda: words in self.said or self._process.poll() is not None, seconds, f"{words!r}")
        assert words in self.said, self.said

    def stop(self) -> int:
        """Press Ctrl-C; the exit code."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
        code = self._process.wait(timeout=STOP_SECONDS)
        self._output.close()
        return code


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    port, receiver_port = free_port(), free_port()
    yield port, receiver_port
    shutil.rmtree(LOCAL / f"emulator-{port}", ignore_errors=True)


@pytest.fixture
def start(ports: tuple[int, int], tmp_path: Path) -> Iterator[Any]:
    servers: list[Server] = []

    def start_server(*asked: str) -> Server:
        servers.append(Server(*ports, tmp_path / f"said-{len(servers)}.txt", *asked))
        return servers[-1]

    yield start_server
    for server in servers:
        server.stop()


def paste(line: str) -> requests.Response:
    """Do what a printed curl line does."""
    words = shlex.split(line)
    url = next(word for word in words if word.startswith("http"))
    if "-d" not in words:
        return requests.get(url, timeout=30)
    header = words[words.index("-H") + 1].split(": ")
    return requests.post(url, words[words.index("-d") + 1], headers=dict([header]), timeout=30)


def curl_lines(said: str) -> list[str]:
    return re.findall(r"^ *(curl .*)$", said, re.MULTILINE)


def begin_session(said: str, line: str) -> dict[str, Any]:
    """Sign in and begin a session, by the two lines that are printed for it."""
    sign_in = re.search(r"TOKEN=\$\((curl .*?) \| sed", said)
    assert sign_in is not None
    token = paste(sign_in[1]).json()["token"]
    url = next(word for word in shlex.split(line) if word.startswith("http"))
    session: dict[str, Any] = requests.post(url, headers={"authorization": f"Bearer {token}"}, timeout=30).json()
    return session


def test_the_printed_lines_work_and_the_data_is_there_after_a_restart_with_other_parameters(start: Any) -> None:
    server = start()
    server.wait_for("curl")
    good, broken, succeeded, failed, session = curl_lines(server.said)
    page = re.search(r"runs here \(ready after \d+ s\): (\S+)", server.said)
    assert page is not None
    assert "<title>Snapjury</title>" in requests.get(page[1], timeout=30).text

    accepted = [paste(good), paste(broken)]

    assert [answer.status_code for answer in accepted] == [202, 202]
    good_id, broken_id = (answer.json()["id"] for answer in accepted)
    server.wait_for(f'{{"id":"{good_id}","state":"started"}} signature ok')
    server.wait_for(f'{{"id":"{good_id}","state":"success"}} signature ok')
    server.wait_for(f'{{"id":"{broken_id}","state":"failed"')
    ends = [paste(each).json()["assets"][0]["id"] for each in (succeeded, failed)]
    assert ends == [good_id, broken_id]
    begun = begin_session(server.said, session)
    assert (len(begun["items"]), begun["grid"]) == (10, 0)

    server.stop()
    assert "Stopped." in server.said
    with pytest.raises(requests.ConnectionError):
        paste(failed)

    began = time.monotonic()
    again = start("PARAMETERS=GridSize=9 LeaseSeconds=60")
    again.wait_for("curl")
    seconds = time.monotonic() - began
    assert [paste(each).json()["assets"][0]["id"] for each in (succeeded, failed)] == ends
    begun = begin_session(again.said, session)
    assert (begun["target"], begun["grid"]) == (100, 9)
    print(f"second start: {seconds:.1f} s")


def test_a_port_that_is_taken_is_named_with_what_to_do(start: Any, ports: tuple[int, int]) -> None:
    with socket.create_server(("127.0.0.1", ports[0])):
        server = start()
        server.wait_for(f"Port {ports[0]} is in use")

        assert server.stop() != 0
        assert "choose another port: make server PORT=" in server.said
