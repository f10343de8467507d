"""What the use cases need of the outside world. Every port has an AWS adapter and an in-memory twin."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from snapjury.rules.asset import Asset, Event, Source, State
from snapjury.rules.delivery import Delivery
from snapjury.rules.retry import Outcome


class AssetHistory(Struct, frozen=True):
    """An asset and the deliveries of its webhooks that have begun."""

    asset: Asset
    deliveries: Mapping[Event, Delivery]


class AssetPage(Struct, frozen=True):
    """Some of an owner's assets, newest first within a state, and where to go on (None at the end)."""

    assets: tuple[Asset, ...]
    next_position: str | None


class Assets(Protocol):
    """Assets and their deliveries. Reads are strongly consistent, but for `page`."""

    def add(self, asset: Asset) -> None:
        """Store a new asset; AlreadyExistsError if its id is taken."""

    def save(self, asset: Asset) -> None:
        """Store the next version of an asset; ConflictError if that is not what comes next."""

    def get(self, asset_id: str) -> Asset:
        """The asset; NotFoundError if there is none."""

    def history(self, asset_id: str) -> AssetHistory:
        """The asset with its deliveries, in one request; NotFoundError if there is none."""

    def save_delivery(self, delivery: Delivery) -> None:
        """Store the next version of a delivery; ConflictError if that is not what comes next."""

    def withdraw(self, asset: Asset) -> None:
        """Remove an asset that nobody has been told about yet; nothing happens if work on it has begun."""

    def page(self, owner: str, state: State | None, limit: int, position: str | None) -> AssetPage:
        """At most `limit` assets of an owner, from `position` on."""


class ValidationQueue(Protocol):
    def send(self, asset_id: str) -> None:
        """Have this asset validated, at least once."""


class NotificationQueue(Protocol):
    def send(self, asset_id: str, event: Event) -> None:
        """Have the owner told of this event, at least once."""


class Sources(Protocol):
    def read(self, source: Source, max_bytes: int) -> bytes:
        """The bytes at this source; UnreachableError, or TooLargeError if there are more than `max_bytes`."""


class Media(Protocol):
    def put(self, sha256: str, content: bytes) -> None:
        """Keep these accepted JPEG bytes under their hash; storing them again changes nothing."""


class UploadForm(Struct, frozen=True):
    """A form that lets anybody who holds it upload one file, until it expires (epoch ms)."""

    id: str
    url: str
    fields: Mapping[str, str]
    expires_at: int


class Uploads(Protocol):
    def form(self, upload_id: str, max_bytes: int, now: int) -> UploadForm:
        """A form for one upload of at most `max_bytes`."""


class Webhooks(Protocol):
    def post(self, url: str, webhook_id: str, body: bytes, now: int) -> Outcome:
        """Sign and send one webhook; every failure is an outcome, none is raised."""
