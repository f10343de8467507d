"""What the jury decided, from the request to the files, over the real handlers."""

import csv
import io
import json
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from msgspec.structs import replace

from snapjury.rules.snapshot import Snapshot
from snapjury.services.exports import PART_BYTES
from snapjury.wiring import catalog, clients, exporter
from tests.integration.callers import ask, bearer
from tests.integration.deployment import Deployment, Invocation
from tests.jury import NO, YES, chips_snapshot, judged


def start(deployment: Deployment, body: object = None, **headers: str) -> str:
    status, accepted, answered = ask(deployment, "POST", "/exports", body or {}, headers=bearer("ada") | headers)
    assert (status, accepted["state"]) == (202, "queued"), accepted
    assert answered["location"] == f"exports/{accepted['id']}"
    return str(accepted["id"])


def read(deployment: Deployment, export_id: str) -> dict[str, Any]:
    status, job, _ = ask(deployment, "GET", "/exports/{export_id}", path={"export_id": export_id})
    assert status == 200
    return job


def decide(*snapshots: Snapshot) -> None:
    for each in snapshots:
        catalog.snapshot_ports().snapshots.add(replace(each, version=1))


def heavy(number: int) -> Snapshot:
    """A decided snapshot of 60 kB, since S3's parts are large: by the one long name that costs moto least."""
    decided = judged(YES, NO, YES, number=number)
    assert decided.decision is not None
    return replace(decided, decision=replace(decided.decision, policy="x" * 60_000))


def download(deployment: Deployment, job: dict[str, Any], file: str) -> bytes:
    """What is behind a link, which must be signed for an hour and name the bucket in its path."""
    url = urlparse(job["files"][file])
    bucket, _, key = url.path.lstrip("/").partition("/")
    query = parse_qs(url.query)
    assert (bucket, query["X-Amz-Expires"]) == ("exports", ["3600"])
    assert query["response-content-disposition"][0].startswith("attachment; filename=")
    content: bytes = deployment.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def records(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def test_decided_snapshots_are_exported_as_manifest_and_csv(people: Deployment) -> None:
    decide(judged(YES, NO, YES, number=1), judged(NO, NO, NO, number=2), chips_snapshot(3))

    export_id = start(people)
    assert read(people, export_id)["files"] is None
    people.receive("ExportQueue", "exporter", 1)

    job = read(people, export_id)
    assert (job["state"], job["snapshots"], job["error"]) == ("done", 2, None)
    manifest = records(download(people, job, "manifest"))
    decisions = rows(download(people, job, "csv"))
    sha256 = f"{1:064x}"
    assert {each["source-ref"]: each["snapjury"] for each in manifest} == {
        f"s3://media/sha256/00/{sha256}.jpg": 1,
        f"s3://media/sha256/00/{2:064x}.jpg": 0,
    }
    assert {each["snapshot"] for each in decisions} == {each["snapjury-decision"]["snapshot"] for each in manifest}
    assert job["bytes"] == sum(len(download(people, job, file)) for file in ("manifest", "csv"))


def test_readers_are_the_same_in_every_export_and_no_names(people: Deployment) -> None:
    decide(judged(YES, NO, YES))
    votes = []
    for _ in range(2):
        export_id = start(people)
        people.receive("ExportQueue", "exporter", 1)
        content = download(people, read(people, export_id), "manifest")
        assert b"kevin" not in content
        votes.append(records(content)[0]["snapjury-decision"]["votes"])

    assert votes[0] == votes[1]
    assert len({vote["reader"] for vote in votes[0]}) == 3


def test_an_export_of_nothing_has_an_empty_manifest_and_a_csv_of_a_header(people: Deployment) -> None:
    export_id = start(people)

    people.receive("ExportQueue", "exporter", 1)

    job = read(people, export_id)
    assert (job["state"], job["snapshots"]) == ("done", 0)
    assert download(people, job, "manifest") == b""
    assert download(people, job, "csv").count(b"\r\n") == 1


@pytest.mark.parametrize("crashes_at", ["UploadPart", "CompleteMultipartUpload"])
def test_a_large_export_is_written_in_parts_and_goes_on_after_a_crash(people: Deployment, crashes_at: str) -> None:
    count = 500
    decide(*(heavy(number) for number in range(count)))
    export_id = start(people)
    crash = CrashAt(crashes_at, 2)

    received = 0
    while read(people, export_id)["state"] in ("queued", "working"):
        people.context = Invocation(more=2)
        clients.client("s3").meta.events.register("after-call", crash)
        clients.client("dynamodb").meta.events.register("after-call", crash)
        if not people.receive("ExportQueue", "exporter", 1):
            people.send("ExportQueue", json.dumps({"job": export_id}))  # the one that is hidden comes again
        received += 1

    job = read(people, export_id)
    assert crash.happened
    assert received > 3
    assert (job["state"], job["snapshots"]) == ("done", count)
    assert people.s3.head_object(Bucket="exports", Key=f"exports/{export_id}/manifest.jsonl")["ETag"].endswith('-3"')
    content = download(people, job, "manifest")
    assert len(content) > 3 * PART_BYTES
    manifest, decisions = records(content), rows(download(people, job, "csv"))
    assert len({each["snapjury-decision"]["snapshot"] for each in manifest}) == len(manifest) == count
    assert [each["snapjury-decision"]["snapshot"] for each in manifest] == [each["snapshot"] for each in decisions]
    assert "Uploads" not in people.s3.list_multipart_uploads(Bucket="exports")


class CrashAt:
    """Ends the invocation right after the nth time that this was done."""

    def __init__(self, operation: str, after: int) -> None:
        self._operation = operation
        self._left = after
        self.happened = False

    def __call__(self, model: Any, **_: Any) -> None:
        if model.name == self._operation and not self.happened:
            self._left -= 1
            if self._left == 0:
                self.happened = True
                raise RuntimeError(f"crash after {self._operation}")


def test_an_export_that_no_attempt_finished_fails_and_its_parts_are_deleted(people: Deployment) -> None:
    decide(*(heavy(number) for number in range(250)))
    export_id = start(people)
    people.context = Invocation(more=1)
    people.receive("ExportQueue", "exporter", 1)
    assert len(people.s3.list_multipart_uploads(Bucket="exports")["Uploads"]) == 1

    people.send("ExportDeadLetters", json.dumps({"job": export_id}))
    people.receive("ExportDeadLetters", "exporter", 1)

    job = read(people, export_id)
    assert (job["state"], job["files"], job["error"]) == ("failed", None, "the export could not be finished")
    assert "Uploads" not in people.s3.list_multipart_uploads(Bucket="exports")
    people.receive("ExportQueue", "exporter", 1)
    assert read(people, export_id) == job


def test_an_export_of_a_day_has_that_day_only(people: Deployment) -> None:
    decide(judged(YES, YES, YES))

    exports = []
    for body in ({"since": "2025-06-15", "until": "2025-06-16T00:00:00+02:00"}, {"since": "2025-06-16"}):
        export_id = start(people, body)
        people.receive("ExportQueue", "exporter", 1)
        exports.append(read(people, export_id))

    assert [each["snapshots"] for each in exports] == [1, 0]
    assert exports[0]["since"] == "2025-06-15T00:00:00.000+00:00"
    assert exports[0]["until"] == "2025-06-15T22:00:00.000+00:00"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "2025-02-30"}, "until"),
        ({"since": "2025-06-15", "until": "2025-06-15"}, "since"),
        ({"since": "2999-01-01"}, "since"),
        ({"since": 1}, "since"),
        ({"format": "csv"}, "format"),
    ],
)
def test_a_wrong_request_names_the_field(people: Deployment, body: object, field: str) -> None:
    status, problem, _ = ask(people, "POST", "/exports", body)

    assert status == 422
    assert [each["field"] for each in problem["errors"]] == [field]


