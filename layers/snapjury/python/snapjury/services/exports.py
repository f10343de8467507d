"""Exports of what the jury decided: two files, written in parts, the progress saved after each.

Memory holds one part, however many snapshots there are. A part depends on nothing but where it begins, so that one
that is written again is the same; whoever saves second leaves the export to the other. A duplicate that comes in
meanwhile may be named in the second file alone: then both still have the same lines.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import LostUploadError
from snapjury.rules.duplicates import holders
from snapjury.rules.export_job import (
    NOT_FINISHED,
    ExportFile,
    ExportJob,
    Part,
    add_part,
    advance_export,
    chained,
    export_key,
    fail_export,
    finish_file,
    has_files,
    is_same_export,
    start_again,
)
from snapjury.rules.ids import checked_id
from snapjury.services.export_rows import Names, header_of, line_of
from snapjury.services.job_ports import DecidedSnapshots, ExportFiles, ExportJobs, ExportLinks, JobQueue
from snapjury.services.jobs import give_up_job, job_id_for, request_job, run_job

PAGE = 100
PART_BYTES = 8 << 20


class ExportRequest(Struct, frozen=True):
    """What an admin asks to have exported: decided in since <= time < until (epoch ms), until now if they do not say.

    The same request may be sent again under its key.
    """

    asked_by: str
    since: int = 0
    until: int | None = None
    idempotency_key: str | None = None


class ExportRequestPorts(Struct, frozen=True):
    jobs: ExportJobs
    queue: JobQueue
    new_id: Callable[[], str]


class ExportPorts(Struct, frozen=True):
    jobs: ExportJobs
    queue: JobQueue
    snapshots: DecidedSnapshots
    files: ExportFiles
    image_url: Callable[[str, str], str]
    reader: Callable[[str], str]
    part_bytes: int = PART_BYTES
    page: int = PAGE


def request_export(request: ExportRequest, ports: ExportRequestPorts, now: int) -> ExportJob:
    """The export as `request_job` leaves it; with the same Idempotency-Key the same one."""
    job_id = job_id_for(request.asked_by, request.idempotency_key, ports.new_id)
    until = now if request.until is None else min(request.until, now)
    job = ExportJob(job_id, request.asked_by, request.since, until, now, version=1, asked_until=request.until)
    return request_job(job, is_same_export, ports.jobs, ports.queue)


def export_of(export_id: str, jobs: ExportJobs) -> ExportJob:
    """The export; NotFoundError also when this cannot be an id."""
    return jobs.get(checked_id(export_id))


def links_of(job: ExportJob, links: ExportLinks, now: int) -> dict[ExportFile, str] | None:
    """Where to download the files of an export; None before they are there and after they are deleted."""
    if not has_files(job, now):
        return None
    return {file: links.link(export_key(job.id, file)) for file in ExportFile}


def run_export(
    export_id: str, ports: ExportPorts, has_time: Callable[[], bool], clock: Callable[[], int]
) -> ExportJob | None:
    """The export as `run_job` leaves it, a part after the other."""
    return run_job(export_id, ports.jobs, ports.queue, lambda job: one_step(job, ports, clock()), has_time)


def give_up_export(export_id: str, ports: ExportPorts, now: int) -> ExportJob | None:
    """The export as `give_up_job` leaves it, and what is uploaded of it deleted."""
    job = give_up_job(export_id, ports.jobs, lambda job: saved(fail_export(job, NOT_FINISHED, now), ports))
    if job is not None and job.error is not None and job.progress.upload is not None:
        ports.files.abort(job.key, job.progress.upload)
    return job


def one_step(job: ExportJob, ports: ExportPorts, now: int) -> ExportJob:
    """The export with one more part, or with a file put together from its parts."""
    try:
        if job.progress.is_complete:
            return put_together(job, ports, now)
        return write_part(job, ports, now)
    except LostUploadError:
        again = saved(start_again(job, NOT_FINISHED, now), ports)
        if job.progress.upload is not None:
            ports.files.abort(job.key, job.progress.upload)
        return again


def write_part(job: ExportJob, ports: ExportPorts, now: int) -> ExportJob:
    part = next_part(job, ports)
    upload = job.progress.upload
    if upload is None and part.position is None:
        ports.files.put(job.key, part.content)
        return saved(finish_file(job, add_part(job.progress, part, None), now), ports)
    if upload is None:
        upload = ports.files.begin(job.key)
        job = saved(advance_export(job, replace(job.progress, upload=upload)), ports)
    tag = None
    if part.content:
        tag = ports.files.put_part(job.key, upload, len(job.progress.tags) + 1, part.content)
    return saved(advance_export(job, add_part(job.progress, part, tag)), ports)


def put_together(job: ExportJob, ports: ExportPorts, now: int) -> ExportJob:
    progress = job.progress
    ports.files.complete(job.key, progress.upload or "", progress.tags, progress.bytes)
    return saved(finish_file(job, progress, now), ports)


def next_part(job: ExportJob, ports: ExportPorts) -> Part:
    """What comes next in the file, cut after the first page that makes it long enough."""
    names = Names(f"snapjury-{job.id}", ports.image_url, ports.reader)
    position, digest, snapshots = job.progress.position, job.progress.digest, 0
    content = bytearray(header_of(job.file) if position is None else b"")
    while True:
        page = ports.snapshots.decided(job.since, job.until, ports.page, position)
        for snapshot in page.snapshots:
            if snapshot.decision is not None:
                content += line_of(job.file, snapshot, snapshot.decision, names)
                digest = chained(digest, holders(snapshot)[0])
                snapshots += 1
        position = page.next_position
        if position is None or len(content) >= ports.part_bytes:
            return Part(bytes(content), snapshots, digest, position)


def saved(job: ExportJob, ports: ExportPorts) -> ExportJob:
    """The export, once it is stored."""
    ports.jobs.save(job)
    return job
