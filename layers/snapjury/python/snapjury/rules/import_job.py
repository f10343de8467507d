"""An import: a manifest whose rows become snapshots, slice by slice."""

from collections.abc import Collection, Iterable

from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.asset import Asset, Source, State, queue_asset
from snapjury.rules.job import JobState
from snapjury.rules.manifest import Format, Line, Place, Row

SLICE_LINES = 99
"""Lines that are read between two saves of the progress: with it a transaction stores the bad ones, of 100 items."""

MAX_MANIFEST_BYTES = 50_000_000
MAX_ATTEMPTS = 30
"""How often an image is tried that was refused each time: a month of nightly imports. Each costs later ones a read."""

MAX_TEXT = 500
MAX_MESSAGE = 300

NOT_READABLE = "the manifest cannot be read"
CHANGED = "the manifest changed while it was imported"
TOO_LARGE = f"the manifest is larger than {MAX_MANIFEST_BYTES // 1_000_000} MB"
NOT_FINISHED = "the import could not be finished; what it accepted stays"
NOT_REMOVED = "what it brought could not be removed to the end; ask for it again"
REFUSED_TOO_OFTEN = (
    f"the image was refused or removed {MAX_ATTEMPTS} times and is not tried again; submit it by POST /snapshots"
)

SETTLING_TIME = 5_000
STOPPING_TIME = 120_000
"""Milliseconds until all that an import brought is in the lists: after its end, and where it may be worked on yet."""

CLOCKS_APART = 60_000
"""Milliseconds by which clocks may differ: what an import brought was not created much before it."""

LATEST_LETTER = 1_200_000
"""Milliseconds after which no message of the reading can become a dead letter any more."""

WALK = (State.QUEUED, State.WORKING, State.SUCCESS, State.FAILED)
"""The states whose lists a removal goes through, in the order in which assets do."""


class BadRow(Struct, frozen=True):
    """One line of an import's report: which line of the manifest, what is wrong, and how the line begins."""

    row: int
    message: str
    text: str


class Removal(Struct, frozen=True, omit_defaults=True):
    """How far the removal of what an import brought has come: in the list of which state, and where there.

    It begins, and begins anew, once what was brought until then is in the lists (epoch ms). A walk through them that
    finds something is followed by another, since assets move on from list to list meanwhile. Each has `met` so many
    that are removed now; `removed` is the most that one has met.
    """

    asked_at: int
    begins_at: int
    until: int
    state: State = WALK[0]
    position: str | None = None
    met: int = 0
    removed: int = 0
    finds: bool = False


class RemovedPage(Struct, frozen=True):
    """What became of a page of a list: how many of it the import had brought, and whether some were still there."""

    met: int
    finds: bool
    next_position: str | None


class ImportJob(Struct, frozen=True, omit_defaults=True):
    """One import and how far it has come. Times are milliseconds since the epoch.

    `owner` will own the assets. `asked_format` is what the request said, `format` what is read. `tag` changes with the
    manifest's content, `size` is its bytes; both are known once it has been opened. Rows are accepted (a snapshot was
    submitted), known (one had been before) or rejected (reported as bad rows).
    """

    id: str
    asked_by: str
    owner: str
    manifest: Source
    created_at: int
    version: int
    asked_format: Format | None = None
    state: JobState = JobState.QUEUED
    format: Format | None = None
    tag: str | None = None
    size: int | None = None
    place: Place = Place()
    rows: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    error: str | None = None
    finished_at: int | None = None
    removal: Removal | None = None


class Slice(Struct, frozen=True):
    """What became of some lines: their rows that were accepted and known, the bad ones, and the place after them."""

    place: Place
    accepted: int
    known: int
    bad: tuple[BadRow, ...]


def open_import(job: ImportJob, tag: str, size: int, form: Format) -> ImportJob:
    """The import once its manifest has been opened; as it was if that was before."""
    return replace(job, tag=tag, size=size, format=job.asked_format or form) if job.tag is None else job


