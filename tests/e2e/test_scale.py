import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.places import ROOT
from infra.scale import scale
from tests.e2e.stack import Stack


def scaled(endpoint: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.scale", *arguments],
        cwd=ROOT,
        env=os.environ | {"SNAPJURY_ENDPOINT": endpoint},
        capture_output=True,
        text=True,
    )


def limits(stack: Stack) -> dict[str, int]:
    """How many batches of each queue may be worked on at once, by the queue's name in the template."""
    mappings = stack.functions.list_event_source_mappings()["EventSourceMappings"]
    queues = {url.rsplit("/", 1)[1]: name for name, url in stack.outputs.items() if url.startswith("http")}
    return {
        queues[each["EventSourceArn"].rsplit(":", 1)[1]]: each["ScalingConfig"]["MaximumConcurrency"]
        for each in mappings
    }


@pytest.fixture
def scalable(stack: Stack) -> Iterator[Stack]:
    before = limits(stack)["ValidationQueue"]
    yield stack
    scale(stack.endpoint, before)


def test_the_number_of_validators_changes_on_the_running_stack_and_nothing_else_does(scalable: Stack) -> None:
    before = limits(scalable)

    done = scaled(scalable.endpoint, "5")

    assert done.stdout == f"Validations at once: 5 at the most, before {before['ValidationQueue']}.\n"
    assert limits(scalable) == before | {"ValidationQueue": 5}


def test_assets_are_validated_with_the_new_number_too(scalable: Stack) -> None:
    scale(scalable.endpoint, 2)

    assert scalable.ended(scalable.submit("nowhere.jpg"))["state"] == "failed"


@pytest.mark.parametrize("workers", ["1", "1001", "-3", "2.5", "five", "5 6", ""])
def test_a_number_that_cannot_be_is_refused_with_what_can(stack: Stack, workers: str) -> None:
    before = limits(stack)

    done = scaled(stack.endpoint, *workers.split())

    assert done.returncode == 1
    assert "Give a whole number from 2 to 1000" in done.stderr
    assert limits(stack) == before


def test_where_nothing_runs_it_says_what_to_start() -> None:
    done = scaled("http://127.0.0.1:9", "5")

    assert done.returncode == 1
    assert done.stderr == "No emulator answers at http://127.0.0.1:9. Start one first: make server\n"
