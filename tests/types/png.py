"""PNG files, put together chunk by chunk."""

import struct
import zlib
from functools import cache

from tests.images import encoded, jpeg, picture

WIDTH, HEIGHT = 16, 8
ROWS = b"".join(b"\0" + bytes(x * y % 256 for x in range(3 * WIDTH)) for y in range(HEIGHT))
DATA = zlib.compress(ROWS)
END = b"\0\0\0\0IEND\xaeB`\x82"
DAMAGED = ["is damaged"]


def chunk(kind: bytes, content: bytes, crc: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def header(width: int = WIDTH, height: int = HEIGHT, depth: int = 8, colours: int = 2, interlacing: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlacing))


def png(*chunks: bytes, end: bytes = END) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + end


def data(rows: bytes = ROWS) -> bytes:
    return chunk(b"IDAT", zlib.compress(rows))


@cache
def bomb() -> bytes:
    """What unpacks to 100 MB."""
    return zlib.compress(bytes(100_000_000), 1)


PALETTE = chunk(b"PLTE", bytes(range(12)))
INDEXES = data((b"\0" + bytes([0, 1, 2, 3] * 4)) * HEIGHT)
ANIMATED = encoded(picture(16, 16), "PNG", save_all=True, append_images=[picture(16, 16).rotate(90)])


def good() -> dict[str, bytes]:
    modes = {f"mode {mode}": encoded(picture(33, 17).convert(mode), "PNG") for mode in ("1", "L", "LA", "P", "RGBA")}
    return modes | {
        "as large as may be": encoded(picture(1000, 1000), "PNG"),
        "one pixel": png(header(1, 1, 1, 0), data(b"\0\x80")),
        "16 bits": png(header(2, 1, 16, 6), data(b"\0" + bytes(16))),
        "interlaced": png(
            header(5, 5, 8, 0, 1), data(b"\0\0" * 2 + b"\0\0\0" + b"\0\0\0" * 2 + b"\0\0\0\0" * 3 + b"\0" * 12)
        ),
        "palette": png(header(colours=3), PALETTE, INDEXES),
        "data in two chunks": png(header(), chunk(b"IDAT", DATA[:9]), chunk(b"IDAT", DATA[9:])),
        "more rows than the header says": png(header(), data(ROWS * 2)),
        "no checksum of the rows": png(header(), chunk(b"IDAT", DATA[:-4])),
        "note with a wrong checksum": png(header(), chunk(b"tEXt", b"a\0b", 1), data()),
        "profile that is none": png(header(), chunk(b"iCCP", b"nonsense"), data()),
        "compressed note of 100 MB": png(header(), chunk(b"zTXt", b"a\0\0" + bomb()), data()),
        "compressed profile of 100 MB": png(header(), chunk(b"iCCP", b"a\0\0" + bomb()), data()),
        "rows of 100 MB for one pixel": png(header(1, 1, 1, 0), chunk(b"IDAT", bomb())),
        "padding behind the end": png(header(), data()) + bytes(4096),
    }


def bad() -> dict[str, tuple[bytes, list[str]]]:
    whole = encoded(picture(64, 48), "PNG")
    too_wide = "width is greater than 1000px"
    return {
        "empty": (b"", ["is not an image"]),
        "text": (b"Dear customer", ["is not an image"]),
        "JPEG": (jpeg(1200, 40), ["is not a png", too_wide]),
        "only a signature": (png(end=b""), DAMAGED),
        "too wide": (encoded(picture(1001, 8), "PNG"), [too_wide]),
        "too wide and truncated": (encoded(picture(1001, 8), "PNG")[:-40], [too_wide, "is damaged"]),
        "header of 2,000,000,000 pixels": (
            png(header(2_000_000_000, 2_000_000_000), data()),
            [too_wide, "height is greater than 1000px", "has more than 100 megapixels"],
        ),
        "no width": (png(header(0), data()), DAMAGED),
        "3 bits": (png(header(depth=3), data()), DAMAGED),
        "unknown colours": (png(header(colours=5), data()), DAMAGED),
        "header with a wrong checksum": (png(b"\0\0\0\rIHDR" + bytes(17), data()), DAMAGED),
        "header not first": (png(chunk(b"tEXt", b"a\0b"), header(), data()), DAMAGED),
        "two headers": (png(header(), header(), data()), DAMAGED),
        "no data": (png(header()), DAMAGED),
        "data in two places": (
            png(header(), chunk(b"IDAT", DATA[:9]), chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", DATA[9:])),
            DAMAGED,
        ),
        "data with a wrong checksum": (png(header(), chunk(b"IDAT", DATA, 1)), DAMAGED),
        "rows with a wrong checksum": (png(header(), chunk(b"IDAT", DATA[:-4] + b"oops")), DAMAGED),
        "rows that do not unpack": (png(header(), chunk(b"IDAT", b"nonsense")), DAMAGED),
        "a byte too few": (png(header(), data(ROWS[:-1])), DAMAGED),
        "an interlaced byte too few": (png(header(5, 5, 8, 0, 1), data(bytes(34))), DAMAGED),
        "unknown filter": (png(header(), data(b"\5" + ROWS[1:])), DAMAGED),
        "unknown filter in the last pass": (png(header(1, 2, 8, 0, 1), data(b"\0\0\5\0")), DAMAGED),
        "no palette": (png(header(colours=3), INDEXES), DAMAGED),
        "palette behind the data": (png(header(colours=3), INDEXES, PALETTE), DAMAGED),
        "two palettes": (png(header(colours=3), PALETTE, PALETTE, INDEXES), DAMAGED),
        "unknown chunk that is needed": (png(header(), chunk(b"NEED", b""), data()), DAMAGED),
        "no end": (png(header(), data(), end=b""), DAMAGED),
        "chunk longer than the file": (png(header(), struct.pack(">I", 2**31) + b"tEXt"), DAMAGED),
        "truncated": (whole[: len(whole) * 2 // 3], DAMAGED),
        "animated": (ANIMATED, ["is animated"]),
        "20 MB of empty chunks": (png(header(), chunk(b"tEXt", b"") * 1_700_000, data()), DAMAGED),
        "21 MB": (png(header(), data()) + bytes(21 * 1024 * 1024), ["is larger than 20 MB"]),
    }
