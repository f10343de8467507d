"""One suite for all that imports and exports need: the in-memory twins and AWS behave alike."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from msgspec.structs import replace

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_jobs import DynamoExports, DynamoImports
from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.memory import MemoryAssets
from snapjury.adapters.memory_jobs import MemoryExportFiles, MemoryExports, MemoryImports, MemoryManifests
from snapjury.adapters.s3 import S3Reader
from snapjury.adapters.s3_exports import S3ExportFiles
from snapjury.adapters.sources import EnabledSources
from snapjury.adapters.sqs import SqsJobQueue, SqsValidationQueue
from snapjury.adapters.table import Table
from snapjury.errors import (
    AlreadyExistsError,
    ConflictError,
    LostUploadError,
    NotFoundError,
    TemporaryFaultError,
    UnreachableError,
)
from snapjury.rules.asset import Location, Source
from snapjury.rules.export_job import ExportFile, ExportJob, Part, add_part, advance_export, fail_export, finish_file
from snapjury.rules.import_job import BadRow, ImportJob, Slice, advance_import, fail_import, open_import
from snapjury.rules.job import JobState
from snapjury.rules.manifest import Format, Place
from snapjury.services.job_ports import AssetBatches, ExportFiles, ExportJobs, ImportJobs, Manifests
from tests.builders import NOON, chips_asset
from tests.template import create_core_table

REGION = "us-east-1"
PART = 5 << 20
"""S3's least part, the last one excepted."""

IMPORT = ImportJob("week27", "ada", "trax", Source(Location.S3, "s3://shelves/a.csv"), NOON, version=1)
EXPORT = ExportJob("week27", "ada", 0, NOON, NOON, version=1)
BAD = [BadRow(row, "is not JSON", f"line {row} 😀\0") for row in (3, 12, 100_000_000)]


@pytest.fixture(params=["memory", "aws"])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield str(request.param)


@pytest.fixture
def table(where: str) -> Table:
    client = boto3.client("dynamodb", REGION)
    create_core_table(client, "core")
    return Table(client, "core")


@pytest.fixture
def imports(where: str, table: Table) -> ImportJobs:
    return MemoryImports() if where == "memory" else DynamoImports(table)


@pytest.fixture
def exports(where: str, table: Table) -> ExportJobs:
    return MemoryExports() if where == "memory" else DynamoExports(table)


@pytest.fixture
def assets(where: str, table: Table) -> AssetBatches:
    return MemoryAssets() if where == "memory" else DynamoAssets(table)


@pytest.fixture
def files(where: str) -> ExportFiles:
    if where == "memory":
        return MemoryExportFiles()
    client = boto3.client("s3", REGION)
    client.create_bucket(Bucket="exports")
    return S3ExportFiles(client, "exports")


def stored(files: ExportFiles, key: str) -> bytes:
    if isinstance(files, MemoryExportFiles):
        return files.objects[key]
    content: bytes = boto3.client("s3", REGION).get_object(Bucket="exports", Key=key)["Body"].read()
    return content


# ---- imports


def test_an_import_is_read_as_it_was_at_each_stage(imports: ImportJobs) -> None:
    opened = open_import(IMPORT, '"etag"', Format.CSV)
    place = Place(120, 4, is_inside=True, columns=("product", "source-ref"))
    advanced = advance_import(opened, Slice(place, 2, 1, tuple(BAD)), False, NOON + 1)
    failed = fail_import(advanced, "the manifest changed", NOON + 2)

    imports.add(IMPORT)
    assert imports.get(IMPORT.id) == IMPORT
    imports.save(advanced, BAD)
    assert imports.get(IMPORT.id) == advanced
    imports.save(failed)

    assert imports.get(IMPORT.id) == failed
    assert failed.rejected == 3


def test_an_id_is_taken_once(imports: ImportJobs, exports: ExportJobs) -> None:
    imports.add(IMPORT)
    exports.add(EXPORT)

    with pytest.raises(AlreadyExistsError):
        imports.add(IMPORT)
    with pytest.raises(AlreadyExistsError):
        exports.add(EXPORT)


