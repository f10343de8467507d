"""In-memory twins of the adapters: the same contract, for tests and for trying a use case without any stack."""

from collections.abc import Iterable, Mapping, Sequence

from snapjury.adapters import keys
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError, TooLargeError, UnreachableError
from snapjury.rules.asset import Asset, Event, Source, State
from snapjury.rules.delivery import Delivery, Trouble
from snapjury.rules.retry import Outcome, Verdict
from snapjury.rules.types.data_type import DataType
from snapjury.services.ports import AssetHistory, AssetPage, DeliveryPage


class MemoryAssets:
    """Assets and deliveries in two dictionaries."""

    def __init__(self) -> None:
        self.assets: dict[str, Asset] = {}
        self.deliveries: dict[tuple[str, Event], Delivery] = {}

    def add(self, asset: Asset) -> None:
        if asset.id in self.assets:
            raise AlreadyExistsError(asset.id)
        self.assets[asset.id] = asset

    def save(self, asset: Asset) -> None:
        stored = self.assets.get(asset.id)
        if (stored.version if stored else 0) != asset.version - 1:
            raise ConflictError(asset.id)
        self.assets[asset.id] = asset

    def get(self, asset_id: str) -> Asset:
        if asset_id not in self.assets:
            raise NotFoundError(asset_id)
        return self.assets[asset_id]

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Asset]:
        return {each: self.assets[each] for each in ids if each in self.assets}

    def add_many(self, assets: Sequence[Asset]) -> frozenset[str]:
        taken = set()
        for asset in assets:
            try:
                self.add(asset)
            except AlreadyExistsError:
                taken.add(asset.id)
        return frozenset(taken)

    def history(self, asset_id: str) -> AssetHistory:
        begun = {event: self.deliveries[key] for event in Event if (key := (asset_id, event)) in self.deliveries}
        return AssetHistory(self.get(asset_id), begun)

    def save_delivery(self, delivery: Delivery, owner: str) -> None:
        key = (delivery.asset_id, delivery.event)
        stored = self.deliveries.get(key)
        if (stored.version if stored else 0) != delivery.version - 1:
            raise ConflictError(delivery.webhook_id)
        self.deliveries[key] = delivery

    def troubled(self, owner: str, state: Trouble | None, limit: int, position: str | None) -> DeliveryPage:
        own = (each for each in self.deliveries.values() if self.assets[each.asset_id].owner == owner)
        shown = [each for each in own if each.is_in_trouble and (state is None or state.value == each.state.value)]
        places = {keys.troubled_delivery(each, owner)["listed_sk"]: each for each in shown}
        return self.troubled_page(places, limit, position)

    def troubled_page(self, places: Mapping[str, Delivery], limit: int, position: str | None) -> DeliveryPage:
        shown, next_position = places_beyond(places, limit, position)
        deliveries = (places[place] for place in shown)
        urls = ((each, self.get(each.asset_id).url_for(each.event)) for each in deliveries)
        return DeliveryPage(tuple(urls), next_position)

    def withdraw(self, asset: Asset) -> None:
        if self.assets.get(asset.id) == asset and asset.state is State.QUEUED:
            del self.assets[asset.id]

    def created(self, owner: str, state: State, since: int, until: int, limit: int, position: str | None) -> AssetPage:
        wanted = [each for each in self.assets.values() if each.owner == owner and each.state is state]
        return self._page([each for each in wanted if since <= each.created_at <= until], limit, position)

    def page(self, owner: str, state: State | None, limit: int, position: str | None) -> AssetPage:
        wanted = [each for each in self.assets.values() if each.owner == owner and state in (None, each.state)]
        return self._page(wanted, limit, position)

    def _page(self, assets: Sequence[Asset], limit: int, position: str | None) -> AssetPage:
        own = {keys.listed_asset(asset)["listed_sk"]: asset for asset in assets}
        shown, next_position = places_beyond(own, limit, position)
        return AssetPage(tuple(own[key] for key in shown), next_position)


def places_beyond(places: Iterable[str], limit: int, position: str | None) -> tuple[list[str], str | None]:
    """The highest places below the position, and where to go on."""
    beyond = sorted((each for each in places if position is None or each < position), reverse=True)
    return beyond[:limit], beyond[limit - 1] if len(beyond) > limit else None


class MemoryValidationQueue:
    def __init__(self) -> None:
        self.messages: list[str] = []
        self.tenants: list[str] = []

    def send(self, asset: Asset) -> None:
        self.send_many([asset.id], asset.owner)

    def send_many(self, ids: Sequence[str], tenant: str) -> None:
        self.messages += ids
        self.tenants += [tenant] * len(ids)


class MemoryNotificationQueue:
    def __init__(self) -> None:
        self.messages: list[tuple[str, Event]] = []
        self.seen: list[Asset | None] = []
        self.tenants: list[str] = []
        self.delays: list[float] = []

    def send(self, asset: Asset, event: Event, delay: float = 0, *, is_news: bool = False) -> None:
        self.messages.append((asset.id, event))
        self.seen.append(asset if is_news else None)
        self.tenants.append(asset.owner)
        self.delays.append(delay)


class MemorySources:
    """Files by their path, the same for every location."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def read(self, source: Source, kind: DataType) -> bytes:
        if source.path not in self.files:
            raise UnreachableError(source.path)
        content = self.files[source.path]
        if len(content) > kind.limits.max_bytes:
            raise TooLargeError(source.path)
        return content


class MemoryMedia:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, sha256: str, content: bytes, kind: DataType) -> None:
        self.objects[sha256] = content


class MemoryWebhooks:
    """Receivers that answer what `answers` says for their URL, one answer a call, and 204 when it has no more."""

    def __init__(self, answers: Mapping[str, list[Outcome]] | None = None) -> None:
        self.answers = {url: list(outcomes) for url, outcomes in (answers or {}).items()}
        self.calls: list[tuple[str, str, bytes]] = []

    def post(self, url: str, webhook_id: str, body: bytes, now: int, secrets: Sequence[str]) -> Outcome:
        self.calls.append((url, webhook_id, body))
        waiting = self.answers.get(url)
        return waiting.pop(0) if waiting else Outcome(Verdict.DELIVERED, "answered 204", 204)
