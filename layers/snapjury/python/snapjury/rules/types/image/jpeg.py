"""What a JPEG's markers say about it, read without decoding a pixel.

The walk goes from marker to marker as libjpeg does, because a browser and Pillow both decode with it: bytes between
segments are passed over, a segment ends where its length says, and a scan's data runs to the next marker.

A file is whole if the walk arrives at the end marker (EOI). Chromium does not show one that lacks it, even by a
single byte, and does show one with anything behind it; Pillow forgives a missing EOI when a last segment claims more
bytes than there are. In a whole progressive file every component also has a first scan of its DC coefficients. Without
one libjpeg only warns and paints grey, while Chromium waits for it and shows nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xff\xd8\xff"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SHOWN_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
PROGRESSIVE = 0xC2
EOI, SOS, DRI = 0xD9, 0xDA, 0xDD
METADATA = frozenset(range(0xE0, 0xF0)) | {0xFE}
FIRST_KNOWN_MARKER = 0xC0

# A 20 MB file has a few hundred; millions of empty ones would make the walk itself the attack.
MAX_SEGMENTS = 10_000

# FF 00 is a data byte, FF FF is fill, and TEM and the restart markers have no content.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")


class NotAJpegError(ValueError):
    """The first three bytes are not `FF D8 FF`."""


class NoFrameError(ValueError):
    """No complete frame header (SOF) with a size was found, so there is no picture."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker and its content; `start` is the marker's place in the file, `end` is just behind the content."""

    marker: int
    start: int
    end: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """The first frame header."""

    marker: int
    precision: int
    width: int
    height: int
    components: tuple[int, ...]

    @property
    def is_shown_by_browsers(self) -> bool:
        """Whether the coding is one that browsers decode: Huffman DCT with 8 bits and 1, 3 or 4 components."""
        return self.marker in SHOWN_FRAMES and self.precision == 8 and len(self.components) in (1, 3, 4)


@dataclass(frozen=True, slots=True)
class JpegStructure:
    """A JPEG's frame, its scans (counted to one past the limit), and whether the file is whole."""

    frame: Frame
    scans: int
    is_whole: bool


def read_structure(data: bytes, max_scans: int) -> JpegStructure:
    """Read a JPEG's structure; raise `NotAJpegError` or `NoFrameError` if there is none to read.

    Past `max_scans` the walk stops, and `is_whole` is not known (False).
    """
    if not data.startswith(SIGNATURE):
        raise NotAJpegError
    frame: Frame | None = None
    scans = 0
    is_ended = False
    with_dc: set[int] = set()
    for segment in _segments(data):
        if segment.marker in FRAMES and frame is None:
            frame = _frame(segment)
        elif segment.marker == SOS:
            scans += 1
            with_dc |= _components_with_dc(segment.content)
        is_ended = segment.marker == EOI
        if scans > max_scans:
            break
    if frame is None:
        raise NoFrameError
    has_all_dc = frame.marker != PROGRESSIVE or with_dc.issuperset(frame.components)
    return JpegStructure(frame, scans, is_ended and scans > 0 and has_all_dc)


def without_metadata(data: bytes) -> bytes:
    """Return a JPEG whose header has only what its pixels need: no application segments, comments or stray bytes.

    Metadata does not decide whether a picture can be shown, but reading it can fail or take long.
    """
    kept = [data[:2]]
    for segment in _segments(data):
        if segment.marker == SOS:
            return b"".join([*kept, data[segment.start :]])
        if segment.marker not in METADATA:
            kept.append(data[segment.start : segment.end])
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[Segment]:
    """Yield the segments up to and with EOI, or up to the first that is cut off, unknown or one too many."""
    position = 2
    restarts = in_scan = False
    for _ in range(MAX_SEGMENTS):
        match = _MARKER.search(data, position)
        if match is None:
            return
        marker, position = match.group(1)[0], match.end()
        if marker < FIRST_KNOWN_MARKER and restarts and in_scan:
            continue  # damage that a decoder skips on its way to the next restart marker
        if marker < FIRST_KNOWN_MARKER:
            return
        if marker == EOI:
            yield Segment(marker, match.start(), position, b"")
            return
        length = max(2, int.from_bytes(data[position : position + 2], "big"))
        content, position = data[position + 2 : position + length], position + length
        if position > len(data):
            return
        yield Segment(marker, match.start(), position, content)
        in_scan = marker == SOS
        restarts = any(content) if marker == DRI else restarts


def _frame(segment: Segment) -> Frame:
    """Parse a frame header: precision, height, width, then three bytes for each component, its id first."""
    content = segment.content
    width, height = int.from_bytes(content[3:5], "big"), int.from_bytes(content[1:3], "big")
    if len(content) < 6 or not width or not height:
        raise NoFrameError
    return Frame(segment.marker, content[0], width, height, tuple(content[6 : 6 + 3 * content[5] : 3]))


def _components_with_dc(header: bytes) -> set[int]:
    """Return the ids of the components whose DC coefficients a scan is the first to carry, from the scan's header.

    The header has the number of components, two bytes for each, its id first, and the spectral and bit ranges:
    a first DC scan starts at coefficient 0 and refines nothing.
    """
    count = header[0] if header else 0
    components, ranges = header[1 : 1 + 2 * count : 2], header[1 + 2 * count :]
    is_first_dc = len(ranges) == 3 and ranges[0] == 0 and ranges[2] >> 4 == 0
    return set(components) if is_first_dc else set()