def test_what_is_not_there_is_not_found(imports: ImportJobs, exports: ExportJobs) -> None:
    with pytest.raises(NotFoundError):
        imports.get("week28")
    with pytest.raises(NotFoundError):
        exports.get("week28")
    assert imports.bad_rows("week28", 10, after=0).bad_rows == ()


def test_progress_that_comes_second_leaves_no_line_in_the_report(imports: ImportJobs) -> None:
    imports.add(IMPORT)
    advanced = advance_import(IMPORT, Slice(Place(9, 1), 1, 0, ()), False, NOON)
    imports.save(advanced)

    with pytest.raises(ConflictError):
        imports.save(advanced, BAD)
    with pytest.raises(ConflictError):
        imports.save(advanced)

    assert imports.bad_rows(IMPORT.id, 10, after=0).bad_rows == ()


def test_the_report_is_read_page_by_page_in_the_manifests_order(imports: ImportJobs) -> None:
    imports.add(IMPORT)
    imports.save(advance_import(IMPORT, Slice(Place(), 0, 0, tuple(BAD)), False, NOON), [*reversed(BAD)])

    first = imports.bad_rows(IMPORT.id, 2, after=0)
    second = imports.bad_rows(IMPORT.id, 2, after=first.next_row or 0)

    assert (first.bad_rows, first.next_row) == (tuple(BAD[:2]), 12)
    assert (second.bad_rows, second.next_row) == (tuple(BAD[2:]), None)
    assert imports.bad_rows(IMPORT.id, 3, after=0).next_row is None


def test_a_whole_slice_of_bad_rows_is_stored_at_once(imports: ImportJobs) -> None:
    imports.add(IMPORT)
    bad = tuple(BadRow(row, "m" * 300, "😀" * 500) for row in range(1, 100))

    imports.save(advance_import(IMPORT, Slice(Place(), 0, 0, bad), False, NOON), bad)

    assert imports.bad_rows(IMPORT.id, 100, after=0).bad_rows == bad


# ---- exports


def test_an_export_is_read_as_it_was_at_each_stage(exports: ExportJobs) -> None:
    begun = advance_export(EXPORT, replace(EXPORT.progress, upload="upload"))
    progress = add_part(begun.progress, Part(b"x" * 9, 4, "digest", "2026-11|0|1"), '"tag"')
    advanced = advance_export(begun, progress)
    second = finish_file(advanced, add_part(progress, Part(b"", 0, "digest", None), None), NOON + 1)
    failed = fail_export(second, "the export could not be finished", NOON + 2)

    exports.add(EXPORT)
    for job in (begun, advanced, second, failed):
        exports.save(job)
        assert exports.get(EXPORT.id) == job

    assert second.file is ExportFile.DECISIONS
    assert (failed.state, failed.snapshots, failed.bytes) == (JobState.FAILED, 4, 9)
    with pytest.raises(ConflictError):
        exports.save(failed)


def test_a_file_of_one_piece_is_stored_whole_also_if_it_is_empty(files: ExportFiles) -> None:
    files.put("exports/week27/manifest.jsonl", b"")
    files.put("exports/week27/decisions.csv", b"snapshot\r\n")

    assert stored(files, "exports/week27/manifest.jsonl") == b""
    assert stored(files, "exports/week27/decisions.csv") == b"snapshot\r\n"


def test_parts_become_one_object_and_may_be_sent_and_put_together_twice(files: ExportFiles) -> None:
    key = "exports/week27/manifest.jsonl"
    parts = [b"a" * PART, b"b" * PART, b"last"]
    upload = files.begin(key)
    for number, content in enumerate(parts, start=1):
        files.put_part(key, upload, number, content)
    tags = [files.put_part(key, upload, number, content) for number, content in enumerate(parts, start=1)]

    files.complete(key, upload, tags, 2 * PART + 4)
    files.complete(key, upload, tags, 2 * PART + 4)

    assert stored(files, key) == b"".join(parts)


