"""What the rules of all pictures share."""

from snapjury.rules.types.data_type import PictureLimits
from snapjury.rules.types.formats import Size, is_picture, size_of
from snapjury.rules.types.inspection import Inspection, larger_than_message

NOT_AN_IMAGE = "is not an image"
ANIMATED = "is animated"


def inspect_other(data: bytes, not_this: str, limits: PictureLimits) -> Inspection:
    """Judge a file that does not begin like the wanted type, which `not_this` says if it is another picture."""
    if not is_picture(data):
        return Inspection((NOT_AN_IMAGE,))
    size = size_of(data)
    return Inspection((not_this, *limit_errors(data, size, limits)), *(size or ()))


def limit_errors(data: bytes, size: Size | None, limits: PictureLimits) -> list[str]:
    """The limits that a picture breaks by its bytes and, if it is known, its size."""
    width, height = size or (0, 0)
    max_side = limits.max_side or max(width, height)
    broken = {
        f"width is greater than {max_side}px": width > max_side,
        f"height is greater than {max_side}px": height > max_side,
        larger_than_message(limits.max_bytes): len(data) > limits.max_bytes,
        f"has more than {limits.max_pixels / 1e6:g} megapixels": width * height > limits.max_pixels,
    }
    return [message for message, is_broken in broken.items() if is_broken]
