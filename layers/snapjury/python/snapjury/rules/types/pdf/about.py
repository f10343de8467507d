"""What `POST /assets/pdf` takes, and how it is kept."""

from snapjury.rules.types.data_type import DataType, Limits


class PdfLimits(Limits, frozen=True):
    """Bytes, pages, points (1/72 inch) per side of a page, streams, and bytes that those unpack to."""

    max_pages: int = 500
    max_side: int = 14_400
    max_streams: int = 20_000
    max_unpacked: int = 256 * 1024 * 1024


LIMITS = PdfLimits()
PDF = DataType("pdf", "application/pdf", "pdf", LIMITS, is_attachment=True)
