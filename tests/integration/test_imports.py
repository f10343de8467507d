"""A manifest from the request to the pool, over the real handlers."""

import json
from typing import Any

import pytest

from snapjury.rules.product import Product
from snapjury.wiring import catalog
from tests.builders import NOON
from tests.images import jpeg, png
from tests.integration.callers import ask, bearer
from tests.integration.deployment import Deployment, Invocation, forget_wiring
from tests.jury import CHIPS

WEEK_27 = {"manifest": {"location": "s3", "path": "s3://source/week-27.jsonl"}}


@pytest.fixture
def shelves(people: Deployment) -> Deployment:
    """A deployment whose source bucket has three pictures of chips and one screenshot."""
    catalog.product_ports().products.add(Product(CHIPS, "Tortilla chips", NOON, 1))
    for number in range(3):
        people.s3.put_object(Bucket="source", Key=f"{number}.jpg", Body=jpeg(64 + number, 48))
    people.s3.put_object(Bucket="source", Key="screenshot.jpg", Body=png(64, 48))
    return people


def row(key: str, gtin: str = CHIPS) -> str:
    return json.dumps({"source-ref": f"s3://source/{key}", "product": gtin})


def write_manifest(deployment: Deployment, lines: list[str], key: str = "week-27.jsonl") -> None:
    deployment.s3.put_object(Bucket="source", Key=key, Body="\n".join(lines).encode())


def start(deployment: Deployment, body: object = WEEK_27, **headers: str) -> str:
    status, accepted, answered = ask(deployment, "POST", "/imports", body, headers=bearer("ada") | headers)
    assert (status, accepted["state"]) == (202, "queued"), accepted
    assert answered["location"] == f"imports/{accepted['id']}"
    return str(accepted["id"])


def read(deployment: Deployment, import_id: str) -> dict[str, Any]:
    status, job, _ = ask(deployment, "GET", "/imports/{import_id}", path={"import_id": import_id})
    assert status == 200
    return job


def run(deployment: Deployment) -> None:
    """Hand over messages until all are done with."""
    while deployment.receive("ImportQueue", "importer", 1) + deployment.receive("ValidationQueue", "validator"):
        pass


def counts(job: dict[str, Any]) -> tuple[int, int, int, int]:
    return job["rows"], job["accepted"], job["known"], job["rejected"]


def test_a_manifest_becomes_snapshots_in_the_pool_and_a_report(shelves: Deployment) -> None:
    pictures = [row(f"{number}.jpg") for number in range(3)]
    bad = ["nonsense", row("0.jpg", "00000096385074"), row("0.jpg", "123"), json.dumps({"product": CHIPS})]
    missing = [row(f"missing/{number}.jpg") for number in range(40)]
    write_manifest(shelves, [*pictures, *bad, row("screenshot.jpg"), "", *missing])

    import_id = start(shelves)
    assert read(shelves, import_id)["state"] == "queued"
    run(shelves)

    job = read(shelves, import_id)
    assert (job["state"], job["error"], job["format"]) == ("done", None, "jsonl")
    assert counts(job) == (48, 44, 0, 4)
    assert [each["row"] for each in job["errors"]] == [4, 5, 6, 7]
    assert job["errors"][1] == {"row": 5, "message": "product 00000096385074 is not known here"}
    listed = ask(shelves, "GET", "/snapshots")[1]["snapshots"]
    assert len(listed) == 3
    assert {each["product"] for each in listed} == {CHIPS}
    answer = shelves.request(
        "GET", "/operations/failed-assets", query={"limit": "100"}, function="operations", headers=bearer("ada")
    )
    failed = answer[1]["assets"]
    lines = {each["origin"]["line"]: each["origin"]["import_id"] for each in failed}
    assert lines == dict.fromkeys((8, *range(10, 50)), import_id)


def test_the_same_manifest_twice_adds_nothing_but_tries_the_refused_images_again(shelves: Deployment) -> None:
    write_manifest(shelves, [row("0.jpg"), row("screenshot.jpg"), row("1.jpg")])
    start(shelves)
    run(shelves)
    shelves.s3.put_object(Bucket="source", Key="screenshot.jpg", Body=jpeg(64, 48))

    again = start(shelves)
    run(shelves)

    assert counts(read(shelves, again)) == (3, 1, 2, 0)
    assert len(ask(shelves, "GET", "/snapshots")[1]["snapshots"]) == 3


