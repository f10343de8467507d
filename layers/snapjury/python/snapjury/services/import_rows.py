"""The rows of one slice of an import: parsed, looked up, stored as assets and sent to be validated.

A row's asset has an id of its own and says which import and line it came by, so that a slice that is read again finds
what it did before, and counts it the same.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from snapjury.errors import BadRowError, NotFoundError
from snapjury.rules.asset import Asset, Location
from snapjury.rules.ids import new_id_from
from snapjury.rules.import_job import (
    MAX_ATTEMPTS,
    REFUSED_TOO_OFTEN,
    SLICE_LINES,
    BadRow,
    ImportJob,
    Slice,
    bad_row,
    imported_asset,
    is_out_before,
    origin_of,
    origins_of,
)
from snapjury.rules.manifest import Format, Line, Place, Row, columns_of, row_of
from snapjury.rules.types.image.about import IMAGE
from snapjury.services.filing import FilingPorts
from snapjury.services.job_ports import AssetBatches, ImportJobs, JobQueue, Manifests, ValidationBatches
from snapjury.services.known_products import KnownProducts


class ImportPorts(Struct, frozen=True):
    """`source_bucket` is the one that rows may name; empty where that location is not enabled."""

    jobs: ImportJobs
    queue: JobQueue
    manifests: Manifests
    products: KnownProducts
    assets: AssetBatches
    validations: ValidationBatches
    enabled_locations: tuple[Location, ...]
    source_bucket: str
    filing: FilingPorts
    slice_lines: int = SLICE_LINES


def import_lines(lines: Sequence[Line], place: Place, job: ImportJob, ports: ImportPorts, now: int) -> Slice:
    """Submit the rows on these lines, and report those that are none; BadManifestError if the header is wrong."""
    by_number = {line.number: line for line in lines if not line.is_blank}
    columns = place.columns
    if job.format is Format.CSV and not columns and by_number:
        columns = columns_of(by_number.pop(min(by_number)))
    rows, bad = parse_lines(list(by_number.values()), job, columns, ports, now)
    taken_back = TakenBack(ports.jobs, job)
    assets = place_rows(rows, job, ports, taken_back, now)
    given_up = [row for row in rows if taken_back.is_out(assets[row.line])]
    bad += [bad_row(by_number[row.line], REFUSED_TOO_OFTEN) for row in given_up]
    unfinished = dict.fromkeys(each.id for each in assets.values() if not each.is_finished)
    ports.validations.send_many(list(unfinished), tenant=f"import-{job.id}")
    accepted = sum(assets[row.line].origin == origin_of(job, row.line) for row in rows)
    known = len(by_number) - len(bad) - accepted
    report = tuple(sorted(bad, key=lambda each: each.row))
    return Slice(msgspec.structs.replace(place, columns=columns), accepted, known, report)


def parse_lines(
    lines: Sequence[Line], job: ImportJob, columns: Sequence[str], ports: ImportPorts, now: int
) -> tuple[list[Row], list[BadRow]]:
    """The rows on these lines that name a known product, and the report on the others."""
    rows, bad = [], []
    for line in lines:
        try:
            row = row_of(line, job.format or Format.JSONL, columns, ports.enabled_locations)
            check_bucket(row, ports.source_bucket)
            rows.append(row)
        except BadRowError as error:
            bad.append(bad_row(line, str(error)))
    named = ports.products.named((row.product for row in rows), now)
    known = {gtin for gtin, product in named.items() if not product.deleted}
    text = {line.number: line for line in lines}
    bad += [
        bad_row(text[row.line], f"product {row.product} is not known here") for row in rows if row.product not in known
    ]
    return [row for row in rows if row.product in known], bad


def check_bucket(row: Row, bucket: str) -> None:
    """BadRowError if this deployment does not read the bucket that the row names, so that no try could succeed."""
    start = f"s3://{bucket}/"
    if row.source.location is Location.S3 and (not row.source.path.startswith(start) or row.source.path == start):
        raise BadRowError(f"the picture must be in the bucket that is read here, as {start}...")


class TakenBack:
    """Which other imports were taken back, of those that brought the assets that are found; each is read once."""

    def __init__(self, jobs: ImportJobs, job: ImportJob) -> None:
        self._jobs = jobs
        self._job = job
        self._known: dict[str, bool] = {}

    def look_up(self, assets: Iterable[Asset]) -> None:
        for origin in origins_of(assets, self._job) - self._known.keys():
            with contextlib.suppress(NotFoundError):
                self._known[origin] = self._jobs.get(origin).removal is not None

    def is_out(self, asset: Asset) -> bool:
        return is_out_before(asset, self._job, [each for each, is_taken_back in self._known.items() if is_taken_back])


def place_rows(
    rows: Sequence[Row], job: ImportJob, ports: ImportPorts, taken_back: TakenBack, now: int
) -> dict[int, Asset]:
    """The asset that stands for each row, by its line: made now, or there before.

    The first line of several with the same words makes it. Where the image was refused in an earlier import, or that
    was taken back, the next attempt has an id of its own.
    """
    placed: dict[int, Asset] = {}
    attempts = dict.fromkeys((row.line for row in rows), 1)
    waiting = list(rows)
    while waiting:
        ids = {row.line: snapshot_id_of(job.owner, row, attempts[row.line]) for row in waiting}
        stored = dict(ports.assets.get_many(list(dict.fromkeys(ids.values()))))
        fresh: dict[str, Asset] = {}
        for row in waiting:
            if ids[row.line] not in stored:
                fresh.setdefault(ids[row.line], imported_asset(ids[row.line], row, job, now))
        taken = ports.assets.add_many(list(fresh.values()))
        stored |= {name: asset for name, asset in fresh.items() if name not in taken}
        taken_back.look_up(stored.values())
        for row in waiting:
            asset = stored.get(ids[row.line])
            if asset is None:
                continue  # somebody else has just stored it: look again
            if taken_back.is_out(asset) and attempts[row.line] < MAX_ATTEMPTS:
                attempts[row.line] += 1
            else:
                placed[row.line] = asset
        waiting = [row for row in waiting if row.line not in placed]
    return placed


def snapshot_id_of(owner: str, row: Row, attempt: int) -> str:
    """The id that a row always leads to, with the number of the attempt at getting its picture accepted."""
    words = ("import", owner, row.source.location, row.source.path, row.product, attempt)
    as_what = () if row.type == IMAGE.name else (row.type,)  # the ids of JPEGs are as they have always been
    return new_id_from(hashlib.sha256(msgspec.json.encode(words + as_what)).digest())
