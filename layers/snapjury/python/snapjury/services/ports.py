"""What the use cases need of the outside world. Adapters are of AWS, and in memory for tests."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from snapjury.rules.asset import Asset, Event, Source, State
from snapjury.rules.board import Board, Window
from snapjury.rules.delivery import Delivery, Trouble
from snapjury.rules.product import Product
from snapjury.rules.retry import Outcome
from snapjury.rules.session import Desk, Session
from snapjury.rules.snapshot import Snapshot
from snapjury.rules.types.data_type import DataType
from snapjury.rules.user import Caller, FailedSignIns, User

LONGEST_DELAY = 900
"""Seconds for which a queue keeps a message back at the most; what has to wait longer is sent again."""


class AssetHistory(Struct, frozen=True):
    """An asset and the deliveries of its webhooks that have begun."""

    asset: Asset
    deliveries: Mapping[Event, Delivery]


class AssetPage(Struct, frozen=True):
    """Some of an owner's assets, newest first within a state, and where to go on (None at the end)."""

    assets: tuple[Asset, ...]
    next_position: str | None


class DeliveryPage(Struct, frozen=True):
    """Some deliveries, newest attempt first, each with where it goes, and where to go on (None at the end)."""

    deliveries: tuple[tuple[Delivery, str | None], ...]
    next_position: str | None


class Assets(Protocol):
    """Assets and their deliveries. Reads are strongly consistent, but for those of pages."""

    def add(self, asset: Asset) -> None:
        """Store a new asset; AlreadyExistsError if its id is taken."""

    def save(self, asset: Asset) -> None:
        """Store the next version of an asset; ConflictError if that is not what comes next."""

    def get(self, asset_id: str) -> Asset:
        """The asset; NotFoundError if there is none."""

    def history(self, asset_id: str) -> AssetHistory:
        """The asset with its deliveries, in one request; NotFoundError if there is none."""

    def save_delivery(self, delivery: Delivery, owner: str) -> None:
        """Store the next version of a delivery to its asset's owner; ConflictError if that is not what comes next."""

    def withdraw(self, asset: Asset) -> None:
        """Remove an asset that nobody has been told about yet; nothing happens if work on it has begun."""

    def page(self, owner: str, state: State | None, limit: int, position: str | None) -> AssetPage:
        """At most `limit` assets of an owner, from `position` on."""

    def troubled(self, owner: str, state: Trouble | None, limit: int, position: str | None) -> DeliveryPage:
        """At most `limit` of an owner's deliveries in trouble, of this state if one is given, from `position` on."""


class ValidationQueue(Protocol):
    """A queue that tenants share: where one has sent many messages, those of others need not wait behind them."""

    def send(self, asset: Asset) -> None:
        """Have this asset validated, at least once. The message brings it along, which spares a read."""


class NotificationQueue(Protocol):
    """A queue that tenants share, as that of validations."""

    def send(self, asset: Asset, event: Event, delay: float = 0, *, is_news: bool = False) -> None:
        """Have the owner told of this event, at least once, after so many seconds; of a long delay perhaps earlier.

        Where it has just happened the message brings the asset along, which spares a read.
        """


class Sources(Protocol):
    def read(self, source: Source, kind: DataType) -> bytes:
        """The bytes at this source; UnreachableError, or TooLargeError if there are more than the type may have."""


class Media(Protocol):
    def put(self, sha256: str, content: bytes, kind: DataType) -> None:
        """Keep the bytes of an accepted file under their hash and type; storing them again changes nothing."""


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
    def post(self, url: str, webhook_id: str, body: bytes, now: int, secrets: Sequence[str]) -> Outcome:
        """Sign one webhook with each of the secrets and send it; every failure is an outcome, none is raised."""


class SnapshotPage(Struct, frozen=True):
    """Some snapshots, newest first within a status, and where to go on (None at the end)."""

    snapshots: tuple[Snapshot, ...]
    next_position: str | None


class PoolEntry(Struct, frozen=True):
    """An undecided snapshot as the pool's index shows it: its place, and who has voted on it."""

    id: str
    place: str
    voters: tuple[str, ...]