def test_a_picture_that_is_no_jpeg_is_imported_as_what_its_row_says(shelves: Deployment) -> None:
    screenshot = json.dumps({"source-ref": "s3://source/screenshot.jpg", "product": CHIPS, "asset-type": "png"})
    write_manifest(shelves, [row("0.jpg"), screenshot])

    import_id = start(shelves)
    run(shelves)

    assert counts(read(shelves, import_id)) == (2, 2, 0, 0)
    listed = ask(shelves, "GET", "/snapshots")[1]["snapshots"]
    ending = {each["type"]: each["image_url"].partition("?")[0].rpartition(".")[2] for each in listed}
    assert ending == {"image": "jpg", "png": "png"}


def test_a_picture_that_was_refused_as_a_jpeg_is_another_as_what_it_is(
    shelves: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapjury.services.import_rows.MAX_ATTEMPTS", 1)
    for _ in range(2):
        write_manifest(shelves, [row("screenshot.jpg")])
        refused = start(shelves)
        run(shelves)
    write_manifest(shelves, [row("screenshot.jpg").replace("}", ', "asset-type": "png"}')])
    taken = start(shelves)
    run(shelves)

    assert counts(read(shelves, refused)) == (1, 0, 0, 1)
    assert counts(read(shelves, taken)) == (1, 1, 0, 0)
    assert [each["type"] for each in ask(shelves, "GET", "/snapshots")[1]["snapshots"]] == ["png"]


def test_a_picture_that_is_in_the_manifest_under_two_names_is_judged_once(shelves: Deployment) -> None:
    shelves.s3.put_object(Bucket="source", Key="copy.jpg", Body=jpeg(64, 48))
    write_manifest(shelves, [row("0.jpg"), row("copy.jpg"), row("1.jpg")])

    import_id = start(shelves)
    run(shelves)

    assert counts(read(shelves, import_id)) == (3, 3, 0, 0)
    listed = ask(shelves, "GET", "/snapshots")[1]["snapshots"]
    assert sorted(each["status"] for each in listed) == ["duplicate", "pending", "pending"]


def test_a_long_manifest_is_imported_in_several_invocations_also_if_messages_come_twice(shelves: Deployment) -> None:
    write_manifest(shelves, [row(f"{number}.jpg") for number in range(250)])
    shelves.context = Invocation(more=2)
    import_id = start(shelves)
    shelves.send("ImportQueue", json.dumps({"job": import_id}))

    states = []
    while shelves.receive("ImportQueue", "importer", 1):
        shelves.context = Invocation(more=2)
        states.append(counts(read(shelves, import_id)))

    assert read(shelves, import_id)["state"] == "done"
    assert counts(read(shelves, import_id)) == (250, 250, 0, 0)
    assert states == [(198, 198, 0, 0), (250, 250, 0, 0), (250, 250, 0, 0)]


def test_a_csv_from_an_upload_or_a_local_file_is_imported_too(shelves: Deployment) -> None:
    lines = f"\ufeffgtin,location,path\r\n{CHIPS},s3,s3://source/0.jpg\r\n{CHIPS},local,shelves/1.jpg\r\n".encode()
    shelves.s3.put_object(Bucket="uploads", Key="uploads/abc", Body=lines)
    (shelves.root / "week.csv").write_bytes(lines)

    uploaded = start(shelves, {"manifest": {"location": "upload", "path": "uploads/abc"}})
    run(shelves)
    local = start(shelves, {"manifest": {"location": "local", "path": "./week.csv"}, "format": "csv"})
    run(shelves)

    assert counts(read(shelves, uploaded)) == (2, 2, 0, 0)
    assert counts(read(shelves, local)) == (2, 1, 1, 0), "the local picture is missing, so it was refused"


@pytest.mark.parametrize("path", ["s3://source/missing.jsonl", "s3://media/manifest.jsonl", "manifest.jsonl"])
def test_a_manifest_that_cannot_be_read_fails(shelves: Deployment, path: str) -> None:
    import_id = start(shelves, {"manifest": {"location": "s3", "path": path}})

    run(shelves)

    job = read(shelves, import_id)
    assert (job["state"], job["error"]) == ("failed", "the manifest cannot be read")
    assert job["finished_at"] is not None


def test_an_import_that_no_attempt_finished_fails_from_the_dead_letter_queue(shelves: Deployment) -> None:
    import_id = start(shelves)
    shelves.send("ImportDeadLetters", json.dumps({"job": import_id}))

    assert shelves.receive("ImportDeadLetters", "importer") == 1

    job = read(shelves, import_id)
    assert (job["state"], job["error"]) == ("failed", "the import could not be finished; what it accepted stays")


def test_the_report_is_read_page_by_page(shelves: Deployment) -> None:
    write_manifest(shelves, [f"nonsense {number}" for number in range(120)])
    import_id = start(shelves)
    run(shelves)
    path = {"import_id": import_id}

    seen, query = [], {"limit": "50"}
    while True:
        status, page, _ = ask(shelves, "GET", "/imports/{import_id}/errors", path=path, query=query)
        assert status == 200
        seen += page["errors"]
        if page["next"] is None:
            break
        query = {"limit": "50", "next": page["next"]}

    assert [each["row"] for each in seen] == list(range(1, 121))
    assert seen[7] == {"row": 8, "message": seen[7]["message"], "text": "nonsense 7"}
    assert len(read(shelves, import_id)["errors"]) == 100


def test_imports_are_listed_newest_first_with_their_progress(shelves: Deployment) -> None:
    write_manifest(shelves, ["nonsense", *(row(f"{number}.jpg") for number in range(250))])
    size = shelves.s3.head_object(Bucket="source", Key="week-27.jsonl")["ContentLength"]
    shelves.context = Invocation(more=1)
    begun = start(shelves)
    shelves.receive("ImportQueue", "importer", 1)
    queued = start(shelves, {"manifest": {"location": "s3", "path": "s3://source/week-28.jsonl"}})

    newest, after = pages(shelves, 1)

    assert [newest["id"], after["id"]] == [queued, begun]
    assert (newest["state"], newest["bytes_total"]) == ("queued", None)
    assert (after["state"], after["rows"], after["rejected"], after["bytes_total"]) == ("working", 99, 1, size)
    assert 0 < after["bytes_read"] < size
    assert after.items() <= read(shelves, begun).items()


def pages(deployment: Deployment, limit: int) -> list[dict[str, Any]]:
    """All imports, asked for so many at a time."""
    listed, query = [], {"limit": str(limit)}
    while True:
        page = ask(deployment, "GET", "/imports", query=query)[1]
        listed += page["imports"]
        if page["next"] is None:
            return listed
        query["next"] = page["next"]


def test_the_same_request_with_its_key_is_the_same_import(shelves: Deployment) -> None:
    key = {"idempotency-key": "week-27"}

    assert start(shelves, **key) == start(shelves, **key)
    status, _, _ = ask(shelves, "POST", "/imports", WEEK_27 | {"format": "csv"}, headers=bearer("ada") | key)
    assert status == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "manifest"),
        ({"manifest": {"location": "http", "path": "http://a/b"}}, "manifest.location"),
        (WEEK_27 | {"format": "xml"}, "format"),
        (WEEK_27 | {"product": CHIPS}, "product"),
    ],
)
def test_a_wrong_request_names_the_field(shelves: Deployment, body: object, field: str) -> None:
    status, problem, _ = ask(shelves, "POST", "/imports", body)

    assert status == 422
    assert [each["field"] for each in problem["errors"]] == [field]


