"""What an image may be at most: the promise that is made to those who look at it later."""

from msgspec import Struct


class ImageLimits(Struct, frozen=True):
    """Pixels per side (0 lifts that limit), bytes, pixels in all, and scans."""

    max_side: int = 1000
    max_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 100_000_000
    max_scans: int = 100
