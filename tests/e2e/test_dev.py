import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from infra.page import upload_page
from infra.places import ROOT, page_url
from infra.reload import MARK, replace_code, restore
from tests.e2e.emulators import IN_CONTAINER
from tests.e2e.stack import Stack, wait_until

LIVE_SECONDS = 20 if IN_CONTAINER else 10  # LocalStack starts a function anew for each change
APP = "functions/assets/app.py"
MODULE = "layers/snapjury/python/snapjury/hot.py"  # not there yet


class Dev:
    """`python -m infra.dev` on a copy of the sources, and what it says."""

    def __init__(self, root: Path, process: subprocess.Popen[str]) -> None:
        self.root = root
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def save(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.save(name, text.replace(old, new))

    def says(self, part: str, seconds: float = 30) -> str:
        """The next line with this in it."""
        deadline = time.monotonic() + seconds
        while True:
            line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            if part in line:
                return line

    def interrupt(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        assert self._process.wait(60) == 0

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip())


def configurations(stack: Stack) -> dict[str, Any]:
    """What each function runs."""
    found = {}
    for each in stack.functions.list_functions()["Functions"]:
        tags = stack.functions.list_tags(Resource=each["FunctionArn"])["Tags"]
        layers = [layer["Arn"] for layer in each.get("Layers", [])]
        found[each["FunctionName"]] = (each["CodeSha256"], layers, MARK in tags)
    return found


@contextmanager
def developing(stack: Stack, folder: Path) -> Iterator[Dev]:
    for part in ("functions", "layers/snapjury/python", "web"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.dev", str(folder)],
        cwd=ROOT,
        env=os.environ | {"SNAPJURY_ENDPOINT": stack.endpoint, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    dev = Dev(folder, process)
    try:
        dev.says("go live", 60)
        yield dev
    finally:
        dev.interrupt()


@pytest.fixture
def untouched(stack: Stack) -> Iterator[dict[str, Any]]:
    """What runs now; it must run again afterwards."""
    before = configurations(stack)
    yield before
    restore(stack.endpoint)
    assert configurations(stack) == before


def status(stack: Stack, patience: float = 30) -> str:
    """What /health says. A call that runs while its function is replaced is lost: only MiniStack answers that it is."""
    try:
        answer = requests.get(f"{stack.url}/health", timeout=patience)
    except requests.Timeout:
        return "no answer"
    return str(answer.json().get("status"))


def become_live(stack: Stack, expected: str) -> None:
    wait_until(lambda: status(stack, patience=2) == expected, LIVE_SECONDS, f"{expected} to be live")


def test_saved_changes_are_live_within_seconds_until_the_interruption(
    stack: Stack, untouched: dict[str, Any], tmp_path: Path
) -> None:
    with developing(stack, tmp_path / "copy") as dev:
        dev.replace(APP, '{"status": "ok"}', '{"status": "function"}')
        become_live(stack, "function")
        assert "reloaded assets in" in dev.says(f"after {APP}")

        dev.save(MODULE, 'STATUS = "package"\n')
        dev.replace(APP, 'app = Api("assets"', 'from snapjury.hot import STATUS\napp = Api("assets"')
        dev.replace(APP, '{"status": "function"}', '{"status": STATUS}')
        become_live(stack, "package")
        dev.save(MODULE, 'STATUS = "changed"\n')
        become_live(stack, "changed")

        # The whole system runs reloaded code now.
        assert stack.ended(stack.submit("nowhere.jpg"))["errors"] == {"asset": ["is not reachable"]}

    assert status(stack) == "ok"
    assert configurations(stack) == untouched


def test_a_syntax_error_and_a_deleted_file_leave_the_system_running(
    stack: Stack, untouched: dict[str, Any], tmp_path: Path
) -> None:
    with developing(stack, tmp_path / "copy") as dev:
        dev.save(APP, "import json\ndef health(:\n")
        assert f"{APP}:2: invalid syntax" in dev.says("not reloaded")

        (dev.root / APP).rename(dev.root / "functions/assets/application.py")
        assert f"{APP} is missing" in dev.says("is missing")
        assert status(stack) == "ok"
        assert configurations(stack) == untouched

        shutil.copy(ROOT / APP, dev.root / "functions/assets")
        (dev.root / "functions/assets/application.py").unlink()
        dev.says("reloaded assets in")
        assert status(stack) == "ok"


def test_a_saved_file_of_the_page_is_served_at_once(stack: Stack, tmp_path: Path) -> None:
    try:
        with developing(stack, tmp_path / "copy") as dev:
            dev.save("web/app.js", "// changed\n")
            dev.says("reloaded the page")

            served = requests.get(page_url(stack.endpoint).replace("index.html", "app.js"), timeout=30)
            assert served.text == "// changed\n"
    finally:
        upload_page(stack.endpoint)


def test_code_that_a_killed_session_left_behind_is_brought_back(stack: Stack, untouched: dict[str, Any]) -> None:
    name = next(each for each in untouched if "NotifierFunction" in each)
    empty_archive = b"PK\x05\x06" + bytes(18)
    replace_code(stack.endpoint, name, empty_archive)
    assert configurations(stack) != untouched

    assert restore(stack.endpoint) == ["NotifierFunction"]

    assert configurations(stack) == untouched
