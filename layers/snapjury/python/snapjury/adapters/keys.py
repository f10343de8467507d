"""Every key of the `core` table and its indexes: spelled here and nowhere else (see docs/access-patterns.md)."""

import zlib

from snapjury.rules.asset import Asset, Event, State

ASSET_SHARDS = 4
"""Partitions that one owner's asset list is spread over, since a single one takes at most 1,000 writes a second."""

ASSET_SORT_KEY = "ASSET"
DELIVERY_PREFIX = "DELIVERY#"
DELIVERY_ORDER = {Event.START: 1, Event.SUCCESS: 2, Event.FAILURE: 2}


def asset_partition(asset_id: str) -> str:
    return f"ASSET#{asset_id}"


def asset_key(asset_id: str) -> dict[str, str]:
    return {"pk": asset_partition(asset_id), "sk": ASSET_SORT_KEY}


def delivery_key(asset_id: str, event: Event) -> dict[str, str]:
    return {"pk": asset_partition(asset_id), "sk": f"{DELIVERY_PREFIX}{DELIVERY_ORDER[event]}#{event}"}


def by_state_key(asset: Asset) -> dict[str, str]:
    shard = zlib.crc32(asset.id.encode()) % ASSET_SHARDS
    return {
        "by_state_pk": by_state_partition(asset.owner, shard),
        "by_state_sk": f"{state_prefix(asset.state)}{asset.created_at:013d}#{asset.id}",
    }


def by_state_partition(owner: str, shard: int) -> str:
    return f"ASSETS#{owner}#{shard}"


def state_prefix(state: State) -> str:
    return f"{state}#"