def advance_import(job: ImportJob, done: Slice, is_end: bool, now: int) -> ImportJob:
    """The import after one more slice, or its last one."""
    return replace(
        job,
        state=JobState.DONE if is_end else JobState.WORKING,
        place=done.place,
        rows=job.rows + done.accepted + done.known + len(done.bad),
        accepted=job.accepted + done.accepted,
        known=job.known + done.known,
        rejected=job.rejected + len(done.bad),
        finished_at=now if is_end else None,
        version=job.version + 1,
    )


def fail_import(job: ImportJob, error: str, now: int) -> ImportJob:
    return replace(job, state=JobState.FAILED, error=error, finished_at=now, version=job.version + 1)


def is_same_import(job: ImportJob, other: ImportJob) -> bool:
    """Whether both were asked for with the same words."""
    same = (job.asked_by, job.owner, job.manifest, job.asked_format)
    return same == (other.asked_by, other.owner, other.manifest, other.asked_format)


def origin_of(job: ImportJob, line: int) -> str:
    """What an asset says about where it comes from."""
    return f"{job.id}#{line}"


def imported_asset(asset_id: str, row: Row, job: ImportJob, now: int) -> Asset:
    """The asset of a row as it is when it has just been accepted."""
    asset = queue_asset(asset_id, job.owner, row.source, {}, now, row.product, row.type)
    return replace(asset, origin=origin_of(job, row.line))


def is_brought_by(asset: Asset, job: ImportJob) -> bool:
    return (asset.origin or "").partition("#")[0] == job.id


def origins_of(assets: Iterable[Asset], job: ImportJob) -> set[str]:
    """The ids of the other imports that brought these."""
    imports = {(asset.origin or "").partition("#")[0] for asset in assets}
    return imports - {job.id, ""}


def is_out_before(asset: Asset, job: ImportJob, taken_back: Collection[str]) -> bool:
    """Whether its image failed, or an import was taken back that brought it: then it is worth another attempt.

    Not if that was just now in this import. What was removed by itself stays so.
    """
    is_out = asset.state is State.FAILED or bool(origins_of([asset], job).intersection(taken_back))
    return is_out and not is_brought_by(asset, job)


def begin_removal(job: ImportJob, now: int) -> ImportJob:
    """The import as one that is being taken back; as it was if it is, or has been. What was broken off is gone on with.

    It reads no more rows. Whoever reads some just now still stores what they hold.
    """
    if job.state in (JobState.REMOVING, JobState.REMOVED):
        return job
    if job.removal is not None:
        removal = replace(job.removal, asked_at=now, begins_at=now)
    else:
        begins_at = now + (SETTLING_TIME if job.state.is_final else STOPPING_TIME)
        removal = Removal(now, begins_at, until=(job.finished_at or now) + STOPPING_TIME)
    return replace(job, state=JobState.REMOVING, removal=removal, error=None, finished_at=None, version=job.version + 1)


def advance_removal(job: ImportJob, removal: Removal, page: RemovedPage, now: int) -> ImportJob:
    """The import after one more page of its removal; over after a walk through all lists that found nothing."""
    met = removal.met + page.met
    removal = replace(removal, met=met, removed=max(removal.removed, met), finds=removal.finds or page.finds)
    if page.next_position is None and removal.state is WALK[-1] and not removal.finds:
        return replace(job, state=JobState.REMOVED, removal=removal, finished_at=now, version=job.version + 1)
    if page.next_position is not None:
        following = replace(removal, position=page.next_position)
    elif removal.state is not WALK[-1]:
        following = replace(removal, state=WALK[WALK.index(removal.state) + 1], position=None)
    else:
        following = Removal(removal.asked_at, now + SETTLING_TIME, removal.until, removed=removal.removed)
    return replace(job, removal=following, version=job.version + 1)


def is_given_up_early(job: ImportJob, now: int) -> bool:
    """Whether a dead letter may be of the reading that the removal has stopped."""
    return job.state is JobState.REMOVING and job.removal is not None and now < job.removal.asked_at + LATEST_LETTER


def bad_row(line: Line, message: str) -> BadRow:
    return BadRow(line.number, message[:MAX_MESSAGE], line.content.decode(errors="replace").rstrip("\r\n")[:MAX_TEXT])
