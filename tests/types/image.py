"""JPEG files; `tests/unit/test_image_rule.py` and `test_jpeg.py` have more."""

from tests.images import (
    encoded,
    huge_header,
    jpeg,
    jpeg_without_eoi,
    mpo,
    picture,
    png,
    scan_bomb,
    truncated_jpeg,
    with_frame,
)


def good() -> dict[str, bytes]:
    return {
        "as large as may be": jpeg(1000, 1000),
        "progressive": jpeg(progressive=True),
        "two pictures from a phone": mpo(),
        "padding behind the end": jpeg() + b"\0" * 4096,
    }


def bad() -> dict[str, tuple[bytes, list[str]]]:
    return {
        "empty": (b"", ["is not an image"]),
        "PNG": (png(2000, 20), ["is not a jpeg", "width is greater than 1000px"]),
        "GIF": (encoded(picture(20, 10), "GIF"), ["is not a jpeg"]),
        "too wide": (jpeg(1001, 8), ["width is greater than 1000px"]),
        "3,000 scans": (scan_bomb(3000), ["has more than 100 scans"]),
        "header of 65,500 pixels": (
            huge_header(),
            ["width is greater than 1000px", "height is greater than 1000px", "has more than 100 megapixels"],
        ),
        "12 bits": (with_frame(jpeg(), precision=12), ["uses a jpeg encoding that browsers do not show"]),
        "truncated": (truncated_jpeg(), ["is damaged"]),
        "no end marker": (jpeg_without_eoi(), ["is damaged"]),
        "20 MB of FF": (b"\xff\xd8\xff" + b"\xff" * (20 * 1024 * 1024 - 3), ["is damaged"]),
        "21 MB": (jpeg() + bytes(21 * 1024 * 1024), ["is larger than 20 MB"]),
    }
