"""Which PDFs are accepted: those within the limits that a labeller's browser shows whole, and that only show.

PDFium, the engine of Chrome, reads the page tree and nothing that a page draws: drawing tells no damage, since engines
leave out what they cannot draw, and takes as long as the file's author likes. So does the tree, if pages are counted
that are not there and its branches meet again, so it is read within bounds that no honest file comes near.
"""

import re
from functools import partial

import pypdfium2.raw as pdfium
from msgspec import Struct

from snapjury.rules.types.bounded import Bounds, within_bounds
from snapjury.rules.types.inspection import DAMAGED, Inspection, larger_than_message
from snapjury.rules.types.pdf.about import LIMITS, PdfLimits
from snapjury.rules.types.pdf.streams import Streams, read_streams

NOT_A_PDF = "is not a pdf"
ENCRYPTED = "is encrypted"
NO_PAGES = "has no pages"
ACTIVE_CONTENT = "contains active content"

HEADER, TRAILER = b"%PDF-", b"%%EOF"
SEARCHED_BYTES = 1024
"""How far from either end of a file PDF's own engines look for its header and trailer."""

_ENCRYPTION = re.compile(rb"/Encrypt\s*(?:\d|<<)")


BOUNDS = Bounds()


class Pages(Struct, frozen=True):
    """How many pages there are, and the longest side of the first ones, in points."""

    count: int
    longest_side: float


def inspect(data: bytes, limits: PdfLimits = LIMITS, bounds: Bounds = BOUNDS) -> Inspection:
    """Judge a PDF by all the rules; PDFium sees it only if its streams are in order."""
    if HEADER not in data[:SEARCHED_BYTES]:
        return Inspection((NOT_A_PDF,))
    if len(data) > limits.max_bytes:
        return Inspection((larger_than_message(limits.max_bytes),))
    if _ENCRYPTION.search(data):
        return Inspection((ENCRYPTED,))
    streams = read_streams(data, limits.max_streams, limits.max_unpacked)
    too_much = _stream_errors(streams, limits)
    pages = None
    if streams.are_whole and not too_much:
        found = within_bounds(partial(_read_pages, data, limits.max_pages), bounds)
        pages = _pages_from(found) if found else None
    errors = [*too_much, *(_page_errors(pages, limits) if pages else ())]
    if streams.have_active_content:
        errors.append(ACTIVE_CONTENT)
    is_whole = streams.are_whole and TRAILER in data[-SEARCHED_BYTES:]
    if not is_whole or not (pages or too_much):
        errors.append(DAMAGED)
    return Inspection(tuple(errors), pages=pages.count if pages else None)


def _stream_errors(streams: Streams, limits: PdfLimits) -> list[str]:
    broken = {
        f"has more than {limits.max_streams} streams": streams.count > limits.max_streams,
        f"unpacks to more than {limits.max_unpacked / 1024**2:g} MB": streams.unpacked > limits.max_unpacked,
    }
    return [message for message, is_broken in broken.items() if is_broken]


def _page_errors(pages: Pages, limits: PdfLimits) -> list[str]:
    broken = {
        NO_PAGES: pages.count == 0,
        f"has more than {limits.max_pages} pages": pages.count > limits.max_pages,
        f"has a page with a side of more than {limits.max_side}pt": pages.longest_side > limits.max_side,
    }
    return [message for message, is_broken in broken.items() if is_broken]


def _read_pages(data: bytes, at_most: int) -> bytes:
    """The pages as PDFium finds them, the first so many measured; nothing if it cannot read the file or one of those.

    The document is not closed: its process ends with it.
    """
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        return b""
    count = pdfium.FPDF_GetPageCount(document)
    size = pdfium.FS_SIZEF()
    longest = 0.0
    for index in range(min(count, at_most)):
        if not pdfium.FPDF_GetPageSizeByIndexF(document, index, size):
            return b""
        longest = max(longest, size.width, size.height)
    return b"%d %r" % (count, longest)


def _pages_from(found: bytes) -> Pages:
    count, longest = found.split()
    return Pages(int(count), float(longest))