class Snapshots(Protocol):
    """Snapshots, and copies of those with a known answer.

    `get` and `get_many` are strongly consistent; the pool and the lists follow within moments.
    """

    shards: int
    """How many shards the pool has."""

    list_shards: int
    """How many shards a product's list has."""

    def claim_picture(self, snapshot: Snapshot) -> str:
        """Make it the first snapshot of its bytes and product, unless another one is; the id of the first, for good."""

    def add(self, snapshot: Snapshot) -> None:
        """Store a new snapshot, in the pool if it is pending; AlreadyExistsError if its id is taken."""

    def save(self, snapshot: Snapshot) -> None:
        """Store the next version, or the first; ConflictError if that is not what comes next.

        A decided one leaves the pool, and joins the gold if its answer is known.
        """

    def save_leases(self, snapshot: Snapshot) -> None:
        """The same of a version whose leases alone are new: nothing else is written, unless it is the first."""

    def get(self, snapshot_id: str) -> Snapshot:
        """The snapshot; NotFoundError if there is none."""

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Those of these snapshots that exist, in one request for up to a hundred."""

    def pool(self, shard: int, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        """The first `limit` entries of a shard with start <= place < end, by place; fewer only if there are no more."""

    def gold(self, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        """The same of the snapshots with a known answer, which stand in one shard of their own."""

    def page(self, product: str | None, status: str | None, limit: int, position: str | None) -> SnapshotPage:
        """At most `limit` snapshots of a product, or of all, from `position` on."""

    def undecided_of(self, product: str, shard: int, after: Snapshot | None, limit: int) -> tuple[str, ...]:
        """The ids of a product's first `limit` undecided snapshots in a shard, by their age, or of those after one."""

    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        """At most `limit` snapshots decided in since <= time < until (epoch ms), month by month, from `position` on."""

    def answered(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        """The same of QAs' copies of snapshots with a known answer, by the time of the vote; no other list has them."""


class Sessions(Protocol):
    """QAs' sessions, and which of them each has open. Reads are strongly consistent."""

    def add(self, session: Session) -> None:
        """Store a new session; AlreadyExistsError if its id is taken."""

    def save(self, session: Session) -> None:
        """Store the next version; ConflictError if that is not what comes next."""

    def get(self, session_id: str) -> Session:
        """The session; NotFoundError if there is none."""

    def desk(self, qa: str) -> Desk:
        """What this QA has open; version 0 if nothing is known."""

    def save_desk(self, desk: Desk) -> None:
        """Store the next version; ConflictError if that is not what comes next."""


class UserPage(Struct, frozen=True):
    users: tuple[User, ...]
    next_position: str | None


class Users(Protocol):
    """QAs and admins. Reads are strongly consistent, but for `page`."""

    def add(self, user: User) -> None:
        """Store a new user; AlreadyExistsError if the name is taken."""

    def save(self, user: User) -> None:
        """Store the next version; ConflictError if that is not what comes next."""

    def get(self, name: str) -> User:
        """The user; NotFoundError if there is none."""

    def page(self, limit: int, position: str | None) -> UserPage:
        """At most `limit` users by their names, from `position` on."""


class SignIns(Protocol):
    """Failed sign-ins by name, whether there is such a user or not."""

    def get(self, name: str) -> FailedSignIns:
        """What is known of this name; version 0 if nothing."""

    def save(self, failed: FailedSignIns) -> None:
        """Store the next version; ConflictError if that is not what comes next."""


class Tokens(Protocol):
    """What proves who sends a request, for some hours after signing in."""

    def issue(self, user: User, now: int) -> tuple[str, int]:
        """A token for this user, and when it expires (epoch ms)."""

    def verify(self, token: str, now: int) -> Caller:
        """Whose token this is; UnauthenticatedError if it is none, or expired."""


class ProductPage(Struct, frozen=True):
    products: tuple[Product, ...]
    next_position: str | None


class Products(Protocol):
    """Products, deleted ones too except in `page`. Reads are strongly consistent, but for `page`."""

    def add(self, product: Product) -> None:
        """Store a new product; AlreadyExistsError if its GTIN is taken."""

    def save(self, product: Product) -> None:
        """Store the next version; ConflictError if that is not what comes next."""

    def get(self, gtin: str) -> Product:
        """The product; NotFoundError if there is none."""

    def get_many(self, gtins: Sequence[str]) -> Mapping[str, Product]:
        """Those of these products that are stored, in one request for up to a hundred."""

    def page(self, limit: int, position: str | None) -> ProductPage:
        """At most `limit` products that are not deleted, by their GTINs, from `position` on."""


class MediaLinks(Protocol):
    def link(self, sha256: str, type_name: str) -> str:
        """A URL that shows the picture kept as this under the hash, for an hour or so, to anybody who holds it."""


class Scoring(Struct, frozen=True):
    """When a leaderboard was scored last (epoch ms: what had been decided by then is in it), and how long it took."""

    until: int
    took: int


class Boards(Protocol):
    """Leaderboards as they were scored last. Reads are strongly consistent."""

    def get(self, window: Window, known: Board | None = None) -> Board | None:
        """The window's leaderboard, the `known` one if that is it.

        None if nothing was scored yet, or what was is in a form that is no longer read.
        """

    def scored(self, window: Window) -> Scoring | None:
        """When the window was scored last, and how long that took: whatever the leaderboard's form is."""

    def save(self, board: Board) -> None:
        """Store a leaderboard in the place of the window's last one: readers see the one or the other, whole.

        ConflictError if the stored one is as new, or somebody else stores one at the same time.
        """


class ScoringQueue(Protocol):
    def send(self, due: int, delay: int) -> None:
        """Have what was not scored since `due` (epoch ms) scored, at least once, after so many seconds."""


class QueueLengths(Struct, frozen=True):
    """Messages of a queue that wait, that wait until their time, that are being worked on, and its dead letters."""

    waiting: int
    delayed: int
    in_flight: int
    dead: int


class Queues(Protocol):
    def lengths(self) -> dict[str, QueueLengths]:
        """About how many messages each queue holds, by the queue's name."""
