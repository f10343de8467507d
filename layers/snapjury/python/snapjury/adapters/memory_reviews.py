"""In-memory twins of the stores of the jury: the same contract as DynamoDB."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from snapjury.adapters import keys
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError
from snapjury.rules.api_key import ApiKey
from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import ImportJob
from snapjury.rules.product import Product
from snapjury.rules.session import Desk, Session
from snapjury.rules.snapshot import PENDING, Snapshot
from snapjury.rules.user import FailedSignIns, User
from snapjury.services.ports import PoolEntry, ProductPage, SnapshotPage, UserPage

T = TypeVar("T", Snapshot, Session, User, Product, ImportJob, ExportJob, ApiKey)


def add(stored: dict[str, T], name: str, value: T) -> None:
    if name in stored:
        raise AlreadyExistsError(name)
    stored[name] = value


def save(stored: dict[str, T], name: str, value: T) -> None:
    before = stored.get(name)
    if (before.version if before else 0) != value.version - 1:
        raise ConflictError(name)
    stored[name] = value


def get(stored: Mapping[str, T], name: str) -> T:
    if name not in stored:
        raise NotFoundError(name)
    return stored[name]


def page_of(
    values: Sequence[T], place: Callable[[T], str], limit: int, position: str | None, ascending: bool = False
) -> tuple[tuple[T, ...], str | None]:
    """At most `limit` values beyond `position`, highest place first or lowest, and where to go on."""
    ordered = sorted(values, key=place, reverse=not ascending)
    if position is not None:
        ordered = [each for each in ordered if (place(each) > position if ascending else place(each) < position)]
    shown = tuple(ordered[:limit])
    return shown, place(shown[-1]) if len(ordered) > limit else None


class MemorySnapshots:
    shards = 2
    list_shards = 2

    def __init__(self) -> None:
        self.snapshots: dict[str, Snapshot] = {}
        self.pictures: dict[tuple[str, str], str] = {}

    def claim_picture(self, snapshot: Snapshot) -> str:
        return self.pictures.setdefault((snapshot.product, snapshot.image), snapshot.id)

    def add(self, snapshot: Snapshot) -> None:
        add(self.snapshots, snapshot.id, snapshot)

    def save(self, snapshot: Snapshot) -> None:
        save(self.snapshots, snapshot.id, snapshot)

    def save_leases(self, snapshot: Snapshot) -> None:
        before = self.snapshots.get(snapshot.id)
        after = replace(before, leases=snapshot.leases, version=snapshot.version) if before else snapshot
        save(self.snapshots, snapshot.id, after)

    def get(self, snapshot_id: str) -> Snapshot:
        return get(self.snapshots, snapshot_id)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        return {each: self.snapshots[each] for each in ids if each in self.snapshots}

    def pool(self, shard: int, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        shown = [each for each in self._listed() if keys.shard_of(each.id, self.shards) == shard]
        return entries_of([(each.place, each) for each in shown if each.is_open], start, end, limit)

    def gold(self, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        shown = [each for each in self._listed() if each.known is not None and not each.is_gone]
        return entries_of([(keys.gold_key(each)["pool_sk"], each) for each in shown], start, end, limit)

    def page(self, product: str | None, status: str | None, limit: int, position: str | None) -> SnapshotPage:
        wanted = [each for each in self._listed() if product in (None, each.product) and status in (None, each.status)]
        return SnapshotPage(*page_of(wanted, lambda each: keys.snapshot_lists(each)["listed_sk"], limit, position))

    def undecided_of(self, product: str, shard: int, after: Snapshot | None, limit: int) -> tuple[str, ...]:
        start = keys.status_position(after, PENDING) if after else ""
        places = {
            keys.status_position(each, PENDING): each.id
            for each in self._listed()
            if each.status == PENDING and each.product == product and keys.shard_of(each.id, self.list_shards) == shard
        }
        return tuple(places[place] for place in sorted(places) if place > start)[:limit]

    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        moments = [(each.decision.decided_at, each) for each in self._listed() if each.decision and not each.is_gone]
        return page_by_time(moments, since, until, limit, position)

    def answered(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        moments = [(each.scored[0].at, each) for each in self.snapshots.values() if each.gold and each.scored]
        return page_by_time(moments, since, until, limit, position)

    def _listed(self) -> list[Snapshot]:
        """All but copies, which only `answered` lists."""
        return [each for each in self.snapshots.values() if each.gold is None]


def entries_of(placed: Sequence[tuple[str, Snapshot]], start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
    entries = (PoolEntry(each.id, place, each.voters) for place, each in placed if start <= place < end)
    return tuple(sorted(entries, key=lambda entry: entry.place)[:limit])


def page_by_time(
    moments: Sequence[tuple[int, Snapshot]], since: int, until: int, limit: int, position: str | None
) -> SnapshotPage:
    places = {f"{moment:013d}#{each.id}": each for moment, each in moments if since <= moment < until}
    beyond = sorted(place for place in places if position is None or place > position)
    shown = beyond[:limit]
    return SnapshotPage(tuple(places[place] for place in shown), shown[-1] if len(shown) == limit else None)


class MemorySessions:
    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.desks: dict[str, Desk] = {}

    def add(self, session: Session) -> None:
        add(self.sessions, session.id, session)

    def save(self, session: Session) -> None:
        save(self.sessions, session.id, session)

    def get(self, session_id: str) -> Session:
        return get(self.sessions, session_id)

    def desk(self, qa: str) -> Desk:
        return self.desks.get(qa, Desk(qa, (), expires_at=0, version=0))

    def save_desk(self, desk: Desk) -> None:
        if self.desk(desk.qa).version != desk.version - 1:
            raise ConflictError(desk.qa)
        self.desks[desk.qa] = desk


class MemoryUsers:
    def __init__(self) -> None:
        self.users: dict[str, User] = {}

    def add(self, user: User) -> None:
        add(self.users, user.name, user)

    def save(self, user: User) -> None:
        save(self.users, user.name, user)

    def get(self, name: str) -> User:
        return get(self.users, name)

    def page(self, limit: int, position: str | None) -> UserPage:
        return UserPage(*page_of(list(self.users.values()), lambda user: user.name, limit, position, ascending=True))


class MemorySignIns:
    def __init__(self) -> None:
        self.failed: dict[str, FailedSignIns] = {}

    def get(self, name: str) -> FailedSignIns:
        return self.failed.get(name, FailedSignIns(name, count=0, blocked_until=0, expires_at=0, version=0))

    def save(self, failed: FailedSignIns) -> None:
        if self.get(failed.name).version != failed.version - 1:
            raise ConflictError(failed.name)
        self.failed[failed.name] = failed


class MemoryProducts:
    def __init__(self) -> None:
        self.products: dict[str, Product] = {}

    def add(self, product: Product) -> None:
        add(self.products, product.gtin, product)

    def save(self, product: Product) -> None:
        save(self.products, product.gtin, product)

    def get(self, gtin: str) -> Product:
        return get(self.products, gtin)

    def get_many(self, gtins: Sequence[str]) -> Mapping[str, Product]:
        return {each: self.products[each] for each in gtins if each in self.products}

    def page(self, limit: int, position: str | None) -> ProductPage:
        listed = [product for product in self.products.values() if not product.deleted]
        return ProductPage(*page_of(listed, lambda product: product.gtin, limit, position, ascending=True))
