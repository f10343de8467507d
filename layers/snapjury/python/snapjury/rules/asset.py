"""An asset and the states that it goes through: queued, working, then success or failed."""

from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from snapjury.rules.types.image.about import IMAGE

NOT_REACHABLE = "is not reachable"
NOT_VALIDATED = "could not be validated"


class State(StrEnum):
    QUEUED = "queued"
    WORKING = "working"
    SUCCESS = "success"
    FAILED = "failed"


class Event(StrEnum):
    """The points at which an owner is told, by the names that owners give their URLs under."""

    START = "onStart"
    SUCCESS = "onSuccess"
    FAILURE = "onFailure"


class Location(StrEnum):
    LOCAL = "local"
    S3 = "s3"
    UPLOAD = "upload"
    HTTP = "http"


class Source(Struct, frozen=True):
    """Where the file is: a path in the location's own notation."""

    location: Location
    path: str


class File(Struct, frozen=True, omit_defaults=True):
    """An accepted file: its content hash, size in bytes, and sides in pixels or number of pages if it has such."""

    sha256: str
    bytes: int
    width: int | None = None
    height: int | None = None
    pages: int | None = None


Errors = dict[str, tuple[str, ...]]


class Asset(Struct, frozen=True, omit_defaults=True):
    """One submitted file. Times are milliseconds since the epoch; `version` grows by one with every change.

    One with a `product` (a GTIN-14) is to become a snapshot of that product; `origin` is the import and the line that
    it came by. `type` is the name of one of the types in `rules/types`. One that was removed is validated all the same,
    since its owner is told how that ends, but its snapshot is shown to nobody.
    """

    id: str
    owner: str
    source: Source
    notifications: dict[Event, str]
    created_at: int
    state: State
    version: int
    errors: Errors = {}
    file: File | None = field(default=None, name="image")  # as it has always been stored
    started_at: int | None = None
    finished_at: int | None = None
    product: str | None = None
    origin: str | None = None
    removed_at: int | None = None
    type: str = IMAGE.name

    @property
    def is_finished(self) -> bool:
        return self.state in (State.SUCCESS, State.FAILED)

    @property
    def end_event(self) -> Event | None:
        """The event that tells how it ended, once it has ended."""
        return {State.SUCCESS: Event.SUCCESS, State.FAILED: Event.FAILURE}.get(self.state)

    def url_for(self, event: Event) -> str | None:
        """Where to send this event: nowhere if the owner gave no URL, or one that was found broken."""
        return None if event in self.errors else self.notifications.get(event)


def queue_asset(
    asset_id: str,
    owner: str,
    source: Source,
    notifications: dict[Event, str],
    now: int,
    product: str | None = None,
    type_name: str = IMAGE.name,
) -> Asset:
    """The asset as it is when it has just been accepted."""
    return Asset(asset_id, owner, source, notifications, now, State.QUEUED, version=1, product=product, type=type_name)


def start_validation(asset: Asset, broken_urls: Errors, now: int) -> Asset:
    """The asset as work on it begins; broken URLs are known from here on, so nothing is sent to them."""
    return replace(asset, state=State.WORKING, errors=broken_urls, started_at=now, version=asset.version + 1)


def finish_validation(
    asset: Asset, asset_errors: tuple[str, ...], broken_urls: Errors, file: File | None, now: int
) -> Asset:
    """The asset with its verdict: success only if neither the file nor a URL broke a rule."""
    errors = ({"asset": asset_errors} if asset_errors else {}) | broken_urls
    return replace(
        asset,
        state=State.FAILED if errors else State.SUCCESS,
        errors=errors,
        file=None if errors else file,
        finished_at=now,
        version=asset.version + 1,
    )


def remove_asset(asset: Asset, now: int) -> Asset:
    """The asset as removed; as it was if it has been."""
    return asset if asset.removed_at is not None else replace(asset, removed_at=now, version=asset.version + 1)


def is_same_request(asset: Asset, other: Asset) -> bool:
    """Whether both were submitted with the same words."""
    return (asset.owner, asset.type, asset.source, asset.notifications, asset.product) == (
        other.owner,
        other.type,
        other.source,
        other.notifications,
        other.product,
    )
