"""The same picture of a product twice, over the real handlers: judged once, told in both records and in the export."""

import json
from collections import Counter
from typing import Any

import pytest

from snapjury.wiring import catalog, validator
from tests.images import jpeg
from tests.integration.deployment import Deployment
from tests.integration.floor import Floor
from tests.jury import CHIPS

VERDICTS = {"kevin": "correct", "maria": "incorrect_or_unsure", "ahmed": "correct"}


@pytest.fixture
def floor(deployment: Deployment) -> Floor:
    """A deployment with three QAs and an empty pool, and the same picture in two files."""
    for name in ("chips.jpg", "copy.jpg"):
        (deployment.root / name).write_bytes(jpeg(320, 240))
    return Floor(deployment, 0)


def submit(floor: Floor, path: str) -> str:
    picture = {"product": CHIPS, "assetPath": {"location": "local", "path": path}}
    status, accepted, _ = floor.deployment.request("POST", "/snapshots", picture, function="catalog")
    assert status == 202
    return str(accepted["id"])


def file(floor: Floor, path: str) -> str:
    """The id of a snapshot of this picture, once it is filed."""
    snapshot = submit(floor, path)
    assert floor.deployment.receive("ValidationQueue", "validator", 1) == 1
    return snapshot


def read(floor: Floor, snapshot: str) -> dict[str, Any]:
    status, record = floor.ask("anna", "GET", "/snapshots/{snapshot_id}", function="catalog", snapshot_id=snapshot)
    assert status == 200
    return record


def listed(floor: Floor, **query: str) -> list[dict[str, Any]]:
    _, page = floor.ask("anna", "GET", "/snapshots", function="catalog", query=query)
    found: list[dict[str, Any]] = page["snapshots"]
    return found


def judge(floor: Floor) -> None:
    """Let three QAs work through all that there is."""
    for name, verdict in VERDICTS.items():
        floor.work_through(name, floor.session(name), verdict)


def exported(floor: Floor) -> list[dict[str, Any]]:
    """The lines of an export's manifest."""
    _, accepted = floor.ask("anna", "POST", "/exports", {}, function="catalog")
    floor.deployment.receive("ExportQueue", "exporter", 1)
    key = f"exports/{accepted['id']}/manifest.jsonl"
    content = floor.deployment.s3.get_object(Bucket="exports", Key=key)["Body"].read()
    return [json.loads(line) for line in content.splitlines()]


def test_the_same_picture_twice_is_shown_to_three_qas_once_and_decided_for_both(floor: Floor) -> None:
    first, copy = file(floor, "chips.jpg"), file(floor, "copy.jpg")

    judge(floor)

    record, of_copy = read(floor, first), read(floor, copy)
    assert (record["status"], record["duplicate_of"], record["duplicates"]) == ("correct", None, [copy])
    assert (of_copy["id"], of_copy["duplicate_of"], of_copy["duplicates"]) == (copy, first, [])
    assert (of_copy["state"], of_copy["assetPath"]["path"]) == ("success", "copy.jpg")
    judged = ("status", "decision", "votes", "image_url", "sha256", "width", "height")
    assert {name: of_copy[name] for name in judged} == {name: record[name] for name in judged}
    assert [each["qa"] for each in record["votes"]] == list(VERDICTS)


def test_a_duplicate_is_pending_like_its_first_until_the_decision_and_listed_as_a_duplicate(floor: Floor) -> None:
    first, copy = file(floor, "chips.jpg"), file(floor, "copy.jpg")

    assert (read(floor, first)["status"], read(floor, copy)["status"]) == ("pending", "pending")
    (duplicate,) = listed(floor, status="duplicate")
    assert (duplicate["id"], duplicate["status"], duplicate["duplicate_of"]) == (copy, "duplicate", first)
    assert [each["id"] for each in listed(floor, status="pending")] == [first]
    assert {each["id"] for each in listed(floor, product=CHIPS)} == {first, copy}


def test_an_export_has_one_line_for_both_also_if_the_second_came_after_the_decision(floor: Floor) -> None:
    first, copy = file(floor, "chips.jpg"), file(floor, "copy.jpg")
    judge(floor)
    before = exported(floor)
    late = file(floor, "copy.jpg")
    after = exported(floor)

    (line,) = before
    assert (line["snapjury-decision"]["snapshot"], line["snapjury-decision"]["duplicates"]) == (first, [copy])
    assert line["snapjury-decision"]["majority"] == "correct"
    assert [each["snapjury-decision"]["duplicates"] for each in after] == [[copy, late]]
    assert read(floor, late)["status"] == "correct"
    assert floor.session("zoe")["items"] == []


def test_a_page_of_duplicates_has_a_next_one(floor: Floor) -> None:
    ids = [file(floor, "copy.jpg") for _ in range(4)]

    first = floor.ask("anna", "GET", "/snapshots", function="catalog", query={"status": "duplicate", "limit": "2"})[1]
    rest = listed(floor, status="duplicate", limit="2", next=first["next"])

    assert {each["id"] for each in (*first["snapshots"], *rest)} == set(ids[1:])


def test_what_filing_costs(floor: Floor) -> None:
    """Requests to AWS: the promise of docs/access-patterns.md."""
    validator.validation_ports()

    def spent(path: str) -> Counter[str]:
        submit(floor, path)
        before = floor.deployment.calls.copy()
        floor.deployment.receive("ValidationQueue", "validator", 1)
        return floor.deployment.calls - before

    first, duplicate = spent("chips.jpg"), spent("copy.jpg")

    assert first == {"PutItem": 4, "PutObject": 1}  # working, its end, the claim, the snapshot
    assert duplicate == {
        "GetItem": 2,  # the claim, the first snapshot
        "PutItem": 5,  # working, its end, the refused claim, the first snapshot, the duplicate
        "PutObject": 1,
    }


def test_what_reading_a_duplicate_costs(floor: Floor) -> None:
    file(floor, "chips.jpg")
    copy = file(floor, "copy.jpg")
    catalog.snapshot_ports()
    read(floor, copy)
    before = floor.deployment.calls.copy()

    read(floor, copy)

    assert floor.deployment.calls - before == {"GetItem": 3, "BatchGetItem": 1}  # the caller, the asset, the first
