"""The same picture many times for real, at once and after the decision: three QAs see it, each once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.e2e.floor import Floor
from tests.e2e.stack import Stack, wait_until
from tests.images import jpeg, with_segment
from tests.jury import CHIPS

COPIES = 12
VERDICTS = {"kevin": "correct", "maria": "correct", "ahmed": "incorrect_or_unsure"}


@pytest.fixture(scope="module")
def floor(stack: Stack) -> Floor:
    return Floor(stack)


def submit(stack: Stack, path: str) -> str:
    """The id of a snapshot of this picture."""
    picture = {"product": CHIPS, "assetPath": {"location": "local", "path": path}}
    answer = stack.request("POST", "/snapshots", json=picture)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def status(floor: Floor, snapshot: str) -> str | None:
    found: str | None = floor.anna.ask("GET", f"/snapshots/{snapshot}").json()["status"]
    return found


def test_a_picture_that_comes_twelve_times_at_once_is_judged_and_exported_once(floor: Floor, stack: Stack) -> None:
    floor.fill_pool(0)
    photo = with_segment(0xFE, stack.secret.encode(), jpeg(320, 200))  # bytes that no run before has filed
    for number in range(COPIES):
        (stack.root / f"copy-{number}.jpg").write_bytes(photo)

    with ThreadPoolExecutor(COPIES) as customers:
        ids = set(customers.map(lambda number: submit(stack, f"copy-{number}.jpg"), range(COPIES)))
    wait_until(lambda: all(status(floor, each) == "pending" for each in ids), 60, "all copies to be filed")
    for name, verdict in VERDICTS.items():
        shown, _ = floor.person(name).work_through(floor.person(name).begin_session(), verdict)
        assert len(shown) == 1, "each QA is shown one of them"
    (first,) = shown
    late = submit(stack, "copy-0.jpg")
    wait_until(lambda: status(floor, late) == "correct", 60, "the late copy to be filed")

    duplicates = ids - {first} | {late}
    assert {status(floor, each) for each in ids} == {"correct"}
    assert set(floor.anna.ask("GET", f"/snapshots/{first}").json()["duplicates"]) == duplicates
    assert floor.person("zoe").begin_session()["items"] == []
    lines = [each["snapjury-decision"] for each in exported(floor)]
    assert [set(each["duplicates"]) for each in lines if each["snapshot"] == first] == [duplicates]
    assert duplicates.isdisjoint(each["snapshot"] for each in lines)


def exported(floor: Floor) -> list[dict[str, Any]]:
    """The lines of an export's manifest."""
    path = f"/exports/{floor.anna.ask('POST', '/exports', json={}).json()['id']}"
    wait_until(lambda: floor.anna.ask("GET", path).json()["state"] == "done", 60, "the export")
    link = floor.anna.ask("GET", path).json()["files"]["manifest"]
    return [json.loads(line) for line in requests.get(link, timeout=10).content.splitlines()]
