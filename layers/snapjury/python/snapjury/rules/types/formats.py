"""Pictures of many formats, known by their first bytes and measured from their headers.

Not by Pillow, whose `open` decodes some formats (ICO) and sets up the decoder of others (WebP, AVIF).
"""

import re
import struct
from collections.abc import Callable
from struct import unpack_from

from snapjury.rules.types.image import jpeg

HEADER_BYTES = 4096

Size = tuple[int, int]


def is_picture(data: bytes) -> bool:
    """Whether these are the first bytes of a known picture format."""
    return _measure_of(data) is not None


def size_of(data: bytes) -> Size | None:
    """Width and height of a picture as its header claims; None if it does not tell, or it is no known picture."""
    measure = _measure_of(data)
    try:
        return measure(data) if measure else None
    except struct.error:  # the header is cut off
        return None


def _measure_of(data: bytes) -> Callable[[bytes], Size | None] | None:
    return next((measure for signature, measure in _FORMATS if signature.match(data)), None)


def _jpeg_size(data: bytes) -> Size | None:
    try:
        frame = jpeg.read_structure(data, max_scans=0).frame
    except jpeg.NoFrameError:
        return None
    return frame.width, frame.height


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
    (re.compile(re.escape(jpeg.SIGNATURE)), _jpeg_size),
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
