"""Which WebP images are accepted: those within the limits that a labeller's browser shows whole."""

from io import BytesIO

from PIL.WebPImagePlugin import WebPImageFile

from snapjury.rules.types.data_type import PictureLimits
from snapjury.rules.types.formats import Size, size_of
from snapjury.rules.types.inspection import DAMAGED, Inspection
from snapjury.rules.types.pictures import ANIMATED, inspect_other, limit_errors
from snapjury.rules.types.webp.about import LIMITS, WEBP_SIGNATURE

NOT_A_WEBP = "is not a webp"
ANIMATION_BIT = 0x02


def inspect(data: bytes, limits: PictureLimits = LIMITS) -> Inspection:
    """Judge a WebP by all the rules; it is decoded only if it breaks no other."""
    if not WEBP_SIGNATURE.match(data):
        return inspect_other(data, NOT_A_WEBP, limits)
    size = size_of(data)
    errors = limit_errors(data, size, limits)
    if data[12:16] == b"VP8X" and data[20:21] and data[20] & ANIMATION_BIT:
        errors.append(ANIMATED)
    if len(data) <= limits.max_bytes and not (size and _is_there(data) and (errors or _decodes(data, size))):
        errors.append(DAMAGED)
    return Inspection(tuple(errors), *(size or ()))


def _is_there(data: bytes) -> bool:
    """Whether the file has the bytes that its first chunk (RIFF) says it has; more may follow."""
    return 8 + int.from_bytes(data[4:8], "little") <= len(data)


def _decodes(data: bytes, size: Size) -> bool:
    """Whether Pillow, with the decoder that browsers use too, decodes it at the size that was judged."""
    try:
        with WebPImageFile(BytesIO(data)) as image:
            if image.size != size:
                return False
            image.load()
    except Exception:  # Pillow's errors over damaged bytes are not of one family
        return False
    return True
