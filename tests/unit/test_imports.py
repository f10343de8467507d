"""Imports: every row once, and a report on those that are none."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_jobs import MemoryImports, MemoryJobQueue
from snapjury.errors import IdempotencyKeyReusedError, LocationNotEnabledError, NotFoundError, TemporaryFaultError
from snapjury.rules.asset import Location, Source
from snapjury.rules.import_job import MAX_ATTEMPTS, SLICE_LINES, BadRow, ImportJob
from snapjury.rules.job import JobState
from snapjury.rules.manifest import MAX_LINE_BYTES, Format
from snapjury.rules.product import Product
from snapjury.services import imports
from snapjury.services.imports import ImportRequest, ImportRequestPorts, give_up_import, request_import, run_import
from tests.builders import NOON
from tests.import_desk import (
    CHIPS,
    IMAGES,
    IMPORT,
    LINES,
    MANIFEST,
    ROWS,
    SALSA,
    System,
    assert_imported_once,
    counts,
    manifest,
    row,
    slices,
)


def test_rows_become_assets_that_carry_their_product_and_wait_for_validation() -> None:
    system = System(manifest(LINES))

    job = system.import_again()

    assert_imported_once(system)
    assert job.finished_at == NOON + 1
    assert len(system.validations.messages) == 6, "the image that is there twice is sent again, which changes nothing"
    assert set(system.validations.tenants) == {f"import-{IMPORT}"}, (
        "so that what its owner submits need not wait for it"
    )
    asset = next(each for each in system.assets.assets.values() if each.source.path.endswith("/3.jpg"))
    assert (asset.owner, asset.product, asset.origin, asset.notifications) == ("trax", CHIPS, f"{IMPORT}#4", {})


def test_each_bad_row_has_a_line_in_the_report() -> None:
    system = System(manifest(LINES))

    system.import_again()

    nonsense, salsa, gtin = system.report()
    assert nonsense == BadRow(3, "is not JSON: JSON is malformed: invalid character (byte 4)", "nonsense")
    assert (salsa.row, salsa.message) == (7, f"product {SALSA} is not known here")
    assert gtin.message == "product is not a GTIN: its check digit is 5, and should be 4"
    assert gtin.text == LINES[7]


@pytest.mark.parametrize(
    "place",
    [
        {"source-ref": "s3://media/1.jpg"},
        {"source-ref": "s3://shelves-2/1.jpg"},
        {"source-ref": "s3://Shelves/1.jpg"},
        {"location": "s3", "path": "s3://media/1.jpg"},
        {"location": "s3", "path": "s3://shelves/"},
        {"location": "s3", "path": "1.jpg"},
    ],
)
def test_a_picture_that_is_not_in_the_bucket_is_a_bad_row_and_no_asset(place: dict[str, str]) -> None:
    elsewhere = json.dumps({"product": CHIPS} | place)
    system = System(manifest([row(1), elsewhere]))

    system.import_again()

    (told,) = system.report()
    assert told.message == "the picture must be in the bucket that is read here, as s3://shelves/..."
    assert [each.source.path for each in system.assets.assets.values()] == ["s3://shelves/1.jpg"]


def test_a_row_of_a_deleted_product_is_a_bad_row_until_the_product_is_back() -> None:
    system = System(manifest([row(1)]))
    system.products.save(Product(CHIPS, "Tortilla chips", NOON, version=2, deleted=True))

    system.import_again()
    assert [each.message for each in system.report()] == [f"product {CHIPS} is not known here"]
    assert system.images == []

    system.products.save(Product(CHIPS, "Tortilla chips", NOON, version=3))
    assert system.import_again("b" * 20).accepted == 1


def test_a_csv_says_the_same_in_fewer_words() -> None:
    lines = [
        "",
        "path,gtin,location",
        f"s3://shelves/1.jpg,{CHIPS},s3",
        f"2.jpg,{CHIPS}",
        "",
        f"s3://shelves/3.jpg,{CHIPS},s3",
    ]
    system = System("\ufeff" + "\r\n".join(lines) + "\r\n")

    job = system.import_again()

    assert job.format is Format.JSONL, "the name says so"
    assert job.rejected == 4

    system.jobs.add(ImportJob("b" * 20, "ada", "trax", MANIFEST, NOON, version=1, asked_format=Format.CSV))
    job = system.run(["b" * 20])

    assert counts(job) == {"rows": 3, "accepted": 2, "known": 0, "rejected": 1}
    assert system.report("b" * 20) == [BadRow(4, "has 2 fields, where the header names 3", f"2.jpg,{CHIPS}")]


def test_an_empty_manifest_is_done_at_once() -> None:
    assert counts(System("").import_again()) == dict.fromkeys(ROWS, 0)
    assert counts(System("\n \r\n\n").import_again()) == dict.fromkeys(ROWS, 0)


def test_a_line_that_never_ends_is_one_bad_row() -> None:
    system = System(manifest([row(1), "x" * (3 << 20), row(2)]))

    job = system.import_again()

    assert counts(job) == {"rows": 3, "accepted": 2, "known": 0, "rejected": 1}
    (bad,) = system.report()
    assert (bad.row, bad.message, len(bad.text)) == (2, f"is longer than {MAX_LINE_BYTES} bytes", 500)


def test_messages_about_long_names_stay_short() -> None:
    system = System(json.dumps({"product": CHIPS, "location": "x" * 10_000, "path": "chips.jpg"}))

    system.import_again()

    assert len(system.report()[0].message) == 300


def test_a_long_manifest_takes_slices_that_fit_a_transaction() -> None:
    system = System(manifest(["nonsense"] * 250))
    system.ports = replace(system.ports, slice_lines=SLICE_LINES)
    sizes: list[int] = []
    save = system.jobs.save
    system.jobs.save = lambda job, bad=(): (sizes.append(len(bad)), save(job, bad))[1]  # type: ignore[method-assign]

    system.import_again()

    assert sizes == [99, 99, 52]


# ---- manifests that cannot be imported


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, "the manifest cannot be read"),
        ("product,price\n", "the manifest cannot be imported: its header lacks the column 'source-ref'"),
        ("\ufffe\n", "the manifest cannot be imported: its header lacks the column 'product'"),
    ],
)
def test_a_manifest_that_cannot_be_imported_says_why(content: str | None, error: str) -> None:
    system = System(content or "")
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1, asked_format=Format.CSV))
    if content is None:
        system.manifests.files.clear()

    job = system.run([IMPORT])

    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.startswith(error)
    assert system.images == []


def test_a_manifest_that_is_too_large_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_MANIFEST_BYTES", 1000)

    assert System(manifest(LINES * 10)).import_again().error == "the manifest is larger than 50 MB"


def test_a_manifest_that_changes_meanwhile_fails_and_keeps_what_it_has() -> None:
    system = System(manifest(LINES))
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1))
    run_import(IMPORT, system.ports, slices(1), lambda: NOON)
    system.manifests.files[MANIFEST.path] += b"\nmore"

    job = system.run([IMPORT])

    assert (job.state, job.error) == (JobState.FAILED, "the manifest changed while it was imported")
    assert system.images == [1, 2]


def test_an_import_that_always_crashes_fails_in_the_end() -> None:
    system = System(manifest(LINES))
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1))
    run_import(IMPORT, system.ports, slices(1), lambda: NOON)

    job = give_up_import(IMPORT, system.ports, NOON + 9)

    assert job is not None
    assert (job.state, job.finished_at) == (JobState.FAILED, NOON + 9)
    assert job.error == "the import could not be finished; what it accepted stays"
    assert give_up_import(IMPORT, system.ports, NOON + 10) == job
    assert system.run([IMPORT]) == job, "it is not taken up again"


def test_an_import_that_is_done_is_not_given_up() -> None:
    system = System(manifest(LINES))
    done = system.import_again()

    assert give_up_import(IMPORT, system.ports, NOON + 9) == done


def test_messages_about_unknown_imports_are_dropped() -> None:
    system = System("")

    assert run_import(IMPORT, system.ports, slices(1), lambda: NOON) is None
    assert give_up_import(IMPORT, system.ports, NOON) is None
    assert system.queue.messages == []


# ---- crashes, duplicates and overtaking


def test_a_queue_that_refuses_gets_the_slice_again() -> None:
    system = System(manifest(LINES))
    refusals = iter([True, True])
    send_many = system.validations.send_many

    def send(ids: Any, tenant: str) -> None:
        if next(refusals, False):
            raise TemporaryFaultError("queue")
        send_many(ids, tenant)

    system.validations.send_many = send  # type: ignore[method-assign]
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1))
    for _ in range(2):
        with pytest.raises(TemporaryFaultError):
            run_import(IMPORT, system.ports, slices(1), lambda: NOON)

    system.run([IMPORT])

    assert_imported_once(system)


# ---- the same manifest again


def test_the_same_manifest_again_adds_nothing() -> None:
    system = System(manifest(LINES))
    system.import_again()

    again = system.import_again("b" * 20)

    assert counts(again) == ROWS | {"accepted": 0, "known": 6}
    assert system.images == IMAGES


def test_what_an_import_that_died_left_unsent_is_sent_by_the_next_one() -> None:
    system = System(manifest(LINES))
    system.import_again()
    system.validations.messages.clear()

    system.import_again("b" * 20)

    assert set(system.validations.messages) == set(system.assets.assets)


def test_an_image_that_was_refused_is_tried_again_a_few_times() -> None:
    system = System(manifest([row(1), row(2)]))
    for number in range(MAX_ATTEMPTS):
        job = system.import_again(f"{number:020d}")
        assert counts(job) == {"rows": 2, "accepted": 2 if number == 0 else 1, "known": number and 1, "rejected": 0}
        system.refuse(1)

    last = system.import_again("z" * 20)

    assert counts(last) == {"rows": 2, "accepted": 0, "known": 1, "rejected": 1}
    assert system.report("z" * 20)[0].message.startswith("the image was refused or removed 30 times and is not")
    assert system.images == [1] * MAX_ATTEMPTS + [2]


def test_an_image_that_two_imports_have_is_one_asset() -> None:
    system = System(manifest([row(1)]))

    system.import_again()
    system.manifests.files[MANIFEST.path] = manifest([row(1), row(1, SALSA), row(2)]).encode()
    other = system.import_again("b" * 20)

    assert counts(other) == {"rows": 3, "accepted": 1, "known": 1, "rejected": 1}


# ---- asking for one


@pytest.fixture
def request_ports() -> ImportRequestPorts:
    return ImportRequestPorts(MemoryImports(), MemoryJobQueue(), (Location.S3,), lambda: IMPORT)


WEEK_27 = ImportRequest("ada", "trax", MANIFEST)
WEEK_27_KEYED = replace(WEEK_27, idempotency_key="week-27")


def test_an_import_that_is_asked_for_is_stored_and_queued(request_ports: ImportRequestPorts) -> None:
    job = request_import(WEEK_27, request_ports, NOON)

    assert job.state is JobState.QUEUED
    assert request_ports.jobs.get(IMPORT) == job
    assert request_ports.queue.messages == [IMPORT]


def test_the_same_request_with_its_key_is_the_same_import(request_ports: ImportRequestPorts) -> None:
    first = request_import(WEEK_27_KEYED, request_ports, NOON)

    assert request_import(WEEK_27_KEYED, request_ports, NOON + 5) == first
    assert request_ports.queue.messages == [first.id, first.id]
    with pytest.raises(IdempotencyKeyReusedError):
        request_import(replace(WEEK_27_KEYED, format=Format.CSV), request_ports, NOON)


def test_a_manifest_must_be_where_this_system_reads(request_ports: ImportRequestPorts) -> None:
    with pytest.raises(LocationNotEnabledError):
        request_import(replace(WEEK_27, manifest=Source(Location.LOCAL, "week-27.csv")), request_ports, NOON)


def test_what_cannot_be_an_id_is_not_looked_up(request_ports: ImportRequestPorts) -> None:
    with pytest.raises(NotFoundError):
        imports.import_of("../week-27", request_ports.jobs)