class GoneUpload:
    """A bucket that answers as S3 does once an upload was completed or aborted, where moto fails."""

    def __init__(self, size: int | None) -> None:
        self._size = size

    def refuse(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": "NoSuchUpload"}}, "UploadPart")

    upload_part = complete_multipart_upload = abort_multipart_upload = refuse

    def head_object(self, **_: object) -> dict[str, int]:
        if self._size is None:
            raise ClientError({"Error": {}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "HeadObject")
        return {"ContentLength": self._size}


def completed() -> MemoryExportFiles:
    files = MemoryExportFiles()
    files.put("exports/week27/manifest.jsonl", b"part")
    return files


@pytest.mark.parametrize("files", [MemoryExportFiles(), S3ExportFiles(GoneUpload(None), "exports")])
def test_an_upload_that_is_gone_is_lost_and_throwing_it_away_is_no_fault(files: ExportFiles) -> None:
    files.abort("exports/week27/manifest.jsonl", "upload")

    with pytest.raises(LostUploadError):
        files.put_part("exports/week27/manifest.jsonl", "upload", 1, b"part")
    with pytest.raises(LostUploadError):
        files.complete("exports/week27/manifest.jsonl", "upload", ["tag"], 4)


@pytest.mark.parametrize("files", [completed(), S3ExportFiles(GoneUpload(4), "exports")])
def test_an_upload_that_was_completed_is_complete_and_one_of_another_size_is_lost(files: ExportFiles) -> None:
    files.complete("exports/week27/manifest.jsonl", "upload", ["tag"], 4)

    with pytest.raises(LostUploadError):
        files.complete("exports/week27/manifest.jsonl", "upload", ["tag"], 5)


def test_an_upload_that_is_thrown_away_is_gone(files: ExportFiles) -> None:
    upload = files.begin("exports/week27/manifest.jsonl")
    files.put_part("exports/week27/manifest.jsonl", upload, 1, b"part")

    files.abort("exports/week27/manifest.jsonl", upload)

    if isinstance(files, MemoryExportFiles):
        assert files.uploads == {}
    else:
        assert "Uploads" not in boto3.client("s3", REGION).list_multipart_uploads(Bucket="exports")


def test_parts_that_somebody_else_has_replaced_are_noticed(files: ExportFiles) -> None:
    key = "exports/week27/manifest.jsonl"
    upload = files.begin(key)
    tag = files.put_part(key, upload, 1, b"mine")
    files.put_part(key, upload, 1, b"theirs")

    with pytest.raises(LostUploadError):
        files.complete(key, upload, [tag], 4)


# ---- assets, many at a time


def test_of_many_new_assets_those_are_stored_whose_ids_are_free(assets: AssetBatches) -> None:
    wanted = [chips_asset(id=f"chips{number:03}", product="00815099021634", origin="week27#3") for number in range(120)]

    assert assets.add_many(wanted[:3]) == frozenset()
    taken = assets.add_many([replace(each, created_at=NOON + 1) for each in wanted])

    assert taken == {"chips000", "chips001", "chips002"}
    found = assets.get_many([*(each.id for each in wanted), "unknown"])
    assert len(found) == 120
    assert found["chips000"] == wanted[0]
    assert found["chips119"] == replace(wanted[119], created_at=NOON + 1)
    assert assets.add_many([]) == frozenset()


# ---- manifests


@pytest.fixture(params=["memory", "s3", "local"])
def manifest_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[bytes | None], Manifests]]:
    def memory(content: bytes | None) -> Manifests:
        return MemoryManifests({} if content is None else {WEEK.path: content})

    def s3(content: bytes | None) -> Manifests:
        client = boto3.client("s3", REGION)
        client.create_bucket(Bucket="shelves")
        if content is not None:
            client.put_object(Bucket="shelves", Key="week27.csv", Body=content)
        reader = S3Reader(client, "shelves")
        return Located(EnabledSources(reader, None, reader, "shelves"), WEEK)

    def local(content: bytes | None) -> Manifests:
        if content is not None:
            (tmp_path / "week27.csv").write_bytes(content)
        files = LocalFiles(str(tmp_path))
        nowhere: Any = None
        return Located(EnabledSources(nowhere, files, None, ""), Source(Location.LOCAL, "week27.csv"))

    with mock_aws():
        yield {"memory": memory, "s3": s3, "local": local}[request.param]


