"""Every key of the tables and their indexes: spelled here and nowhere else (see docs/access-patterns.md)."""

import zlib

from snapjury.rules.activity import Ended, ended
from snapjury.rules.api_key import ApiKey
from snapjury.rules.asset import Asset, Event, State
from snapjury.rules.board import Window
from snapjury.rules.delivery import Delivery
from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import ImportJob
from snapjury.rules.product import Product
from snapjury.rules.snapshot import Snapshot

Attributes = dict[str, str]

LISTED = "listed"
BY_PRODUCT = "by_product"
POOL = "pool"
DECIDED = "decided"

LIST_SHARDS = 4
"""Partitions that a long list is spread over, since a single one takes at most 1,000 writes a second."""

POOL_SHARDS = 4
"""Partitions that the snapshots with an open decision are spread over."""

ASSET_SORT_KEY = "ASSET"
DELIVERY_PREFIX = "DELIVERY#"
BAD_ROW_PREFIX = "ERROR#"
DELIVERY_ORDER = {Event.START: 1, Event.SUCCESS: 2, Event.FAILURE: 2}


def shard_of(name: str, shards: int) -> int:
    return zlib.crc32(name.encode()) % shards


def prefix_of(group: str) -> str:
    """How sort keys of a group in a list begin: of a state, a status or an owner."""
    return f"{group}#"


# ---- assets and their deliveries


def asset_partition(asset_id: str) -> str:
    return f"ASSET#{asset_id}"


def asset_key(asset_id: str) -> Attributes:
    return {"pk": asset_partition(asset_id), "sk": ASSET_SORT_KEY}


def delivery_key(asset_id: str, event: Event) -> Attributes:
    return {"pk": asset_partition(asset_id), "sk": f"{DELIVERY_PREFIX}{DELIVERY_ORDER[event]}#{event}"}


def listed_asset(asset: Asset) -> Attributes:
    partition = listed_assets_partition(asset.owner, shard_of(asset.id, LIST_SHARDS))
    return {"listed_pk": partition, "listed_sk": f"{created_in_state(asset.state, asset.created_at)}#{asset.id}"}


def created_in_state(state: State, moment: int) -> str:
    """Where a list has the assets of this state that were created then."""
    return f"{prefix_of(state)}{moment:013d}"


def listed_assets_partition(owner: str, shard: int) -> str:
    return f"ASSETS#{owner}#{shard}"


def ended_asset(asset: Asset) -> Attributes:
    """Where an asset stands that has ended, whoever owns it: by the time of its end, with how long it took."""
    end = ended(asset)
    if end is None:
        return {}
    return {
        "by_product_pk": ended_partition(end.failed, shard_of(asset.id, LIST_SHARDS)),
        "by_product_sk": f"{end.at:013d}#{end.waited}#{end.took}#{asset.id}",
    }


def ended_partition(failed: bool, shard: int) -> str:
    return f"ENDED#{State.FAILED if failed else State.SUCCESS}#{shard}"


def ended_in(sort_key: str, failed: bool) -> Ended:
    """What such a sort key tells of the asset."""
    at, waited, took, _ = sort_key.split("#")
    return Ended(int(at), int(waited), int(took), failed)


def troubled_delivery(delivery: Delivery, owner: str) -> Attributes:
    """Where a delivery in trouble stands, by its last attempt: among all, and by state among its owner's."""
    if not delivery.is_in_trouble:
        return {}
    shard = shard_of(delivery.asset_id, LIST_SHARDS)
    position = f"{delivery.attempts[-1].at:013d}#{delivery.asset_id}#{delivery.event}"
    return {
        "by_product_pk": troubled_partition(shard),
        "by_product_sk": position,
        "listed_pk": own_troubled_partition(owner, shard),
        "listed_sk": f"{prefix_of(delivery.state)}{position}",
    }


def troubled_partition(shard: int) -> str:
    return f"TROUBLED#{shard}"


def own_troubled_partition(owner: str, shard: int) -> str:
    return f"TROUBLED#{owner}#{shard}"


# ---- snapshots


def snapshot_partition(snapshot_id: str) -> str:
    return f"SNAPSHOT#{snapshot_id}"


def snapshot_key(snapshot_id: str) -> Attributes:
    return {"pk": snapshot_partition(snapshot_id), "sk": "SNAPSHOT"}


def picture_key(product: str, image: str) -> Attributes:
    """What the first of several snapshots with the same bytes and product is known by."""
    return {"pk": f"PICTURE#{product}#{image}", "sk": "PICTURE"}


def snapshot_lists(snapshot: Snapshot) -> Attributes:
    """Where lists show the snapshot: among all, and among those of its product."""
    shard = shard_of(snapshot.id, LIST_SHARDS)
    position = status_position(snapshot, snapshot.status)
    return {
        "listed_pk": listed_snapshots_partition(shard),
        "listed_sk": position,
        "by_product_pk": product_snapshots_partition(snapshot.product, shard),
        "by_product_sk": position,
    }


def status_position(snapshot: Snapshot, status: str) -> str:
    """Where lists show the snapshot among those of a status."""
    return f"{prefix_of(status)}{snapshot.created_at:013d}#{snapshot.id}"


def listed_snapshots_partition(shard: int) -> str:
    return f"SNAPSHOTS#{shard}"


def product_snapshots_partition(gtin: str, shard: int) -> str:
    return f"SNAPSHOTS#{gtin}#{shard}"


