"""A product that snapshots are filed under."""

import unicodedata

from msgspec import Struct

from snapjury.rules.types.image.about import IMAGE

JOINERS = "\u200c\u200d"
"""Not printable by themselves, but words and emoji are written with them."""

BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols, as Unicode has it, that show nothing."""


class Product(Struct, frozen=True, omit_defaults=True):
    """`gtin` is a GTIN-14; the reference image, if there is one, is kept as its type under the SHA-256 `reference`.

    One that was deleted stays known to the snapshots that were on their way to it, and takes no others.
    """

    gtin: str
    name: str
    created_at: int
    version: int
    reference: str | None = None
    reference_type: str = IMAGE.name
    deleted: bool = False


def check_product_name(name: str) -> None:
    """ValueError, with words for the person, if the name is not one to read on a line."""
    for sign in name:
        if not is_printable(sign):
            raise ValueError(f"must be printable text; U+{ord(sign):04X} is not")
    if not any(is_visible(sign) for sign in name):
        raise ValueError("must be printable text with at least one visible character")


def is_printable(sign: str) -> bool:
    return sign.isprintable() or sign in JOINERS or unicodedata.category(sign) == "Zs"


def is_visible(sign: str) -> bool:
    """Whether the sign shows something by itself: a letter, a number, a punctuation mark or a symbol."""
    return unicodedata.category(sign)[0] in "LNPS" and sign not in BLANK_LETTERS
