import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from infra.places import ROOT
from snapjury.cli.at_once import AT_ONCE, Pause, at_once
from tests.api_server import ApiServer, Reply, Request


def test_each_thing_is_worked_on_once() -> None:
    assert sorted(at_once(lambda each, _: 2 * each, range(100), "doubling")) == list(range(0, 200, 2))


def test_after_an_error_what_was_begun_is_given_and_nothing_more_is_begun() -> None:
    begun: list[int] = []
    are_all_begun = threading.Barrier(AT_ONCE)

    def work(number: int, _: Pause) -> int:
        begun.append(number)
        if number < AT_ONCE:
            are_all_begun.wait(5)
        if number == 0:
            raise ValueError("the first")
        time.sleep(0.2)
        return number

    given: list[int] = []
    with pytest.raises(ValueError, match="the first"):  # noqa: PT012
        for each in at_once(work, range(1000), "working"):
            given.append(each)

    assert sorted(given) == [number for number in sorted(begun) if number != 0]
    assert len(begun) < 500, "all thousand would be, if the error were not noticed until the end"


def test_who_stops_waits_for_no_pause() -> None:
    def work(number: int, pause: Pause) -> int:
        if number > 0:
            pause(600)
        return number

    results = at_once(work, range(100), "pausing")
    assert next(results) == 0
    began = time.monotonic()
    results.close()  # type: ignore[attr-defined]

    assert time.monotonic() - began < 60


def test_a_reader_who_has_enough_is_told_nothing(tmp_path: Path) -> None:
    """As `snapjury products list | head -1`."""
    product = {"gtin": "00815099021634", "name": "x" * 200}

    def answer(_: Request) -> Reply:
        return Reply(200, {"products": [product] * 100, "next": "more"})  # without an end

    with ApiServer(answer) as server:
        command = [sys.executable, "-c", "from snapjury.cli import main; main()", "products", "list"]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "layers" / "snapjury" / "python"),
            "SNAPJURY_URL": server.url,
            "SNAPJURY_TOKEN": "token of maria",
        }
        with (tmp_path / "errors").open("w+") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment)
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            code = process.wait(30)
            errors.seek(0)
            assert (code, errors.read()) == (1, "")
