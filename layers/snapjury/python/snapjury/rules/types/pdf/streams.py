"""A PDF's streams, found and unpacked without trusting its tables (ISO 32000-2, 7.3.8 and 7.4.4).

PDF engines repair what they can and show the rest, so they accept a file of which a part is gone. Nearly all that a
page shows stands in streams that are compressed (FlateDecode), and those carry a checksum. So each is unpacked here,
piece by piece and kept nowhere: one that does not unpack is damaged, and one that unpacks to far too much is known
before an engine sees it. What an engine itself unpacks when it opens a file are tables, so those may be packed in one
way only, the usual one.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_STREAM = re.compile(rb">>\s*stream(?:\r\n?|\n)")
_END = b"endstream"

_PIECE_BYTES = 1024 * 1024
_ACTIVE_BYTES = 64


def _spelled(name: str) -> str:
    """A pattern of a name, each letter of which may be escaped (`#4A`)."""
    return "/" + "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name)


_FILTER = re.compile(_spelled("Filter").encode())
_FLATE = re.compile(rb"/Filter\s*(?:\[\s*)?/(?:FlateDecode|Fl)\b")
_ONLY_FLATE = re.compile(rb"/Filter\s*(?:/FlateDecode\b|\[\s*/FlateDecode\s*\])")
_OBJECTS = re.compile(_spelled("ObjStm").encode())
_TABLE = re.compile(rf"{_spelled('XRef')}|{_spelled('ObjStm')}".encode())
_ACTIVE = re.compile(
    (
        rf"{_spelled('S')}\s*(?:{_spelled('JavaScript')}|{_spelled('Launch')})\b"
        rf"|{_spelled('Subtype')}\s*{_spelled('RichMedia')}\b"
        rf"|{_spelled('XFA')}\s*[\[<\d]"
    ).encode()
)
"""What makes an object a script, a program to start, a player, or a form that is a program."""


class DamagedStreamError(ValueError):
    """A stream does not unpack to its end, or not to what its checksum says."""


@dataclass(slots=True)
class Streams:
    """What a PDF's streams come to: how many, their bytes when unpacked, and what was found in and around them.

    The first two are counted to just past the limits. There the walk stops, and the others tell what was seen so far.
    """

    count: int = 0
    unpacked: int = 0
    are_whole: bool = True
    have_active_content: bool = False


def read_streams(data: bytes, max_count: int, max_unpacked: int) -> Streams:
    """Walk through the streams of a PDF that is not encrypted, unpacking each that can be."""
    streams = Streams()
    position = 0
    while match := _STREAM.search(data, position):
        streams.count += 1
        before = data[position : match.end()]
        dictionary = before.rpartition(b"obj")[2]
        streams.have_active_content |= is_active(before)
        streams.are_whole &= not _TABLE.search(dictionary) or _is_plainly_packed(dictionary)
        position = data.find(_END, match.end())
        if position < 0:
            streams.are_whole = False
            return streams
        content = data[match.end() : position]
        if _FLATE.search(dictionary) and content.strip():
            _unpack(content, _OBJECTS.search(dictionary) is not None, streams, max_unpacked)
        if streams.count > max_count or streams.unpacked > max_unpacked:
            return streams
    streams.have_active_content |= is_active(data[position:])
    return streams


def is_active(content: bytes) -> bool:
    """Whether an object among these runs scripts or programs."""
    return _ACTIVE.search(content) is not None


def _is_plainly_packed(dictionary: bytes) -> bool:
    return len(_FILTER.findall(dictionary)) == len(_ONLY_FLATE.findall(dictionary)) <= 1


def _unpack(content: bytes, has_objects: bool, streams: Streams, max_unpacked: int) -> None:
    before = b""
    try:
        for piece in _pieces(content):
            streams.unpacked += len(piece)
            if streams.unpacked > max_unpacked:
                return
            if has_objects:
                streams.have_active_content |= is_active(before + piece)
                before = piece[-_ACTIVE_BYTES:]
    except (DamagedStreamError, zlib.error):
        streams.are_whole = False


def _pieces(content: bytes) -> Iterator[bytes]:
    """Yield what a zlib stream unpacks to; DamagedStreamError or zlib.error at its end, or where it is damaged.

    A stream without a checksum at its end, which some programs write and engines show, is whole.
    """
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)  # the stream proper, so that the checksum can be missing
    checksum = 1
    rest = content[2:]
    while not inflater.eof:
        piece = inflater.decompress(rest, _PIECE_BYTES)
        rest = inflater.unconsumed_tail
        if not piece and not inflater.eof:
            raise DamagedStreamError
        checksum = zlib.adler32(piece, checksum)
        yield piece
    written = inflater.unused_data[:4]
    if written.strip() and written != checksum.to_bytes(4, "big"):
        raise DamagedStreamError