WEEK = Source(Location.S3, "s3://shelves/week27.csv")


class Located:
    """Reads one manifest, wherever it is said to be."""

    def __init__(self, manifests: EnabledSources, source: Source) -> None:
        self._manifests = manifests
        self._source = source

    def read_piece(self, source: Source, start: int, length: int) -> Any:
        return self._manifests.read_piece(self._source, start, length)


def test_a_manifest_is_read_from_any_place_on(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    manifests = manifest_of(b"0123456789")

    pieces = [manifests.read_piece(WEEK, start, 4) for start in (0, 4, 8)]

    assert [piece.content for piece in pieces] == [b"0123", b"4567", b"89"]
    assert {piece.size for piece in pieces} == {10}
    assert len({piece.tag for piece in pieces}) == 1


def test_a_manifest_that_changed_has_another_tag(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    before = manifest_of(b"0123456789").read_piece(WEEK, 0, 4)
    manifests = manifest_of(b"0123")

    assert manifests.read_piece(WEEK, 0, 4).tag != before.tag
    assert manifests.read_piece(WEEK, 4, 4).tag != before.tag


def test_an_empty_manifest_has_no_bytes(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    piece = manifest_of(b"").read_piece(WEEK, 0, 4)

    assert (piece.content, piece.size) == (b"", 0)


def test_a_manifest_that_is_not_there_is_unreachable(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    manifests = manifest_of(None)

    with pytest.raises(UnreachableError):
        manifests.read_piece(WEEK, 0, 4)


# ---- queues


@pytest.fixture
def queue() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("sqs", REGION)
        client.create_queue(QueueName="queue")
        yield client


def bodies(client: Any) -> list[str]:
    received = []
    while messages := client.receive_message(QueueUrl="queue", MaxNumberOfMessages=10).get("Messages"):
        received += [each["Body"] for each in messages]
    return sorted(received)


def test_many_messages_are_sent_ten_at_a_time(queue: Any) -> None:
    SqsValidationQueue(queue, "queue").send_many([f"chips{number:02}" for number in range(23)])

    assert bodies(queue) == [f'{{"asset":"chips{number:02}"}}' for number in range(23)]


class Refusing:
    """A queue that refuses the messages of this number, so often."""

    def __init__(self, client: Any, times: int) -> None:
        self._client = client
        self._times = count(1)
        self._last = times

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> Any:  # noqa: N803
        if next(self._times) > self._last:
            return self._client.send_message_batch(QueueUrl=QueueUrl, Entries=Entries)
        others = [each for each in Entries if each["Id"] != "1"]
        if others:
            self._client.send_message_batch(QueueUrl=QueueUrl, Entries=others)
        return {"Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]}


def test_messages_that_the_queue_refuses_are_sent_again(queue: Any) -> None:
    SqsValidationQueue(Refusing(queue, 2), "queue").send_many(["chips", "salsa", "dip"])

    assert len(bodies(queue)) == 3


def test_messages_that_the_queue_refuses_again_and_again_are_a_fault(queue: Any) -> None:
    with pytest.raises(TemporaryFaultError):
        SqsValidationQueue(Refusing(queue, 9), "queue").send_many(["chips", "salsa"])


def test_a_queue_that_is_not_there_is_a_fault(queue: Any) -> None:
    with pytest.raises(TemporaryFaultError) as caught:
        SqsJobQueue(queue, "https://sqs.us-east-1.amazonaws.com/123456789012/unknown").send("week27")

    assert isinstance(caught.value.__cause__, ClientError)


def test_a_job_may_be_looked_at_later(queue: Any) -> None:
    SqsJobQueue(queue, "queue").send("week27")
    SqsJobQueue(queue, "queue").send("week28", 30)

    assert bodies(queue) == ['{"job":"week27"}']
