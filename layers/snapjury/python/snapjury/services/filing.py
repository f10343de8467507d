"""How an accepted picture becomes a snapshot: to be judged, or as a duplicate of the first of its bytes."""

import contextlib
from collections.abc import Callable
from random import Random

from msgspec import Struct

from snapjury.errors import AlreadyExistsError, NotFoundError
from snapjury.rules.asset import Asset
from snapjury.rules.duplicates import as_duplicate, list_duplicate, unlist_duplicate
from snapjury.rules.snapshot import Snapshot, file_snapshot
from snapjury.services.changes import change_stored
from snapjury.services.drawing import random_place
from snapjury.services.ports import Assets, Snapshots

LISTING_ATTEMPTS = 50
"""How often a duplicate is listed anew after others came first: an import may bring hundreds of one picture at once."""


class FilingPorts(Struct, frozen=True):
    assets: Assets
    snapshots: Snapshots
    chance: Random


def file_picture(asset: Asset, ports: FilingPorts) -> None:
    """Store the snapshot that the asset becomes, if any; one that was removed before that, as removed."""
    snapshot = file_snapshot(asset, random_place(ports.chance))
    if snapshot is None:
        return
    first = ports.snapshots.claim_picture(snapshot)
    if first != snapshot.id:
        snapshot = as_duplicate(snapshot, first)
        if snapshot.removed_at is None:
            list_with_first(snapshot, ports)
    try:
        ports.snapshots.add(snapshot)
    except AlreadyExistsError:  # filed before, and maybe judged since
        if snapshot.duplicate_of is not None and ports.snapshots.get(snapshot.id).removed_at is not None:
            unlist_with_first(snapshot, ports)


def list_with_first(duplicate: Snapshot, ports: FilingPorts) -> None:
    """List the duplicate with the first snapshot of its bytes, which is filed here if it is not yet.

    Whoever validates that one may have died before filing it, and duplicates shall not wait for its message.
    """
    try:
        change_first(duplicate, list_duplicate, ports)
    except NotFoundError:
        file_picture(ports.assets.get(duplicate.duplicate_of or ""), ports)
        change_first(duplicate, list_duplicate, ports)


def unlist_with_first(duplicate: Snapshot, ports: FilingPorts) -> None:
    """Take the duplicate off the list of the first snapshot of its bytes: one that is not filed yet lists nobody."""
    with contextlib.suppress(NotFoundError):
        change_first(duplicate, unlist_duplicate, ports)


def change_first(duplicate: Snapshot, change: Callable[[Snapshot, str], Snapshot], ports: FilingPorts) -> None:
    first = duplicate.duplicate_of or duplicate.id
    change_stored(ports.snapshots, first, lambda stored: change(stored, duplicate.id), LISTING_ATTEMPTS)
