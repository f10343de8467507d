"""In-memory twins of what imports and exports need: the same contract, for tests."""

from collections.abc import Mapping, Sequence

from snapjury.adapters import keys
from snapjury.adapters.dynamo_jobs import bad_row_page
from snapjury.adapters.memory_reviews import add, get, page_of, save
from snapjury.errors import LostUploadError, UnreachableError
from snapjury.rules.asset import Source
from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import BadRow, ImportJob
from snapjury.services.job_ports import BadRowPage, Job, JobPage, ManifestPiece


class MemoryImports:
    def __init__(self) -> None:
        self.jobs: dict[str, ImportJob] = {}
        self.report: dict[str, dict[int, BadRow]] = {}

    def add(self, job: ImportJob) -> None:
        add(self.jobs, job.id, job)

    def save(self, job: ImportJob, bad_rows: Sequence[BadRow] = ()) -> None:
        save(self.jobs, job.id, job)
        self.report.setdefault(job.id, {}).update({each.row: each for each in bad_rows})

    def get(self, import_id: str) -> ImportJob:
        return get(self.jobs, import_id)

    def page(self, limit: int, position: str | None) -> JobPage[ImportJob]:
        return jobs_page([*self.jobs.values()], limit, position)

    def bad_rows(self, import_id: str, limit: int, after: int) -> BadRowPage:
        report = self.report.get(import_id, {})
        return bad_row_page([report[row] for row in sorted(report) if row > after], limit)


class MemoryExports:
    def __init__(self) -> None:
        self.jobs: dict[str, ExportJob] = {}

    def add(self, job: ExportJob) -> None:
        add(self.jobs, job.id, job)

    def save(self, job: ExportJob) -> None:
        save(self.jobs, job.id, job)

    def get(self, export_id: str) -> ExportJob:
        return get(self.jobs, export_id)

    def page(self, limit: int, position: str | None) -> JobPage[ExportJob]:
        return jobs_page([*self.jobs.values()], limit, position)


def jobs_page(jobs: Sequence[Job], limit: int, position: str | None) -> JobPage[Job]:
    return JobPage(*page_of(jobs, lambda job: keys.listed_job(job)["listed_sk"], limit, position))


class MemoryJobQueue:
    def __init__(self) -> None:
        self.messages: list[str] = []
        self.delays: list[int] = []

    def send(self, job_id: str, delay: int = 0) -> None:
        self.messages.append(job_id)
        self.delays.append(delay)


class MemoryManifests:
    """Manifests by their path, the same for every location."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def read_piece(self, source: Source, start: int, length: int) -> ManifestPiece:
        if source.path not in self.files:
            raise UnreachableError(source.path)
        content = self.files[source.path]
        return ManifestPiece(content[start : start + length], len(content), str(hash(content)))


class MemoryExportFiles:
    """Objects, and uploads with their parts; a part's tag is its content's hash."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.begun = 0

    def put(self, key: str, content: bytes) -> None:
        self.objects[key] = content

    def begin(self, key: str) -> str:
        self.begun += 1
        upload = f"{key}?{self.begun}"
        self.uploads[upload] = {}
        return upload

    def put_part(self, key: str, upload: str, number: int, content: bytes) -> str:
        if upload not in self.uploads:
            raise LostUploadError(upload)
        self.uploads[upload][number] = content
        return str(hash(content))

    def complete(self, key: str, upload: str, tags: Sequence[str], size: int) -> None:
        if upload not in self.uploads:
            if len(self.objects.get(key, b"")) == size:
                return
            raise LostUploadError(upload)
        parts = self.uploads[upload]
        if any(str(hash(parts.get(number))) != tag for number, tag in enumerate(tags, start=1)):
            raise LostUploadError(upload)
        self.objects[key] = b"".join(parts[number] for number in range(1, len(tags) + 1))
        del self.uploads[upload]

    def abort(self, key: str, upload: str) -> None:
        self.uploads.pop(upload, None)


class MemoryExportLinks:
    def link(self, key: str) -> str:
        return f"memory:{key}"