def test_pictures_may_lie_behind_urls_but_manifests_may_not(
    shelves: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_TIMEOUT", "60")
    forget_wiring()
    write_manifest(shelves, [json.dumps({"location": "http", "path": "http://10.0.0.1/0.jpg", "product": CHIPS})])

    status, problem, _ = ask(shelves, "POST", "/imports", {"manifest": {"location": "http", "path": "http://a/b"}})
    import_id = start(shelves)
    run(shelves)

    assert (status, problem["detail"]) == (422, "location 'http' is not enabled here; use one of: local, s3, upload")
    assert counts(read(shelves, import_id)) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("resource", "query", "status"),
    [
        ("/imports", {"limit": "101"}, 400),
        ("/imports", {"next": "nonsense"}, 400),
        ("/imports/{import_id}", None, 404),
        ("/imports/{import_id}/errors", None, 404),
        ("/imports/{import_id}/errors", {"limit": "0"}, 400),
        ("/imports/{import_id}/errors", {"next": "nonsense"}, 400),
    ],
)
def test_what_is_not_there_or_no_page_is_refused(
    shelves: Deployment, resource: str, query: dict[str, str] | None, status: int
) -> None:
    assert ask(shelves, "GET", resource, path={"import_id": "a" * 20}, query=query)[0] == status


def test_imports_are_for_admins(shelves: Deployment) -> None:
    assert ask(shelves, "POST", "/imports", WEEK_27, headers=bearer("kevin"))[0] == 403
    assert ask(shelves, "GET", "/imports", headers=bearer("kevin"))[0] == 403


def test_what_a_slice_costs(shelves: Deployment) -> None:
    write_manifest(shelves, [*(row(f"{number}.jpg") for number in range(90)), *("nonsense" for _ in range(9))])
    start(shelves)
    before = shelves.calls.copy()

    shelves.receive("ImportQueue", "importer", 1)

    assert shelves.calls - before == {
        "GetItem": 1,  # the import
        "GetObject": 1,  # a piece of its manifest
        "BatchGetItem": 2,  # products, and assets that are there before
        "PutItem": 90,  # assets
        "SendMessageBatch": 9,
        "TransactWriteItems": 1,  # progress and report
    }
