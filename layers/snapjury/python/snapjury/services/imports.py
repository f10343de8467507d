"""Bulk imports: each row of a manifest becomes a snapshot, once, however often and by however many it is read.

The work goes slice by slice; the progress is saved, together with the report on the slice, on condition that nobody
else has saved meanwhile. A row's asset has an id of its own and says which import and line it came by, so that a slice
that is read again finds what it did before, and counts it the same.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from snapjury.errors import (
    AlreadyExistsError,
    BadManifestError,
    BadRowError,
    ConflictError,
    IdempotencyKeyReusedError,
    LocationNotEnabledError,
    NotFoundError,
    UnreachableError,
)
from snapjury.rules.asset import Asset, Location, Source
from snapjury.rules.import_job import (
    CHANGED,
    MAX_ATTEMPTS,
    MAX_MANIFEST_BYTES,
    NOT_FINISHED,
    NOT_READABLE,
    REFUSED_TOO_OFTEN,
    SLICE_LINES,
    TOO_LARGE,
    BadRow,
    ImportJob,
    Slice,
    advance_import,
    bad_row,
    fail_import,
    imported_asset,
    is_refused_before,
    is_same_import,
    open_import,
    origin_of,
)
from snapjury.rules.manifest import (
    MAX_LINE_BYTES,
    Format,
    Line,
    Place,
    Row,
    columns_of,
    guess_format,
    read_lines,
    row_of,
)
from snapjury.rules.product import Product
from snapjury.services.assets import ASSET_ID, new_id_from
from snapjury.services.job_ports import (
    AssetBatches,
    ImportJobs,
    JobQueue,
    ManifestPiece,
    Manifests,
    ProductLookup,
    ValidationBatches,
)
from snapjury.services.jobs import job_id_of_key, leave_to_the_other

PIECE = 1 << 20
"""Bytes that are read of a manifest at once."""


class ImportRequest(Struct, frozen=True):
    """What an admin asks to have imported, and the key under which the same request may be sent again."""

    owner: str
    manifest: Source
    format: Format | None = None
    idempotency_key: str | None = None


class ImportRequestPorts(Struct, frozen=True):
    jobs: ImportJobs
    queue: JobQueue
    enabled_locations: tuple[Location, ...]
    new_id: Callable[[], str]


class ImportPorts(Struct, frozen=True):
    jobs: ImportJobs
    queue: JobQueue
    manifests: Manifests
    products: ProductLookup
    assets: AssetBatches
    validations: ValidationBatches
    enabled_locations: tuple[Location, ...]


def request_import(request: ImportRequest, ports: ImportRequestPorts, now: int) -> ImportJob:
    """The import, durably stored and queued; with the same Idempotency-Key the same one.

    If the queue does not take it, TemporaryFaultError: a repetition with the key queues it, and without a key nobody
    knows of what is left behind.
    """
    if request.manifest.location not in ports.enabled_locations:
        raise LocationNotEnabledError(request.manifest.location, ports.enabled_locations)
    job_id = job_id_of_key(request.owner, request.idempotency_key) if request.idempotency_key else ports.new_id()
    job = ImportJob(job_id, request.owner, request.manifest, now, version=1, asked_format=request.format)
    try:
        ports.jobs.add(job)
    except AlreadyExistsError:
        stored = ports.jobs.get(job_id)
        if not is_same_import(stored, job):
            raise IdempotencyKeyReusedError from None
        job = stored
    if not job.state.is_final:
        ports.queue.send(job.id)
    return job


def import_of(import_id: str, jobs: ImportJobs) -> ImportJob:
    """The import; NotFoundError also when this cannot be an id."""
    if not ASSET_ID.fullmatch(import_id):
        raise NotFoundError(import_id)
    return jobs.get(import_id)


def run_import(
    import_id: str, ports: ImportPorts, has_time: Callable[[], bool], clock: Callable[[], int]
) -> ImportJob | None:
    """The import as far as it comes while there is time; then it is queued again. None if there is none.

    Of two that work on it at once, the one whose save fails leaves it to the other.
    """
    try:
        job = ports.jobs.get(import_id)
        reader = ManifestReader(ports.manifests, job.manifest)
        ports = msgspec.structs.replace(ports, products=SeenProducts(ports.products))
        while not job.state.is_final and has_time():
            job = one_slice(job, reader, ports, clock())
    except NotFoundError:
        return None
    except ConflictError:
        return leave_to_the_other(ports.jobs.get(import_id), ports.queue)
    if not job.state.is_final:
        ports.queue.send(job.id)
    return job


def give_up_import(import_id: str, ports: ImportPorts, now: int) -> ImportJob | None:
    """The import, failed because no attempt came to its end; an end that exists is kept."""
    try:
        job = ports.jobs.get(import_id)
        if not job.state.is_final:
            job = failed(job, NOT_FINISHED, ports, now)
    except NotFoundError:
        return None
    except ConflictError:
        return give_up_import(import_id, ports, now)
    return job


class SeenProducts:
    """Products that are looked up once an invocation; those that are missing again and again."""

    def __init__(self, products: ProductLookup) -> None:
        self._products = products
        self._seen: dict[str, Product] = {}

    def get_many(self, gtins: Sequence[str]) -> Mapping[str, Product]:
        missing = [each for each in gtins if each not in self._seen]
        if missing:
            self._seen |= self._products.get_many(missing)
        return {each: self._seen[each] for each in gtins if each in self._seen}


class ManifestReader:
    """Reads a manifest from any place on, and keeps the piece that it has read last."""

    def __init__(self, manifests: Manifests, source: Source) -> None:
        self._manifests = manifests
        self._source = source
        self._start = 0
        self._piece: ManifestPiece | None = None

    def at(self, offset: int) -> ManifestPiece:
        """What comes from there on: more than MAX_LINE_BYTES, unless the manifest ends before."""
        piece = self._piece
        end = self._start + len(piece.content) if piece else 0
        if piece is None or not (self._start <= offset and (offset + MAX_LINE_BYTES < end or end == piece.size)):
            piece = self._piece = self._manifests.read_piece(self._source, offset, PIECE)
            self._start = offset
        return msgspec.structs.replace(piece, content=piece.content[offset - self._start :])


def one_slice(job: ImportJob, reader: ManifestReader, ports: ImportPorts, now: int) -> ImportJob:
    """The import with its next slice done, or failed because of its manifest."""
    try:
        piece = reader.at(job.place.offset)
    except UnreachableError:
        return failed(job, NOT_READABLE, ports, now)
    if piece.size > MAX_MANIFEST_BYTES:
        return failed(job, TOO_LARGE, ports, now)
    if piece.tag != (job.tag or piece.tag):
        return failed(job, CHANGED, ports, now)
    job = open_import(job, piece.tag, guess_format(job.manifest.path, piece.content))
    is_end = job.place.offset + len(piece.content) >= piece.size
    lines, place = read_lines(job.place, piece.content, is_end, SLICE_LINES)
    try:
        done = import_lines(lines, place, job, ports, now)
    except BadManifestError as error:
        return failed(job, f"the manifest cannot be imported: {error}", ports, now)
    saved = advance_import(job, done, place.offset >= piece.size, now)
    ports.jobs.save(saved, done.bad)
    return saved


def failed(job: ImportJob, error: str, ports: ImportPorts, now: int) -> ImportJob:
    ended = fail_import(job, error, now)
    ports.jobs.save(ended)
    return ended


def import_lines(lines: Sequence[Line], place: Place, job: ImportJob, ports: ImportPorts, now: int) -> Slice:
    """Submit the rows on these lines, and report those that are none."""
    by_number = {line.number: line for line in lines if not line.is_blank}
    columns = place.columns
    if job.format is Format.CSV and not columns and by_number:
        columns = columns_of(by_number.pop(min(by_number)))
    rows, bad = parse_lines(list(by_number.values()), job, columns, ports)
    assets = place_rows(rows, job, ports, now)
    for row in rows:
        asset = assets[row.line]
        if asset.origin != origin_of(job, row.line) and is_refused_before(asset, job):
            bad.append(bad_row(by_number[row.line], REFUSED_TOO_OFTEN))
    ports.validations.send_many(list(dict.fromkeys(each.id for each in assets.values() if not each.is_finished)))
    accepted = sum(assets[row.line].origin == origin_of(job, row.line) for row in rows)
    known = len(by_number) - len(bad) - accepted
    return Slice(
        msgspec.structs.replace(place, columns=columns), accepted, known, tuple(sorted(bad, key=lambda each: each.row))
    )


def parse_lines(
    lines: Sequence[Line], job: ImportJob, columns: Sequence[str], ports: ImportPorts
) -> tuple[list[Row], list[BadRow]]:
    """The rows on these lines that name a known product, and the report on the others."""
    rows, bad = [], []
    for line in lines:
        try:
            rows.append(row_of(line, job.format or Format.JSONL, columns, ports.enabled_locations))
        except BadRowError as error:
            bad.append(bad_row(line, str(error)))
    known = ports.products.get_many(list(dict.fromkeys(row.product for row in rows)))
    text = {line.number: line for line in lines}
    bad += [
        bad_row(text[row.line], f"product {row.product} is not known here") for row in rows if row.product not in known
    ]
    return [row for row in rows if row.product in known], bad


def place_rows(rows: Sequence[Row], job: ImportJob, ports: ImportPorts, now: int) -> dict[int, Asset]:
    """The asset that stands for each row, by its line: made now, or there before.

    The first line of several with the same words makes it. Where the image was refused in an earlier import, the next
    attempt has an id of its own.
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
        for row in waiting:
            asset = stored.get(ids[row.line])
            if asset is None:
                continue  # somebody else has just stored it: look again
            if is_refused_before(asset, job) and attempts[row.line] < MAX_ATTEMPTS:
                attempts[row.line] += 1
            else:
                placed[row.line] = asset
        waiting = [row for row in waiting if row.line not in placed]
    return placed


def snapshot_id_of(owner: str, row: Row, attempt: int) -> str:
    """The id that a row always leads to, with the number of the attempt at getting its image accepted."""
    words = ("import", owner, row.source.location, row.source.path, row.product, attempt)
    return new_id_from(hashlib.sha256(msgspec.json.encode(words)).digest())
