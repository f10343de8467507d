"""Assets in the `core` table. Nothing here decides anything; conditions only close races."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from snapjury.adapters import keys
from snapjury.adapters.lists import ListPage, list_page
from snapjury.adapters.table import Key, Table, from_item, key_of, to_item
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError
from snapjury.rules.asset import Asset, State
from snapjury.rules.delivery import Delivery, Trouble
from snapjury.services.ports import AssetHistory, AssetPage, DeliveryPage

WRITERS = 8
"""Assets that are stored at once; the client has more connections than that."""

IS_UNTOUCHED = "version = :read AND #state = :queued"
"""Closes the race of a withdrawal against a consumer that has begun to work on the asset."""


class DynamoAssets:
    """Assets and deliveries: one item each, those of one asset in one partition."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, asset: Asset) -> None:
        self._table.add(to_item(asset, keys.asset_key(asset.id), keys.listed_asset(asset)))

    def save(self, asset: Asset) -> None:
        attributes = (keys.asset_key(asset.id), keys.listed_asset(asset), keys.ended_asset(asset))
        self._table.put(to_item(asset, *attributes), asset.version)

    def save_delivery(self, delivery: Delivery, owner: str) -> None:
        attributes = (keys.delivery_key(delivery.asset_id, delivery.event), keys.troubled_delivery(delivery, owner))
        self._table.put(to_item(delivery, *attributes), delivery.version)

    def get(self, asset_id: str) -> Asset:
        return self._table.get(keys.asset_key(asset_id), Asset)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Asset]:
        return self._table.get_many([keys.asset_key(each) for each in ids], Asset, lambda asset: asset.id)

    def add_many(self, assets: Sequence[Asset]) -> frozenset[str]:
        """Store new assets, several at once, since a batch write knows no conditions; the ids that are taken."""
        with ThreadPoolExecutor(WRITERS) as pool:
            stored = list(pool.map(self._is_added, assets))
        return frozenset(asset.id for asset, is_added in zip(assets, stored, strict=True) if not is_added)

    def _is_added(self, asset: Asset) -> bool:
        try:
            self.add(asset)
        except AlreadyExistsError:
            return False
        return True

    def history(self, asset_id: str) -> AssetHistory:
        items = list(
            self._table.query(
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": keys.asset_partition(asset_id)}},
            )
        )
        asset = next((item for item in items if item["sk"]["S"] == keys.ASSET_SORT_KEY), None)
        if asset is None:
            raise NotFoundError(asset_id)
        deliveries = [from_item(item, Delivery) for item in items if item["sk"]["S"].startswith(keys.DELIVERY_PREFIX)]
        return AssetHistory(from_item(asset, Asset), {each.event: each for each in deliveries})

    def withdraw(self, asset: Asset) -> None:
        try:
            self._table.call(
                "delete_item",
                Key=key_of(keys.asset_key(asset.id)),
                ConditionExpression=IS_UNTOUCHED,
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":read": {"N": str(asset.version)},
                    ":queued": {"S": State.QUEUED},
                },
            )
        except ConflictError:
            return

    def page(self, owner: str, state: State | None, limit: int, position: str | None) -> AssetPage:
        prefix = keys.prefix_of(state) if state else ""
        listed = self._listed(owner, prefix=prefix, limit=limit, position=position)
        return AssetPage(tuple(each for each in listed.assets if state in (None, each.state)), listed.next_position)

    def created(self, owner: str, state: State, since: int, until: int, limit: int, position: str | None) -> AssetPage:
        between = (keys.created_in_state(state, since), keys.created_in_state(state, until) + "~")
        return self._listed(owner, between=between, limit=limit, position=position)

    def troubled(self, owner: str, state: Trouble | None, limit: int, position: str | None) -> DeliveryPage:
        found = list_page(
            self._table,
            keys.LISTED,
            partial(keys.own_troubled_partition, owner),
            keys.LIST_SHARDS,
            prefix=keys.prefix_of(state) if state else "",
            limit=limit,
            position=position,
        )
        return troubled_page(self._table, found, state)

    def _listed(self, owner: str, **which: Any) -> AssetPage:
        partition = partial(keys.listed_assets_partition, owner)
        found = list_page(self._table, keys.LISTED, partition, keys.LIST_SHARDS, **which)
        assets = self._table.get_many(found.keys, Asset, lambda asset: keys.asset_partition(asset.id))
        return AssetPage(tuple(assets[key["pk"]] for key in found.keys if key["pk"] in assets), found.next_position)


def troubled_page(table: Table, found: ListPage, state: Trouble | None) -> DeliveryPage:
    """The deliveries of a list's page that are in trouble still, and in this state if one is given."""
    stored = table.get_many(found.keys, Delivery, lambda each: name_of(keys.delivery_key(each.asset_id, each.event)))
    listed = (stored[name_of(key)] for key in found.keys if name_of(key) in stored)
    troubled = [each for each in listed if each.is_in_trouble and (state is None or state.value == each.state.value)]
    ids = sorted({each.asset_id for each in troubled})
    assets = table.get_many([keys.asset_key(each) for each in ids], Asset, lambda asset: asset.id)
    urls = ((each, assets[each.asset_id].url_for(each.event)) for each in troubled if each.asset_id in assets)
    return DeliveryPage(tuple(urls), found.next_position)


def name_of(key: Key) -> str:
    return f"{key['pk']} {key['sk']}"