def pool_key(snapshot: Snapshot) -> Attributes:
    """A random place among the undecided; the index is left in the very write that decides."""
    return {"pool_pk": pool_partition(shard_of(snapshot.id, POOL_SHARDS)), "pool_sk": snapshot.place}


def pool_partition(shard: int) -> str:
    return f"POOL#{shard}"


def gold_key(snapshot: Snapshot) -> Attributes:
    """Where a snapshot with a known answer stands: at a random place of its own, apart from the pool."""
    return {"pool_pk": gold_partition(), "pool_sk": snapshot.gold_place or snapshot.place}


def gold_partition() -> str:
    return "GOLD"


def decided_key(snapshot: Snapshot, decided_at: int, month: str) -> Attributes:
    partition = decided_partition(month, shard_of(snapshot.id, LIST_SHARDS))
    return {"decided_pk": partition, "decided_sk": f"{decided_at:013d}#{snapshot.id}"}


def decided_partition(month: str, shard: int) -> str:
    """`month` is YYYY-MM in UTC."""
    return f"DECIDED#{month}#{shard}"


def answered_key(copy: Snapshot, answered_at: int, month: str) -> Attributes:
    """Where a QA's copy of a snapshot with a known answer stands once there is a vote on it."""
    partition = answered_partition(month, shard_of(copy.id, LIST_SHARDS))
    return {"decided_pk": partition, "decided_sk": f"{answered_at:013d}#{copy.id}"}


def answered_partition(month: str, shard: int) -> str:
    return f"ANSWERED#{month}#{shard}"


# ---- customers


def api_key_key(key_id: str) -> Attributes:
    return {"pk": f"KEY#{key_id}", "sk": "KEY"}


def listed_api_key(key: ApiKey) -> Attributes:
    return {"listed_pk": listed_api_keys_partition(0), "listed_sk": f"{prefix_of(key.owner)}{key.id}"}


def listed_api_keys_partition(_shard: int) -> str:
    return "KEYS"


def signing_secrets_key(owner: str) -> Attributes:
    """What signs a customer's webhooks, in a table that only those who must know it may read."""
    return {"pk": f"SIGNING#{owner}", "sk": "SIGNING"}


# ---- users, products, sessions, jobs


def user_key(name: str) -> Attributes:
    return {"pk": f"USER#{name}", "sk": "USER"}


def listed_user(name: str) -> Attributes:
    return {"listed_pk": listed_users_partition(0), "listed_sk": name}


def listed_users_partition(_shard: int) -> str:
    return "USERS"


def sign_in_key(name: str) -> Attributes:
    """The failed sign-ins under a name, in the sessions table: whether such a user exists or not."""
    return {"pk": f"SIGNIN#{name}", "sk": "SIGNIN"}


def product_partition(gtin: str) -> str:
    return f"PRODUCT#{gtin}"


def product_key(gtin: str) -> Attributes:
    return {"pk": product_partition(gtin), "sk": "PRODUCT"}


def listed_product(product: Product) -> Attributes:
    """Where the list shows the product; the write that deletes it leaves the list."""
    return {} if product.deleted else {"listed_pk": listed_products_partition(0), "listed_sk": product.gtin}


def listed_products_partition(_shard: int) -> str:
    return "PRODUCTS"


def session_key(session_id: str) -> Attributes:
    return {"pk": f"SESSION#{session_id}", "sk": "SESSION"}


def desk_key(qa: str) -> Attributes:
    return {"pk": f"DESK#{qa}", "sk": "DESK"}


def import_partition(import_id: str) -> str:
    return f"IMPORT#{import_id}"


def import_key(import_id: str) -> Attributes:
    return {"pk": import_partition(import_id), "sk": "IMPORT"}


def bad_row_key(import_id: str, row: int) -> Attributes:
    return {"pk": import_partition(import_id), "sk": f"{BAD_ROW_PREFIX}{row:09d}"}


def export_key(export_id: str) -> Attributes:
    return {"pk": f"EXPORT#{export_id}", "sk": "EXPORT"}


def listed_job(job: ImportJob | ExportJob) -> Attributes:
    """Where the list of imports or of exports shows the job: its place stays, so progress leaves the index alone."""
    partition = listed_imports_partition if isinstance(job, ImportJob) else listed_exports_partition
    return {"listed_pk": partition(0), "listed_sk": f"{job.created_at:013d}#{job.id}"}


def listed_imports_partition(_shard: int) -> str:
    return "IMPORTS"


def listed_exports_partition(_shard: int) -> str:
    return "EXPORTS"


# ---- leaderboards

CHUNK_PREFIX = "CHUNK#"


def board_partition(window: Window) -> str:
    return f"BOARD#{window}"


def board_key(window: Window) -> Attributes:
    """What says which chunks are the leaderboard."""
    return {"pk": board_partition(window), "sk": "CURRENT"}


def chunk_key(window: Window, version: int, run: str, number: int) -> Attributes:
    """A piece of the rows, as written by one of the runs that tried to store this version."""
    return {"pk": board_partition(window), "sk": f"{run_prefix(version, run)}{number:03d}"}


def run_prefix(version: int, run: str) -> str:
    return f"{version_prefix(version)}{run}#"


def version_prefix(version: int) -> str:
    return f"{CHUNK_PREFIX}{version:09d}#"
