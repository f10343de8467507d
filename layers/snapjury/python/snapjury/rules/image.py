"""Which images are accepted: a JPEG within the limits that a labeller's browser shows whole.

Only a JPEG that breaks no other rule is decoded. Every other format is known by its first bytes and measured from its
header here, not by Pillow, whose `open` decodes some formats (ICO) and sets up the decoder of others (WebP, AVIF).
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from struct import unpack_from

from PIL.JpegImagePlugin import JpegImageFile

from snapjury.rules import jpeg
from snapjury.rules.limits import ImageLimits

NOT_AN_IMAGE = "is not an image"
NOT_A_JPEG = "is not a jpeg"
DAMAGED = "is damaged"
NOT_SHOWN_BY_BROWSERS = "uses a jpeg encoding that browsers do not show"

HEADER_BYTES = 4096

Size = tuple[int, int]


DEFAULT_LIMITS = ImageLimits()


@dataclass(frozen=True, slots=True)
class Inspection:
    """The broken rules, in a stable order, and the size that the header claims (None if unknown)."""

    errors: tuple[str, ...]
    width: int | None
    height: int | None

    @property
    def ok(self) -> bool:
        return not self.errors


def larger_than_message(max_bytes: int) -> str:
    """The message for a file over `max_bytes`, for whoever stops reading it early."""
    return f"is larger than {max_bytes / 1024**2:g} MB"


def inspect_image(data: bytes, limits: ImageLimits = DEFAULT_LIMITS) -> Inspection:
    """Judge an image by all the rules; no bytes make it raise.

    A file over `max_bytes` is not called damaged: its reader may have stopped one byte past the limit.
    """
    try:
        structure = jpeg.read_structure(data, limits.max_scans)
    except jpeg.NotAJpegError:
        return _inspect_other_format(data, limits)
    except jpeg.NoFrameError:
        return Inspection(tuple(_limit_errors(data, None, limits) or [DAMAGED]), None, None)

    size = structure.frame.width, structure.frame.height
    errors = _limit_errors(data, size, limits)
    is_walked_through = structure.scans <= limits.max_scans and len(data) <= limits.max_bytes
    if structure.scans > limits.max_scans:
        errors.append(f"has more than {limits.max_scans} scans")
    if not structure.frame.is_shown_by_browsers:
        errors.append(NOT_SHOWN_BY_BROWSERS)
    if is_walked_through and not (structure.is_whole and (errors or _decodes(data, size))):
        errors.append(DAMAGED)
    return Inspection(tuple(errors), *size)


def _inspect_other_format(data: bytes, limits: ImageLimits) -> Inspection:
    measure = next((measure for signature, measure in _FORMATS if signature.match(data)), None)
    if measure is None:
        return Inspection((NOT_AN_IMAGE,), None, None)
    try:
        size = measure(data)
    except struct.error:
        size = None
    width, height = size or (None, None)
    return Inspection((NOT_A_JPEG, *_limit_errors(data, size, limits)), width, height)


def _limit_errors(data: bytes, size: Size | None, limits: ImageLimits) -> list[str]:
    width, height = size or (0, 0)
    max_side = limits.max_side or max(width, height)
    broken = {
        f"width is greater than {max_side}px": width > max_side,
        f"height is greater than {max_side}px": height > max_side,
        larger_than_message(limits.max_bytes): len(data) > limits.max_bytes,
        f"has more than {limits.max_pixels / 1e6:g} megapixels": width * height > limits.max_pixels,
    }
    return [message for message, is_broken in broken.items() if is_broken]


def _decodes(data: bytes, size: Size) -> bool:
    """Whether Pillow decodes the first frame to its last byte, at the size that was judged.

    Opening the file class, not `Image.open`, leaves out the frames that follow in a phone's MPO file, which browsers
    do not read either. Whatever Pillow raises over damaged bytes, and it is not one family, means the same.
    """
    try:
        with JpegImageFile(BytesIO(jpeg.without_metadata(data))) as image:
            if image.size != size:
                return False
            image.load()
    except Exception:
        return False
    return True


def _png_size(data: bytes) -> Size:
    width, height = unpack_from(">II", data, 16)
    return width, height


def _gif_size(data: bytes) -> Size:
    width, height = unpack_from("<HH", data, 6)
    return width, height


def _bmp_size(data: bytes) -> Size:
    is_old_header = unpack_from("<I", data, 14) == (12,)
    width, height = unpack_from("<HH" if is_old_header else "<ii", data, 18)
    return abs(width), abs(height)  # a negative height: stored from the top down


def _psd_size(data: bytes) -> Size:
    height, width = unpack_from(">II", data, 14)
    return width, height


def _ico_size(data: bytes) -> Size:
    """The largest picture of an icon; a side of 0 stands for 256."""
    (count,) = unpack_from("<H", data, 4)
    sides = [unpack_from("BB", data, 6 + 16 * index) for index in range(count)]
    width, height = max((width or 256, height or 256) for width, height in sides)
    return width, height


def _webp_size(data: bytes) -> Size | None:
    match data[12:16]:
        case b"VP8 ":
            width, height = unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            width, width_high, height, height_high = unpack_from("<HBHB", data, 24)
            return (width_high << 16 | width) + 1, (height_high << 16 | height) + 1
    return None


def _tiff_size(data: bytes) -> Size | None:
    """The size in the first directory, whose entries are 12 bytes: tag, type, count, value."""
    order = "<" if data.startswith(b"II") else ">"
    (directory,) = unpack_from(f"{order}I", data, 4)
    (count,) = unpack_from(f"{order}H", data, directory)
    values: dict[int, int] = {}
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind = unpack_from(f"{order}HH", data, entry)
        (values[tag],) = unpack_from(f"{order}{'H' if kind == 3 else 'I'}", data, entry + 8)
    return (values[0x100], values[0x101]) if {0x100, 0x101} <= values.keys() else None


def _jpeg2000_size(data: bytes) -> Size | None:
    box = data.find(b"ihdr", 0, HEADER_BYTES)
    if box < 0:
        return None
    height, width = unpack_from(">II", data, box + 4)
    return width, height


def _heif_size(data: bytes) -> Size | None:
    """The largest of the sizes (`ispe`) in an AVIF or HEIC header; thumbnails and tiles have theirs too."""
    boxes = [box.end() for box in re.finditer(rb"ispe", data[:HEADER_BYTES])]
    width, height = max((unpack_from(">II", data, box + 4) for box in boxes), default=(0, 0))
    return (width, height) if boxes else None


def _unknown_size(data: bytes) -> None:
    return None


_FORMATS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], Size | None]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png_size),
    (re.compile(rb"GIF8[79]a"), _gif_size),
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), _bmp_size),
    (re.compile(rb"8BPS\0\x01"), _psd_size),
    (re.compile(rb"\0\0[\x01\x02]\0[^\0]\0"), _ico_size),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), _webp_size),
    (re.compile(rb"II\*\0|MM\0\*"), _tiff_size),
    (re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n"), _jpeg2000_size),
    (re.compile(rb".{4}ftyp(?:avi[fs]|hei[cxms]|hev[cxms]|mi[af]f|mif1|msf1)", re.DOTALL), _heif_size),
    (re.compile(rb"\0\0\0\x0cJXL \r\n\x87\n|II\+\0|MM\0\+"), _unknown_size),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:svg|(?:\?xml|!DOCTYPE svg|!--).{0,4096}?<svg)\b", re.DOTALL),
        _unknown_size,
    ),
)
