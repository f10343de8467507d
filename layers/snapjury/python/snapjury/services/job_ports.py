"""What imports and exports need of the outside world, beyond the ports of the other use cases."""

from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from snapjury.rules.asset import Asset, Source, State
from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import BadRow, ImportJob
from snapjury.services.ports import AssetPage, SnapshotPage

Job = TypeVar("Job", ImportJob, ExportJob)


class JobPage(Struct, Generic[Job], frozen=True):
    """Some imports or exports, newest first, and the position to go on from (None at the end)."""

    jobs: tuple[Job, ...]
    next_position: str | None


class BadRowPage(Struct, frozen=True):
    """Some lines of an import's report, in the manifest's order, and the row to go on after (None at the end)."""

    bad_rows: tuple[BadRow, ...]
    next_row: int | None


class ImportJobs(Protocol):
    """Imports and their reports. Reads are strongly consistent."""

    def add(self, job: ImportJob) -> None:
        """Store a new import; AlreadyExistsError if its id is taken."""

    def save(self, job: ImportJob, bad_rows: Sequence[BadRow] = ()) -> None:
        """Store the next version and up to 99 lines of its report, all or nothing; ConflictError if not the next."""

    def get(self, import_id: str) -> ImportJob:
        """The import; NotFoundError if there is none."""

    def page(self, limit: int, position: str | None) -> JobPage[ImportJob]:
        """At most `limit` imports beyond `position`; one that was just asked for may be missing for a moment."""

    def bad_rows(self, import_id: str, limit: int, after: int) -> BadRowPage:
        """At most `limit` lines of the report, of rows after this one."""


class ExportJobs(Protocol):
    """Exports. Reads are strongly consistent."""

    def add(self, job: ExportJob) -> None:
        """Store a new export; AlreadyExistsError if its id is taken."""

    def save(self, job: ExportJob) -> None:
        """Store the next version; ConflictError if that is not what comes next."""

    def get(self, export_id: str) -> ExportJob:
        """The export; NotFoundError if there is none."""

    def page(self, limit: int, position: str | None) -> JobPage[ExportJob]:
        """At most `limit` exports beyond `position`; one that was just asked for may be missing for a moment."""


class JobQueue(Protocol):
    def send(self, job_id: str, delay: int = 0) -> None:
        """Have this import or export gone on with, at least once, after so many seconds."""


class AssetBatches(Protocol):
    """Assets, many at a time."""

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Asset]:
        """Those of these assets that exist, in one request for up to a hundred."""

    def add_many(self, assets: Sequence[Asset]) -> frozenset[str]:
        """Store those of these new assets whose ids are free; the ids that are taken."""

    def created(self, owner: str, state: State, since: int, until: int, limit: int, position: str | None) -> AssetPage:
        """At most `limit` assets from this list of an owner's, created in since <= time <= until (epoch ms).

        Where one has gone on to the next state just now, the list may not show it yet.
        """


class ValidationBatches(Protocol):
    def send_many(self, ids: Sequence[str], tenant: str) -> None:
        """Have these assets validated, at least once; see `ValidationQueue`."""


class ManifestPiece(Struct, frozen=True):
    """Bytes of a manifest, how many it has in all, and a tag that changes with its content."""

    content: bytes
    size: int
    tag: str


class Manifests(Protocol):
    def read_piece(self, source: Source, start: int, length: int) -> ManifestPiece:
        """At most `length` bytes from `start` on; UnreachableError."""


class DecidedSnapshots(Protocol):
    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        """At most `limit` snapshots decided in since <= time < until (epoch ms), from `position` on."""


class ExportFiles(Protocol):
    """Objects that are written in parts. All of it can be repeated; LostUploadError if the upload is gone."""

    def put(self, key: str, content: bytes) -> None:
        """Store a whole object."""

    def begin(self, key: str) -> str:
        """Begin an upload in parts; its id."""

    def put_part(self, key: str, upload: str, number: int, content: bytes) -> str:
        """Upload a part, numbered from 1 on, of at least 5 MiB if it is not the last; its tag."""

    def complete(self, key: str, upload: str, tags: Sequence[str], size: int) -> None:
        """Make the parts one object, of so many bytes."""

    def abort(self, key: str, upload: str) -> None:
        """Throw the parts away; nothing happens if there is no such upload."""


class ExportLinks(Protocol):
    def link(self, key: str) -> str:
        """A URL that downloads this object, for an hour, for anybody who holds it."""
