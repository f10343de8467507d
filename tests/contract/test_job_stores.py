"""One suite for all that imports and exports need: the in-memory twins and AWS behave alike."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_jobs import DynamoExports, DynamoImports
from snapjury.adapters.memory import MemoryAssets
from snapjury.adapters.memory_jobs import MemoryExportFiles, MemoryExports, MemoryImports
from snapjury.adapters.s3_exports import S3ExportFiles
from snapjury.adapters.table import Table
from snapjury.errors import (
    AlreadyExistsError,
    ConflictError,
    LostUploadError,
    NotFoundError,
)
from snapjury.rules.asset import Location, Source
from snapjury.rules.export_job import ExportFile, ExportJob, Part, add_part, advance_export, fail_export, finish_file
from snapjury.rules.import_job import BadRow, ImportJob, Slice, advance_import, fail_import, open_import
from snapjury.rules.job import JobState
from snapjury.rules.manifest import Format, Place
from snapjury.services.job_ports import AssetBatches, ExportFiles, ExportJobs, ImportJobs
from tests.aws import mocked_aws
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
    with mocked_aws():
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
    opened = open_import(IMPORT, '"etag"', 4_711, Format.CSV)
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


# ---- lists


@pytest.fixture(params=["imports", "exports"])
def kept(request: pytest.FixtureRequest, imports: ImportJobs, exports: ExportJobs) -> tuple[Any, Any]:
    """A store, and a job that it could hold."""
    return (imports, IMPORT) if request.param == "imports" else (exports, EXPORT)


def test_jobs_are_listed_newest_first_page_by_page(kept: tuple[Any, Any]) -> None:
    store, job = kept
    times = {"monday": NOON, "tuesday": NOON + 1, "also tuesday": NOON + 1, "wednesday": NOON + 2}
    for name, created_at in times.items():
        store.add(replace(job, id=name, created_at=created_at))

    first = store.page(2, None)
    second = store.page(2, first.next_position)

    assert [each.id for each in first.jobs + second.jobs] == ["wednesday", "tuesday", "also tuesday", "monday"]
    assert first.jobs[0] == replace(job, id="wednesday", created_at=NOON + 2)
    assert second.next_position is None
    assert store.page(4, None).next_position is None


def test_a_job_that_goes_on_stays_where_it_is_in_the_list(kept: tuple[Any, Any]) -> None:
    store, job = kept
    store.add(job)
    store.add(replace(job, id="week28", created_at=NOON + 1))
    working = replace(job, state=JobState.WORKING, version=2)

    store.save(working)

    assert store.page(10, None).jobs[1] == working


def test_imports_and_exports_are_lists_of_their_own(imports: ImportJobs, exports: ExportJobs) -> None:
    imports.add(IMPORT)

    assert imports.page(10, None).jobs == (IMPORT,)
    assert exports.page(10, None).jobs == ()


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
