"""A product that snapshots are filed under."""

from msgspec import Struct


class Product(Struct, frozen=True, omit_defaults=True):
    """`gtin` is a GTIN-14; `reference` is the SHA-256 that the reference image is kept under, if there is one."""

    gtin: str
    name: str
    created_at: int
    version: int
    reference: str | None = None
