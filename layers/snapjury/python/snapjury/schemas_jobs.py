"""The JSON of imports and exports: what requests must look like, and how far they have come."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TypedDict

from msgspec import Struct

from snapjury.errors import InvalidRequestError
from snapjury.rules.asset import Source
from snapjury.rules.export_job import ExportFile, ExportJob
from snapjury.rules.ids import ID_SHAPE
from snapjury.rules.import_job import BadRow, ImportJob
from snapjury.rules.job import JobState
from snapjury.rules.manifest import Format
from snapjury.schemas import (
    DEFAULT_PAGE,
    Limit,
    Moment,
    Parameters,
    SourceRequest,
    moment,
    page_size,
    position_of,
    token_of,
)
from snapjury.services.exports import ExportRequest
from snapjury.services.imports import ImportRequest
from snapjury.services.job_ports import BadRowPage, JobPage

FileLinks = dict[ExportFile, str] | None

FIRST_BAD_ROWS = 100
"""Lines of the report that an import shows with itself."""


class CreateImportRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /imports`; the format is guessed unless it is given."""

    manifest: SourceRequest
    format: Format | None = None

    def request(self, asked_by: str, owner: str, idempotency_key: str | None) -> ImportRequest:
        source = Source(self.manifest.location, self.manifest.path)
        return ImportRequest(asked_by, owner, source, self.format, idempotency_key)


class CreateExportRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /exports`: ISO 8601 dates or times, in UTC where they do not say otherwise."""

    since: str | None = None
    until: str | None = None

    def request(self, asked_by: str, idempotency_key: str | None, now: int) -> ExportRequest:
        """The request; InvalidRequestError if no time lies between since and until."""
        since = moment_named(self.since, "since") if self.since is not None else 0
        until = moment_named(self.until, "until") if self.until is not None else None
        if since >= (now if until is None else min(until, now)):
            raise InvalidRequestError("must be before `until`, and before now", "since")
        return ExportRequest(asked_by, since, until, idempotency_key)


class BadRowQuery(Struct, frozen=True):
    limit: Limit = DEFAULT_PAGE
    next: str = "0"


BAD_ROW_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=re.compile(r"\d{1,9}"))}


class JobQuery(Struct, frozen=True):
    """Which imports or exports to list, from which position on."""

    limit: Limit = DEFAULT_PAGE
    next: str | None = None


JOB_PARAMETERS: Parameters = {
    "limit": page_size,
    "next": partial(position_of, shape=re.compile(rf"\d{{13}}#{ID_SHAPE}")),
}


def moment_named(text: str, field: str) -> int:
    """Epoch milliseconds of a date or time; InvalidRequestError names the field that it was given in."""
    try:
        given = datetime.fromisoformat(text)
        return max(0, round(1000 * (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()))
    except (ValueError, OverflowError):
        raise InvalidRequestError(f"{text[:50]!r} is not a date or time by ISO 8601", field) from None


class ImportView(TypedDict):
    """An import and how far it has come; `error` says why it failed as a whole.

    `removed` counts what was taken out since it is being taken back: all that it brought, in the end.
    """

    id: str
    state: JobState
    manifest: Source
    format: Format | None
    rows: int
    accepted: int
    known: int
    rejected: int
    removed: int
    bytes_read: int
    bytes_total: int | None
    error: str | None
    created_at: Moment
    finished_at: Moment | None


class RowErrorView(TypedDict):
    """What is wrong with a line of a manifest."""

    row: int
    message: str


class ImportRecordView(ImportView):
    """An import with the beginning of its report."""

    errors: list[RowErrorView]


class ImportsView(TypedDict):
    """Some imports, newest first; `next` is the token for the following page, null at the end."""

    imports: list[ImportView]
    next: str | None


class BadRowsView(TypedDict):
    """Some lines of an import's report; `next` is the token for the following page, null at the end."""

    errors: tuple[BadRow, ...]
    next: str | None


def import_view(job: ImportJob) -> ImportView:
    return {
        "id": job.id,
        "state": job.state,
        "manifest": job.manifest,
        "format": job.format or job.asked_format,
        "rows": job.rows,
        "accepted": job.accepted,
        "known": job.known,
        "rejected": job.rejected,
        "removed": job.removal.removed if job.removal else 0,
        "bytes_read": job.place.offset,
        "bytes_total": job.size,
        "error": job.error,
        "created_at": moment(job.created_at),
        "finished_at": moment(job.finished_at),
    }


def import_record_view(job: ImportJob, first: BadRowPage) -> ImportRecordView:
    errors: list[RowErrorView] = [{"row": each.row, "message": each.message} for each in first.bad_rows]
    return {**import_view(job), "errors": errors}


def imports_view(page: JobPage[ImportJob]) -> ImportsView:
    return {"imports": [import_view(job) for job in page.jobs], "next": token_of(page.next_position)}


def bad_rows_view(page: BadRowPage) -> BadRowsView:
    after = None if page.next_row is None else str(page.next_row)
    return {"errors": page.bad_rows, "next": token_of(after)}


class FilesView(TypedDict):
    """Links to an export's files, good for an hour."""

    manifest: str
    csv: str


class ExportState(StrEnum):
    """The states of a job that an export goes through."""

    QUEUED = JobState.QUEUED
    WORKING = JobState.WORKING
    DONE = JobState.DONE
    FAILED = JobState.FAILED


class ExportView(TypedDict):
    """An export and how far it has come; `files` is null before they are there and after they are deleted."""

    id: str
    state: ExportState
    since: Moment
    until: Moment
    snapshots: int
    bytes: int
    files: FilesView | None
    error: str | None
    created_at: Moment
    finished_at: Moment | None


class ExportsView(TypedDict):
    """Some exports, newest first; `next` is the token for the following page, null at the end."""

    exports: list[ExportView]
    next: str | None


def export_view(job: ExportJob, links: FileLinks) -> ExportView:
    files: FilesView | None = (
        {"manifest": links[ExportFile.MANIFEST], "csv": links[ExportFile.DECISIONS]} if links else None
    )
    return {
        "id": job.id,
        "state": ExportState(job.state),
        "since": moment(job.since),
        "until": moment(job.until),
        "snapshots": job.snapshots,
        "bytes": job.bytes,
        "files": files,
        "error": job.error,
        "created_at": moment(job.created_at),
        "finished_at": moment(job.finished_at),
    }


def exports_view(page: JobPage[ExportJob], links_of: Callable[[ExportJob], FileLinks]) -> ExportsView:
    return {"exports": [export_view(job, links_of(job)) for job in page.jobs], "next": token_of(page.next_position)}