def test_the_same_request_with_its_key_is_the_same_export(people: Deployment) -> None:
    key = {"idempotency-key": "week-27"}

    assert start(people, **key) == start(people, **key)
    status, _, _ = ask(people, "POST", "/exports", {"since": "2025-06-15"}, headers=bearer("ada") | key)
    assert status == 422


def test_exports_are_listed_newest_first_with_links_to_those_that_are_done(people: Deployment) -> None:
    decide(judged(YES, NO, YES))
    done = start(people, {"since": "2025-06-15"})
    people.receive("ExportQueue", "exporter", 1)
    queued = start(people)

    status, listed, _ = ask(people, "GET", "/exports")
    oldest = ask(people, "GET", "/exports", query={"limit": "1", "next": next_of(people)})[1]

    assert status == 200
    assert [(each["id"], each["state"]) for each in listed["exports"]] == [(queued, "queued"), (done, "done")]
    assert listed["exports"][0]["files"] is None
    assert records(download(people, listed["exports"][1], "manifest"))[0]["snapjury"] == 1
    assert ([each["id"] for each in oldest["exports"]], oldest["next"]) == ([done], None)


def next_of(deployment: Deployment) -> str:
    """The token for what follows the newest export."""
    return str(ask(deployment, "GET", "/exports", query={"limit": "1"})[1]["next"])


@pytest.mark.parametrize("query", [{"limit": "0"}, {"next": "nonsense"}, {"state": "done"}])
def test_a_wrong_page_of_exports_is_refused(people: Deployment, query: dict[str, str]) -> None:
    assert ask(people, "GET", "/exports", query=query)[0] == 400


def test_an_unknown_export_is_not_found_and_exports_are_for_admins(people: Deployment) -> None:
    assert ask(people, "GET", "/exports/{export_id}", path={"export_id": "a" * 20})[0] == 404
    assert ask(people, "POST", "/exports", {}, headers=bearer("kevin"))[0] == 403
    assert ask(people, "GET", "/exports", headers=bearer("kevin"))[0] == 403


def test_what_a_small_export_costs(people: Deployment) -> None:
    decide(*(judged(YES, NO, YES, number=number) for number in range(20)))
    exporter.export_ports()
    start(people)
    before = people.calls.copy()

    people.receive("ExportQueue", "exporter", 1)

    calls = people.calls - before
    assert (calls["GetItem"], calls["PutItem"], calls["PutObject"]) == (1, 2, 2)
    assert set(calls) == {"GetItem", "PutItem", "PutObject", "Query"}
    assert calls["Query"] % (2 * 4) == 0, "each file, four shards, each month since the first"
