"""A PNG's chunks, and what its compressed rows unpack to (PNG, third edition).

A chunk is a length, a type of four letters, content, and a CRC-32 of type and content. A picture is whole if its chunks
are in order up to the end chunk, and the one zlib stream in its IDAT chunks unpacks to every row. All of that is found
out here with zlib alone: no picture is built, and no other chunk is unpacked.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from struct import Struct

from snapjury.rules.types.png.about import PNG_SIGNATURE

HEADER, PALETTE, DATA, END, ANIMATION = b"IHDR", b"PLTE", b"IDAT", b"IEND", b"acTL"

# A 20 MB file written in the usual 8 kB chunks has some 2,500; millions of empty ones would make the walk the attack.
MAX_CHUNKS = 20_000

FIRST_ANCILLARY = ord("a")
"""A type in a small letter: a decoder that does not know it, or finds it damaged, passes over it."""

MAX_FILTER = 4
PALETTE_COLOURS = 3
SAMPLES = {0: 1, 2: 3, PALETTE_COLOURS: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type: grey, RGB, palette index, and the first two with alpha."""

DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), PALETTE_COLOURS: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bits of a sample that a colour type may have."""

WHOLE_PICTURE = ((0, 0, 1, 1),)
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of an interlaced picture: first column and row, and the steps from one to the next."""

_PREFIX = Struct(">I4s")
_HEADER = Struct(">IIBBBBB")
_CRC_BYTES = 4


@dataclass(frozen=True, slots=True)
class Header:
    width: int
    height: int
    depth: int
    colours: int
    is_interlaced: bool

    @property
    def passes(self) -> Iterator[tuple[int, int]]:
        """The rows of each pass, and the bytes of one: its filter's number, then the pixels in whole bytes."""
        for column, row, column_step, row_step in ADAM7 if self.is_interlaced else WHOLE_PICTURE:
            columns = -(-(self.width - column) // column_step)
            rows = -(-(self.height - row) // row_step)
            if columns > 0 and rows > 0:
                yield rows, 1 + (columns * self.depth * SAMPLES[self.colours] + 7) // 8


@dataclass(frozen=True, slots=True)
class Chunks:
    """The types of a PNG's chunks up to the end chunk or the first broken one, and the content of all IDAT."""

    types: tuple[bytes, ...]
    data: bytes

    @property
    def before_data(self) -> tuple[bytes, ...]:
        return self.types[: self.types.index(DATA)] if DATA in self.types else self.types

    @property
    def is_animated(self) -> bool:
        return ANIMATION in self.before_data

    def are_whole(self, header: Header) -> bool:
        """Whether all that the picture needs is there, at its place, the data in one piece, and nothing unknown."""
        needed = [each for each in self.types if each[0] < FIRST_ANCILLARY]
        pieces = [kind for kind, _ in groupby(self.types) if kind == DATA]
        return (
            set(needed) <= {HEADER, PALETTE, DATA, END}
            and needed.count(HEADER) == len(pieces) == needed.count(END) == 1
            and needed.count(PALETTE) <= 1
            and (header.colours != PALETTE_COLOURS or PALETTE in self.before_data)
        )


def read_header(data: bytes) -> Header | None:
    """The header chunk, which must come first; None if it does not, or says what no picture can be."""
    first = next(_chunks(data), None)
    if first is None or first[0] != HEADER or len(first[1]) != _HEADER.size:
        return None
    width, height, depth, colours, compression, filtering, interlacing = _HEADER.unpack(first[1])
    is_known = depth in DEPTHS.get(colours, ()) and compression == 0 and filtering == 0 and interlacing in (0, 1)
    if not (is_known and width and height):
        return None
    return Header(width, height, depth, colours, interlacing == 1)


def read_chunks(data: bytes) -> Chunks:
    types, compressed = [], []
    for kind, content in _chunks(data):
        types.append(kind)
        if kind == DATA:
            compressed.append(content)
    return Chunks(tuple(types), b"".join(compressed))


def has_all_rows(compressed: bytes, header: Header) -> bool:
    """Whether the data unpacks to every row of the picture, each with a filter that there is; more is not unpacked."""
    length = sum(rows * row_bytes for rows, row_bytes in header.passes)
    try:
        unpacked = zlib.decompressobj().decompress(compressed, length)
    except zlib.error:
        return False
    if len(unpacked) < length:
        return False
    start = 0
    for rows, row_bytes in header.passes:
        if max(unpacked[start : start + rows * row_bytes : row_bytes]) > MAX_FILTER:
            return False
        start += rows * row_bytes
    return True


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of the chunks up to the end chunk, or up to the first that is cut off or damaged."""
    position = len(PNG_SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if position + _PREFIX.size > len(data):
            return
        length, kind = _PREFIX.unpack_from(data, position)
        if kind == END:
            yield kind, b""
            return
        start, position = position + _PREFIX.size, position + _PREFIX.size + length + _CRC_BYTES
        if position > len(data):
            return
        content = data[start : start + length]
        if kind[0] < FIRST_ANCILLARY and _crc(kind, content) != data[start + length : position]:
            return
        yield kind, content


def _crc(kind: bytes, content: bytes) -> bytes:
    return zlib.crc32(content, zlib.crc32(kind)).to_bytes(_CRC_BYTES, "big")
