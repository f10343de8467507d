"""Snapshots and imports that are taken back, over the real handlers: what owners, QAs and exports see of it."""

from typing import Any

import pytest

from snapjury.rules import import_job
from snapjury.wiring import catalog, importer
from tests.images import jpeg
from tests.integration.deployment import Deployment, Invocation
from tests.integration.floor import Floor, spent
from tests.integration.test_duplicates import exported, file, judge, listed, read, submit

REMOVAL = "/snapshots/{snapshot_id}/removal"
IMPORT, EXPORT = "/imports/{import_id}", "/exports/{export_id}"


@pytest.fixture
def floor(deployment: Deployment) -> Floor:
    """A deployment with QAs and an empty pool, three pictures, and a manifest that names two of them."""
    for number, name in enumerate(("chips.jpg", "copy.jpg", "other.jpg")):
        (deployment.root / name).write_bytes(jpeg(320, 240 + number // 2))
    return Floor(deployment, 0)


def remove(floor: Floor, snapshot: str) -> int:
    return floor.ask("anna", "PUT", REMOVAL, function="catalog", snapshot_id=snapshot)[0]


def bring(floor: Floor, *paths: str) -> str:
    """The id of an import of these pictures, once they are filed."""
    rows = "".join(f"00815099021634,local,{path}\n" for path in paths)
    (floor.deployment.root / "week-27.csv").write_text(f"gtin,location,path\n{rows}")
    manifest = {"manifest": {"location": "local", "path": "week-27.csv"}}
    import_id = str(floor.ask("anna", "POST", "/imports", manifest, function="catalog")[1]["id"])
    work(floor)
    return import_id


def work(floor: Floor) -> None:
    """Hand over messages until all are done with."""
    queues = {"ImportQueue": "importer", "ValidationQueue": "validator"}
    while sum(floor.deployment.receive(queue, function, 1) for queue, function in queues.items()):
        pass


def take_back(floor: Floor, import_id: str) -> dict[str, Any]:
    status, job = floor.ask("anna", "PUT", f"{IMPORT}/removal", function="catalog", import_id=import_id)
    assert status == 202
    return job


def test_it_disappears_from_pages_and_exports_and_says_so_in_its_record(floor: Floor) -> None:
    wrong, right = file(floor, "chips.jpg"), file(floor, "other.jpg")
    session = floor.session("kevin")
    assert remove(floor, wrong) == 200

    shown = floor.ask("kevin", "GET", "/sessions/{session_id}", session_id=session["id"])[1]["items"]
    status, late = floor.vote("kevin", session["id"], wrong)
    floor.vote("kevin", session["id"], right)
    for name in ("maria", "ahmed"):
        floor.work_through(name, floor.session(name))

    assert [each["snapshot"] for each in shown] == [right]
    assert (status, late["counted"], late["reason"]) == (200, False, "removed")
    assert [each["snapjury-decision"]["snapshot"] for each in exported(floor)] == [right]
    record = read(floor, wrong)
    assert (record["status"], record["state"], record["decision"]) == ("removed", "success", None)
    assert record["removed_at"] >= record["created_at"]
    assert read(floor, right)["removed_at"] is None
    assert [each["id"] for each in listed(floor, status="removed")] == [wrong]
    assert remove(floor, wrong) == 200, "once more changes nothing"
    assert read(floor, wrong)["removed_at"] == record["removed_at"]


def test_what_was_decided_is_exported_no_more_and_scored_no_more(floor: Floor) -> None:
    snapshot = file(floor, "chips.jpg")
    judge(floor)
    assert len(exported(floor)) == 1

    assert remove(floor, snapshot) == 200

    assert exported(floor) == []
    assert read(floor, snapshot)["decision"]["status"] == "correct", "the record stays"
    assert catalog.snapshot_ports().snapshots.decided(0, 10**13, 10, None).snapshots == ()


def test_its_duplicate_is_judged_and_exported_in_its_place(floor: Floor) -> None:
    first, copy = file(floor, "chips.jpg"), file(floor, "copy.jpg")
    assert remove(floor, first) == 200

    judge(floor)

    (line,) = exported(floor)
    assert (line["snapjury-decision"]["snapshot"], line["snapjury-decision"]["duplicates"]) == (copy, [])
    assert (read(floor, first)["status"], read(floor, copy)["status"]) == ("removed", "correct")
    assert remove(floor, copy) == 200
    assert exported(floor) == []


def test_before_it_is_validated_too(floor: Floor) -> None:
    snapshot = submit(floor, "chips.jpg")

    assert remove(floor, snapshot) == 200
    waiting = read(floor, snapshot)
    assert floor.deployment.receive("ValidationQueue", "validator", 1) == 1

    assert (waiting["status"], waiting["state"]) == (None, "queued")
    assert waiting["removed_at"] is not None
    assert (read(floor, snapshot)["status"], read(floor, snapshot)["state"]) == ("removed", "success")
    assert floor.session("kevin")["items"] == []


def test_its_owner_removes_it_without_an_admin_and_reads_that_it_is(floor: Floor) -> None:
    snapshot = file(floor, "chips.jpg")
    path = {"snapshot_id": snapshot}

    assert floor.deployment.request("PUT", REMOVAL, path=path, function="catalog")[0] == 200
    asset = floor.deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": snapshot})[1]

    assert (asset["state"], asset["removed_at"] is None) == ("success", False)


def test_what_is_no_snapshot_is_not_found(floor: Floor) -> None:
    picture = {"assetPath": {"location": "local", "path": "chips.jpg"}}
    asset = floor.deployment.request("POST", "/assets/image", picture)[1]["id"]

    assert [remove(floor, each) for each in (asset, "a" * 20, "nonsense")] == [404, 404, 404]


def test_an_import_is_taken_back_with_all_that_it_brought_and_may_be_imported_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_job, "SETTLING_TIME", 0)
    own = file(floor, "other.jpg")
    wrong = bring(floor, "chips.jpg", "missing.jpg")

    begun = take_back(floor, wrong)
    work(floor)

    job = floor.ask("anna", "GET", IMPORT, function="catalog", import_id=wrong)[1]
    assert (begun["state"], begun["removed"], job["state"], job["error"]) == ("removing", 0, "removed", None)
    assert job["removed"] == job["accepted"] == 2
    assert job["finished_at"] is not None
    assert [each["snapshot"] for each in floor.session("kevin")["items"]] == [own]
    assert take_back(floor, wrong) == {name: job[name] for name in job if name != "errors"}

    again = bring(floor, "chips.jpg", "missing.jpg")
    counts = floor.ask("anna", "GET", IMPORT, function="catalog", import_id=again)[1]
    assert (counts["state"], counts["accepted"], counts["known"]) == ("done", 2, 0)
    assert len(floor.session("maria")["items"]) == 2


def test_files_of_an_export_agree_though_something_is_removed_between_them(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, copy = file(floor, "chips.jpg"), file(floor, "copy.jpg")
    judge(floor)
    _, accepted = floor.ask("anna", "POST", "/exports", {}, function="catalog")
    floor.deployment.context = Invocation(more=1)
    floor.deployment.receive("ExportQueue", "exporter", 1)
    assert floor.ask("anna", "GET", EXPORT, function="catalog", export_id=accepted["id"])[1]["state"] == "working"

    remove(floor, first)
    floor.deployment.context = Invocation()
    floor.deployment.receive("ExportQueue", "exporter", 1)

    files = [f"exports/{accepted['id']}/{name}" for name in ("manifest.jsonl", "decisions.csv")]
    contents = [floor.deployment.s3.get_object(Bucket="exports", Key=key)["Body"].read() for key in files]
    assert [(copy.encode() in content, first.encode() in content) for content in contents] == [(True, False)] * 2


def test_what_removing_costs(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to AWS: the promise of docs/access-patterns.md."""
    monkeypatch.setattr(import_job, "SETTLING_TIME", 0)
    first = file(floor, "chips.jpg")
    copy = file(floor, "copy.jpg")
    wrong = bring(floor, "other.jpg")
    catalog.filing_ports(), importer.import_ports()

    costs = []
    for each in (copy, first):
        before = floor.deployment.calls.copy()
        remove(floor, each)
        costs.append(spent(floor, before))
    before = floor.deployment.calls.copy()
    take_back(floor, wrong)
    begun = spent(floor, before)
    before = floor.deployment.calls.copy()
    floor.deployment.receive("ImportQueue", "importer", 1)

    # the caller; whose is it; read and write the asset, the snapshot, and of a duplicate the first
    assert costs == [{"GetItem": 5, "PutItem": 3}, {"GetItem": 4, "PutItem": 2}]
    assert begun == {"GetItem": 2, "PutItem": 1, "SendMessage": 1}
    # the job; twice four lists of four shards, one with something in it; asset and snapshot; the progress each time
    assert spent(floor, before) == {"GetItem": 5, "Query": 32, "BatchGetItem": 2, "PutItem": 10}
