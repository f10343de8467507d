"""WebP files."""

import struct

from tests.images import encoded, jpeg, picture

DAMAGED = ["is damaged"]


def webp(width: int = 64, height: int = 48, mode: str = "RGB", **save_options: object) -> bytes:
    return encoded(picture(width, height, mode), "WEBP", **save_options)


def claiming(size: int, file: bytes) -> bytes:
    """The file with another size in its first chunk's header."""
    return file[:4] + struct.pack("<I", size) + file[8:]


def with_canvas(width: int, file: bytes) -> bytes:
    """An extended file with another width in its header."""
    return file[:24] + struct.pack("<I", width - 1)[:3] + file[27:]


EXTENDED = webp(mode="RGBA", exif=b"Exif\0\0 nonsense", icc_profile=b"nonsense")
ANIMATED = webp(save_all=True, append_images=[picture(64, 48).rotate(180)])


def good() -> dict[str, bytes]:
    return {
        "lossy": webp(),
        "lossless": webp(lossless=True),
        "extended, with a profile that is none": EXTENDED,
        "as large as may be": webp(1000, 1000),
        "one pixel": webp(1, 1),
        "padding behind the end": webp() + bytes(4096),
    }


def bad() -> dict[str, tuple[bytes, list[str]]]:
    lossy, lossless = webp(), webp(lossless=True)
    too_wide = "width is greater than 1000px"
    return {
        "empty": (b"", ["is not an image"]),
        "sound": (b"RIFF\x24\0\0\0WAVEfmt ", ["is not an image"]),
        "JPEG": (jpeg(1200, 40), ["is not a webp", too_wide]),
        "too wide": (webp(1001, 8), [too_wide]),
        "too wide and truncated": (webp(1001, 8)[:-9], [too_wide, "is damaged"]),
        "canvas of 16 million pixels a side": (
            with_canvas(1 << 24, EXTENDED)[:27] + b"\xff\xff\xff" + EXTENDED[30:],
            [too_wide, "height is greater than 1000px", "has more than 100 megapixels"],
        ),
        "canvas larger than the picture": (with_canvas(80, EXTENDED), DAMAGED),
        "unknown kind": (claiming(8, b"RIFF....WEBPJUNK"), DAMAGED),
        "only headers": (EXTENDED[:30], DAMAGED),
        "lossy, a byte too few": (lossy[:-1], DAMAGED),
        "lossless, a byte too few": (lossless[:-1], DAMAGED),
        "claims two bytes more": (claiming(len(lossy) - 6, lossy), DAMAGED),
        "claims two bytes less": (claiming(len(lossy) - 10, lossy), DAMAGED),
        "claims nothing": (claiming(0, lossy), DAMAGED),
        "claims four gigabytes": (claiming(2**32 - 1, lossy), DAMAGED),
        "data that does not decode": (lossless[:30] + b"\xff" * (len(lossless) - 30), DAMAGED),
        "animated": (ANIMATED, ["is animated"]),
        "animated, though its header says not": (ANIMATED[:20] + b"\0" + ANIMATED[21:], DAMAGED),
        "21 MB": (lossy + bytes(21 * 1024 * 1024), ["is larger than 20 MB"]),
    }
