"""Exact duplicates: snapshots of one product whose pictures are the same bytes. The first one is judged for all."""

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
    """The first snapshot with this id among its duplicates; as it was if it lists that one, or as many as it may."""
    if duplicate in first.duplicates or len(first.duplicates) >= MOST_LISTED:
        return first
    return replace(first, duplicates=(*first.duplicates, duplicate), version=first.version + 1)
