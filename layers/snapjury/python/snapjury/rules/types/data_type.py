"""What there is to know of a type before any file of it is read."""

from msgspec import Struct

MAX_BYTES = 20 * 1024 * 1024


class Limits(Struct, frozen=True):
    """What a file may be at most: its bytes."""

    max_bytes: int = MAX_BYTES


class PictureLimits(Limits, frozen=True):
    """Pixels per side (0 lifts that limit), bytes, and pixels in all."""

    max_side: int = 1000
    max_pixels: int = 100_000_000


class DataType(Struct, frozen=True):
    """A type of asset: its name, in the route and of its folder, and how its accepted files are kept.

    Only what a browser shows as a picture may be shown in place. All else is kept as an attachment, which browsers
    download, so that nothing of a customer's opens as a page at the address of ours.
    """

    name: str
    media_type: str
    extension: str
    limits: Limits
    is_attachment: bool = False
