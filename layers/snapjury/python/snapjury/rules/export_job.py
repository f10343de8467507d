"""An export: the decided snapshots of a time, written to two files, part by part."""

import hashlib
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.job import JobState

MAX_STARTS = 3
"""How often the files are begun, where the second does not come to hold what the first does."""

NOT_FINISHED = "the export could not be finished"
NOT_CONSISTENT = (
    "the decided snapshots changed each time while they were exported; export until an earlier time, or once removals "
    "have ended"
)
KEPT_FOR = 30 * 24 * 3600 * 1000
"""Milliseconds that the files are kept for."""


class ExportFile(StrEnum):
    """The files of an export, by their names, in the order in which they are written."""

    MANIFEST = "manifest.jsonl"
    DECISIONS = "decisions.csv"


class Progress(Struct, frozen=True, omit_defaults=True):
    """How much of one file is uploaded.

    `position` is where the snapshots go on, `upload` and `tags` are the upload in parts and those that are in it, and
    `digest` chains the ids of the snapshots that are in them.
    """

    position: str | None = None
    upload: str | None = None
    tags: tuple[str, ...] = ()
    snapshots: int = 0
    bytes: int = 0
    digest: str = ""
    is_complete: bool = False


class ExportJob(Struct, frozen=True, omit_defaults=True):
    """One export and how far it has come. Times are milliseconds since the epoch.

    It holds what was decided in since <= time < until; `asked_until` is what the request said. `file` is the one that
    is being written, `done` what became of those before it.
    """

    id: str
    asked_by: str
    since: int
    until: int
    created_at: int
    version: int
    asked_until: int | None = None
    state: JobState = JobState.QUEUED
    file: ExportFile = ExportFile.MANIFEST
    progress: Progress = Progress()
    done: dict[ExportFile, Progress] = {}
    starts: int = 1
    error: str | None = None
    finished_at: int | None = None

    @property
    def key(self) -> str:
        return export_key(self.id, self.file)

    @property
    def snapshots(self) -> int:
        """Snapshots that are in the manifest."""
        return self.done.get(ExportFile.MANIFEST, self.progress).snapshots

    @property
    def bytes(self) -> int:
        """Bytes of all that is written."""
        return sum(each.bytes for each in self.done.values()) + self.progress.bytes


def export_key(export_id: str, file: ExportFile) -> str:
    """Where a file of an export is kept."""
    return f"exports/{export_id}/{file}"


class Part(Struct, frozen=True):
    """The next part of a file: its bytes, how many snapshots are in it, and where to go on (None at the end)."""

    content: bytes
    snapshots: int
    digest: str
    position: str | None


def chained(digest: str, snapshot_id: str) -> str:
    """The digest of a file once this snapshot is in it too."""
    return hashlib.sha256(f"{digest}{snapshot_id}".encode()).hexdigest()


def add_part(progress: Progress, part: Part, tag: str | None) -> Progress:
    """The progress with one more part, under the tag that the upload knows it by if it has one."""
    return replace(
        progress,
        position=part.position,
        tags=progress.tags if tag is None else (*progress.tags, tag),
        snapshots=progress.snapshots + part.snapshots,
        bytes=progress.bytes + len(part.content),
        digest=part.digest,
        is_complete=part.position is None,
    )


def advance_export(job: ExportJob, progress: Progress) -> ExportJob:
    """The export with its present file so far."""
    return replace(job, state=JobState.WORKING, progress=progress, version=job.version + 1)


def finish_file(job: ExportJob, progress: Progress, now: int) -> ExportJob:
    """The export with its present file at an end: on to the next one, or done.

    Snapshots that are stored late may be in the second file and not in the first: then both are begun anew.
    """
    done = {**job.done, job.file: replace(progress, tags=())}
    if job.file is ExportFile.MANIFEST:
        following = replace(job, state=JobState.WORKING, file=ExportFile.DECISIONS, done=done, progress=Progress())
    elif progress.digest != done[ExportFile.MANIFEST].digest:
        return start_again(replace(job, file=ExportFile.MANIFEST, done={}), NOT_CONSISTENT, now)
    else:
        following = replace(job, state=JobState.DONE, done=done, progress=Progress(), finished_at=now)
    return replace(following, version=job.version + 1)


def start_again(job: ExportJob, error: str, now: int) -> ExportJob:
    """The export with its present file begun anew, or failed with this error if that was done often enough."""
    if job.starts >= MAX_STARTS:
        return fail_export(job, error, now)
    return replace(job, progress=Progress(), starts=job.starts + 1, version=job.version + 1)


def fail_export(job: ExportJob, error: str, now: int) -> ExportJob:
    return replace(job, state=JobState.FAILED, error=error, finished_at=now, version=job.version + 1)


def is_same_export(job: ExportJob, other: ExportJob) -> bool:
    """Whether both were asked for with the same words."""
    return (job.asked_by, job.since, job.asked_until) == (other.asked_by, other.since, other.asked_until)


def has_files(job: ExportJob, now: int) -> bool:
    """Whether its files are there: written, and not deleted yet."""
    return job.finished_at is not None and job.state is JobState.DONE and now < job.finished_at + KEPT_FOR
