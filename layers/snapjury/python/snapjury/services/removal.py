"""Taking snapshots out that were submitted by mistake: nobody is shown them from then on, no new export has them.

An asset that was removed says so first, so that whoever validates it meanwhile files it as removed; then its snapshot
does. What was stored of it stays: others may have submitted the same bytes.
"""

from functools import partial

from snapjury.errors import ConflictError, NotFoundError, TemporaryFaultError
from snapjury.rules.api_key import Access
from snapjury.rules.asset import Asset, State, remove_asset
from snapjury.rules.duplicates import remove_snapshot
from snapjury.services.assets import asset_seen_by
from snapjury.services.changes import change_stored
from snapjury.services.filing import FilingPorts, file_picture, unlist_with_first


def remove_submitted(snapshot_id: str, access: Access, ports: FilingPorts, now: int) -> Asset:
    """The picture of a product, removed; one that was removed before stays as it is.

    NotFoundError if none was submitted under this id, or by somebody else.
    """
    asset = asset_seen_by(access, snapshot_id, ports.assets)
    if asset.product is None:
        raise NotFoundError(snapshot_id)
    return take_out(asset.id, ports, now)


def take_out(asset_id: str, ports: FilingPorts, now: int) -> Asset:
    """The asset as removed, and so is its snapshot if it has become one. Safe to repeat after a crash at any point."""
    try:
        asset = change_stored(ports.assets, asset_id, partial(remove_asset, now=now))
        if asset.state is State.SUCCESS:
            take_out_snapshot(asset, ports, now)
        return asset
    except ConflictError as error:
        raise TemporaryFaultError("snapshot: others kept coming first") from error


def take_out_snapshot(asset: Asset, ports: FilingPorts, now: int) -> None:
    change = partial(remove_snapshot, now=now)
    try:
        removed = change_stored(ports.snapshots, asset.id, change)
    except NotFoundError:  # accepted a moment ago: whoever validated it would file it as it was
        file_picture(asset, ports)
        removed = change_stored(ports.snapshots, asset.id, change)
    if removed.duplicate_of is not None:
        unlist_with_first(removed, ports)
