"""Bulk imports: each row of a manifest becomes a snapshot, once, however often and by however many it is read.

The work goes slice by slice; the progress is saved, together with the report on the slice, on condition that nobody
else has saved meanwhile.
"""

from collections.abc import Callable
from functools import partial

import msgspec
from msgspec import Struct

from snapjury.errors import (
    BadManifestError,
    ConflictError,
    LocationNotEnabledError,
    TemporaryFaultError,
    UnreachableError,
)
from snapjury.rules.asset import Location, Source
from snapjury.rules.ids import checked_id
from snapjury.rules.import_job import (
    CHANGED,
    MAX_MANIFEST_BYTES,
    NOT_FINISHED,
    NOT_READABLE,
    NOT_REMOVED,
    TOO_LARGE,
    ImportJob,
    advance_import,
    begin_removal,
    fail_import,
    is_given_up_early,
    is_same_import,
    open_import,
)
from snapjury.rules.manifest import MAX_LINE_BYTES, Format, guess_format, read_lines
from snapjury.services.changes import change_stored
from snapjury.services.import_removal import remove_page
from snapjury.services.import_rows import ImportPorts, import_lines
from snapjury.services.job_ports import ImportJobs, JobQueue, ManifestPiece, Manifests
from snapjury.services.jobs import give_up_job, job_id_for, request_job, run_job

PIECE = 1 << 20
"""Bytes that are read of a manifest at once."""


class ImportRequest(Struct, frozen=True):
    """What an admin asks to have imported, for which owner of the assets.

    The same request may be sent again under its key.
    """

    asked_by: str
    owner: str
    manifest: Source
    format: Format | None = None
    idempotency_key: str | None = None


class ImportRequestPorts(Struct, frozen=True):
    jobs: ImportJobs
    queue: JobQueue
    enabled_locations: tuple[Location, ...]
    new_id: Callable[[], str]


def request_import(request: ImportRequest, ports: ImportRequestPorts, now: int) -> ImportJob:
    """The import as `request_job` leaves it; with the same Idempotency-Key the same one."""
    if request.manifest.location not in ports.enabled_locations:
        raise LocationNotEnabledError(request.manifest.location, ports.enabled_locations, "manifest.location")
    job_id = job_id_for(request.asked_by, request.idempotency_key, ports.new_id)
    words = request.asked_by, request.owner, request.manifest
    job = ImportJob(job_id, *words, created_at=now, version=1, asked_format=request.format)
    return request_job(job, is_same_import, ports.jobs, ports.queue)


def import_of(import_id: str, jobs: ImportJobs) -> ImportJob:
    """The import; NotFoundError also when this cannot be an id."""
    return jobs.get(checked_id(import_id))


def request_removal(import_id: str, ports: ImportRequestPorts, now: int) -> ImportJob:
    """The import, stored as one that is being taken back, and queued; NotFoundError if there is none.

    Asked for again it is queued again, unless it is over. TemporaryFaultError if the queue does not take it.
    """
    try:
        job = change_stored(ports.jobs, checked_id(import_id), partial(begin_removal, now=now))
    except ConflictError as error:
        raise TemporaryFaultError("import: others kept coming first") from error
    if not job.state.is_final:
        ports.queue.send(job.id, seconds_until_removal(job, now))
    return job


def seconds_until_removal(job: ImportJob, now: int) -> int:
    """For how long there is nothing to be done yet."""
    return max(0, -(-(job.removal.begins_at - now) // 1000)) if job.removal else 0


def run_import(
    import_id: str, ports: ImportPorts, has_time: Callable[[], bool], clock: Callable[[], int]
) -> ImportJob | None:
    """The import as `run_job` leaves it: a slice of its manifest after the other, or a page of what is taken back."""
    reader = ManifestReader(ports.manifests)
    return run_job(
        import_id,
        ports.jobs,
        ports.queue,
        lambda job: one_step(job, reader, ports, clock()),
        has_time,
        lambda job: seconds_until_removal(job, clock()),
    )


def give_up_import(import_id: str, ports: ImportPorts, now: int) -> ImportJob | None:
    """The import as `give_up_job` leaves it; one that is being taken back since goes on with that."""

    def given_up(job: ImportJob) -> ImportJob:
        if is_given_up_early(job, now):
            ports.queue.send(job.id, seconds_until_removal(job, now))
            return job
        return failed(job, NOT_FINISHED if job.removal is None else NOT_REMOVED, ports, now)

    return give_up_job(import_id, ports.jobs, given_up)


class ManifestReader:
    """Reads a manifest from any place on, and keeps the piece that it has read last."""

    def __init__(self, manifests: Manifests) -> None:
        self._manifests = manifests
        self._start = 0
        self._piece: ManifestPiece | None = None

    def at(self, manifest: Source, offset: int) -> ManifestPiece:
        """What comes from there on: more than MAX_LINE_BYTES, unless the manifest ends before."""
        piece = self._piece
        end = self._start + len(piece.content) if piece else 0
        if piece is None or not (self._start <= offset and (offset + MAX_LINE_BYTES < end or end == piece.size)):
            piece = self._piece = self._manifests.read_piece(manifest, offset, PIECE)
            self._start = offset
        return msgspec.structs.replace(piece, content=piece.content[offset - self._start :])


def one_step(job: ImportJob, reader: ManifestReader, ports: ImportPorts, now: int) -> ImportJob:
    return one_slice(job, reader, ports, now) if job.removal is None else remove_page(job, job.removal, ports, now)


def one_slice(job: ImportJob, reader: ManifestReader, ports: ImportPorts, now: int) -> ImportJob:
    """The import with its next slice done, or failed because of its manifest."""
    try:
        piece = reader.at(job.manifest, job.place.offset)
    except UnreachableError:
        return failed(job, NOT_READABLE, ports, now)
    if piece.size > MAX_MANIFEST_BYTES:
        return failed(job, TOO_LARGE, ports, now)
    if piece.tag != (job.tag or piece.tag):
        return failed(job, CHANGED, ports, now)
    job = open_import(job, piece.tag, piece.size, guess_format(job.manifest.path, piece.content))
    is_end = job.place.offset + len(piece.content) >= piece.size
    lines, place = read_lines(job.place, piece.content, is_end, ports.slice_lines)
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
