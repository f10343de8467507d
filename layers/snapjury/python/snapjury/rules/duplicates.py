"""Exact duplicates: snapshots of one product whose pictures are the same bytes. The first one is judged for all.

It is judged as long as one of them is there: where it was removed itself, for those that are left.
"""

from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.snapshot import Snapshot

MOST_LISTED = 1000
"""Duplicates that a snapshot lists: each is 20 bytes of an item that every vote writes anew."""


class Picture(Struct, frozen=True):
    """Bytes under a product: its GTIN-14, their SHA-256, and the id of the first snapshot of them."""

    product: str
    image: str
    first: str


def as_duplicate(snapshot: Snapshot, first: str) -> Snapshot:
    """The snapshot as one that is not judged itself."""
    return replace(snapshot, duplicate_of=first)


def list_duplicate(first: Snapshot, duplicate: str) -> Snapshot:
    """The first snapshot with this id among its duplicates, or as one that has more if it lists as many as it may."""
    if duplicate in first.duplicates:
        return first
    if len(first.duplicates) >= MOST_LISTED:
        return first if first.has_more else replace(first, has_more=True, version=first.version + 1)
    return replace(first, duplicates=(*first.duplicates, duplicate), version=first.version + 1)


def unlist_duplicate(first: Snapshot, duplicate: str) -> Snapshot:
    """The first snapshot without this id among its duplicates; as it was if it does not list it.

    One that listed as many as it may is taken to have more for good: nobody counts those that are not listed.
    """
    if duplicate not in first.duplicates:
        return first
    others = tuple(each for each in first.duplicates if each != duplicate)
    has_more = first.has_more or len(first.duplicates) >= MOST_LISTED
    return replace(first, duplicates=others, has_more=has_more, version=first.version + 1)


def holders(judged: Snapshot) -> tuple[str, ...]:
    """The ids that the picture is known by: that of the judged snapshot, and its duplicates, without what was removed.

    Where only duplicates are left that it does not list, its own has to do.
    """
    own = () if judged.removed_at is not None and judged.duplicates else (judged.id,)
    return (*own, *judged.duplicates)


def remove_snapshot(snapshot: Snapshot, now: int) -> Snapshot:
    """The snapshot as removed; as it was if it has been."""
    if snapshot.removed_at is not None:
        return snapshot
    return replace(snapshot, removed_at=now, version=snapshot.version + 1)
