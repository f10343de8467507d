"""A product that snapshots are filed under."""

from msgspec import Struct


class Product(Struct, frozen=True, omit_defaults=True):
    """`gtin` is a GTIN-14; `reference` is the SHA-256 that the reference image is kept under, if there is one.

    One that was deleted stays known to the snapshots that were on their way to it, and takes no others.
    """

    gtin: str
    name: str
    created_at: int
    version: int
    reference: str | None = None
    deleted: bool = False
