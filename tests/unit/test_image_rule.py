import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapjury.rules.types.image.about import ImageLimits
from snapjury.rules.types.image.rule import inspect
from snapjury.rules.types.inspection import Inspection, larger_than_message
from tests.images import (
    EOI,
    encoded,
    huge_header,
    jpeg,
    jpeg_without_eoi,
    mpo,
    picture,
    png,
    scan_bomb,
    segment,
    truncated_jpeg,
    with_frame,
    with_segment,
)
from tests.pace import in_steps

DAMAGED = ("is damaged",)
ANY_SIDE = ImageLimits(max_side=0)


def test_a_jpeg_within_the_limits_is_accepted_with_its_size() -> None:
    inspection = inspect(jpeg(640, 480))

    assert inspection == Inspection((), 640, 480)
    assert inspection.ok


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(jpeg(mode="L"), id="grayscale"),
        pytest.param(jpeg(mode="CMYK"), id="CMYK"),
        pytest.param(jpeg(progressive=True), id="progressive"),
        pytest.param(jpeg(mode="CMYK", progressive=True), id="progressive CMYK"),
        pytest.param(jpeg(restart_marker_blocks=1), id="restart markers"),
        pytest.param(jpeg(1, 1), id="one pixel"),
        pytest.param(mpo(), id="two pictures from a phone"),
        pytest.param(jpeg() + b"\0" * 4096, id="padding behind the end"),
        pytest.param(with_segment(0xE2, b"MPF\0 not an index", jpeg()), id="broken index of pictures"),
        pytest.param(with_segment(0xE1, b"Exif\0\0 not TIFF", jpeg()), id="broken Exif"),
        pytest.param(with_segment(0xEE, b"Adobe", jpeg()), id="short Adobe marker"),
        pytest.param(jpeg().replace(b"\xff\xc4", b"\xff\xfe"), id="default Huffman tables left out"),
        pytest.param(b"\xff\xd8\xff\xff\xff" + jpeg()[2:], id="fill bytes before a marker"),
        pytest.param(jpeg()[:20] + b"??" + jpeg()[20:], id="stray bytes between segments"),
    ],
)
def test_what_cameras_and_editors_write_is_accepted(photo: bytes) -> None:
    assert inspect(photo).errors == ()


def test_a_side_may_be_as_long_as_the_limit() -> None:
    assert inspect(jpeg(1000, 8)).ok
    assert inspect(jpeg(1001, 8)).errors == ("width is greater than 1000px",)
    assert inspect(jpeg(8, 1001)).errors == ("height is greater than 1000px",)


def test_a_limit_of_zero_lifts_the_limit_of_the_sides() -> None:
    assert inspect(jpeg(1400, 1200), ANY_SIDE).ok


def test_the_messages_name_the_limits_that_were_set() -> None:
    limits = ImageLimits(max_side=50, max_bytes=1024 * 1024, max_pixels=2_000_000, max_scans=5)
    poster = jpeg(2000, 1500, progressive=True) + b"\0" * 1024 * 1024

    assert inspect(poster, limits).errors == (
        "width is greater than 50px",
        "height is greater than 50px",
        "is larger than 1 MB",
        "has more than 2 megapixels",
        "has more than 5 scans",
    )


def test_all_broken_rules_of_a_png_are_reported_in_order() -> None:
    assert inspect(png(2000, 2000)) == Inspection(
        ("is not a jpeg", "width is greater than 1000px", "height is greater than 1000px"), 2000, 2000
    )


def test_a_header_that_claims_65500_pixels_a_side_is_refused_without_decoding() -> None:
    bomb = huge_header(65_500, 65_500)

    assert inspect(bomb).errors == (
        "width is greater than 1000px",
        "height is greater than 1000px",
        "has more than 100 megapixels",
    )
    assert inspect(bomb, ANY_SIDE).errors == ("has more than 100 megapixels",)


def test_three_thousand_scans_in_a_small_file_are_refused_in_a_moment() -> None:
    bomb = scan_bomb(3000)

    assert inspect(bomb).errors == ("has more than 100 scans",)
    assert len(bomb) < 60_000
    assert in_steps(lambda: inspect(bomb)) < 1_000_000  # decoding it takes some forty million


def test_metadata_that_piles_up_does_not_slow_the_decision_down() -> None:
    image = jpeg()
    exif = segment(0xE1, b"Exif\0\0" + b"x" * 1990) * 9_900

    file = image[:2] + exif + image[2:]

    assert inspect(file).ok
    assert in_steps(lambda: inspect(file)) < len(file)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(truncated_jpeg(), id="truncated"),
        pytest.param(jpeg(progressive=True)[:600], id="truncated progressive"),
        pytest.param(jpeg_without_eoi(), id="end marker missing"),
        pytest.param(jpeg()[:-1], id="last byte missing"),
        pytest.param(b"\xff\xd8\xff" + b"lorem ipsum " * 50, id="only the first bytes of a jpeg"),
        pytest.param(b"\xff\xd8" + EOI, id="start and end, nothing between"),
        pytest.param(with_frame(jpeg(), height=0), id="no height"),
        pytest.param(jpeg().replace(b"\xff\xdb", b"\xff\xfe"), id="no quantization tables"),
    ],
)
def test_what_a_browser_does_not_show_whole_is_damaged(broken: bytes) -> None:
    assert inspect(broken).errors == DAMAGED


def test_a_truncated_jpeg_that_is_too_wide_breaks_both_rules() -> None:
    poster = jpeg(1600, 900)

    assert inspect(poster[: len(poster) // 2]) == Inspection(("width is greater than 1000px", "is damaged"), 1600, 900)


def test_an_encoding_that_browsers_do_not_show_has_its_own_message_and_the_size() -> None:
    medical = with_frame(jpeg(1200, 900), precision=12)

    assert inspect(medical) == Inspection(
        ("width is greater than 1000px", "uses a jpeg encoding that browsers do not show"), 1200, 900
    )


def test_a_file_over_the_limit_is_called_larger_and_not_damaged_as_its_reader_stops_early() -> None:
    limits = ImageLimits(max_bytes=300)
    image = jpeg()
    cut_in_the_scan, cut_in_the_header = image[:700], image[:2] + segment(0xFE, b"x" * 400) + image[2:]

    assert inspect(cut_in_the_scan, limits) == Inspection((larger_than_message(300),), 64, 48)
    assert inspect(cut_in_the_header[:301], limits) == Inspection((larger_than_message(300),), None, None)


def test_twenty_megabytes_is_the_default_limit() -> None:
    largest = jpeg() + b"\0" * (20 * 1024 * 1024 - len(jpeg()))

    assert inspect(largest).ok
    assert inspect(largest + b"\0").errors == ("is larger than 20 MB",)
    assert larger_than_message(ImageLimits().max_bytes) == "is larger than 20 MB"


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\xff\xd8", b"not an image", b"%PDF-1.7", b"%!PS-Adobe-3.0", b"BMW sells cars", bytes(200)]
)
def test_what_no_format_is_known_by_is_only_not_an_image(data: bytes) -> None:
    assert inspect(data) == Inspection(("is not an image",), None, None)


@pytest.mark.parametrize("file_format", ["PNG", "GIF", "BMP", "DIB+BMP", "WEBP", "TIFF", "JPEG2000", "AVIF"])
def test_an_image_of_another_format_is_measured(file_format: str) -> None:
    if file_format == "DIB+BMP":
        old_header = struct.pack("<IHHHH", 12, 1200, 40, 1, 24)
        data = b"BM" + struct.pack("<IHHI", 26, 0, 0, 26) + old_header
    else:
        data = encoded(picture(1200, 40), file_format)

    assert inspect(data) == Inspection(("is not a jpeg", "width is greater than 1000px"), 1200, 40)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encoded(picture(32, 24), "WEBP", lossless=True), id="lossless WebP"),
        pytest.param(encoded(picture(32, 24).convert("RGBA"), "WEBP", exif=b"Exif\0\0"), id="extended WebP"),
        pytest.param(encoded(picture(32, 24), "ICO", sizes=[(16, 12), (32, 24)]), id="ICO"),
        pytest.param(encoded(picture(32, 24), "TIFF", big_tiff=False), id="TIFF"),
        pytest.param(b"MM\0*" + struct.pack(">IHHHIHHHHII", 8, 2, 256, 3, 1, 32, 0, 257, 4, 1, 24), id="Motorola TIFF"),
        pytest.param(b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 3, 24, 32, 8, 3), id="PSD"),
        pytest.param(
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
            + b"\0\0\0\x14ispe"
            + struct.pack(">III", 0, 16, 12)
            + b"\0\0\0\x14ispe"
            + struct.pack(">III", 0, 32, 24),
            id="HEIC with a thumbnail",
        ),
    ],
)
def test_the_largest_picture_in_a_file_of_another_format_counts(data: bytes) -> None:
    assert inspect(data) == Inspection(("is not a jpeg",), 32, 24)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n", id="PNG of nothing"),
        pytest.param(b"RIFF\0\0\0\0WEBPJUNK", id="WebP of an unknown kind"),
        pytest.param(b"II*\0\x08\0\0\0\0\0", id="TIFF without entries"),
        pytest.param(b"\0\0\0\x0cjP  \r\n\x87\n", id="JPEG 2000 without a header"),
        pytest.param(b"\0\0\0\x18ftypheic", id="HEIC without a size"),
        pytest.param(b"\0\0\0\x0cJXL \r\n\x87\n", id="JPEG XL"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="SVG"),
        pytest.param(b'\xef\xbb\xbf <?xml version="1.0"?>\n<!-- a logo -->\n<svg width="9"/>', id="SVG in XML"),
    ],
)
def test_an_image_of_unknown_size_is_not_a_jpeg(data: bytes) -> None:
    assert inspect(data) == Inspection(("is not a jpeg",), None, None)


@pytest.mark.parametrize("make", [jpeg, png, mpo, lambda: jpeg(progressive=True)])
def test_no_prefix_of_a_file_raises_and_only_the_whole_jpeg_is_accepted(make: Callable[[], bytes]) -> None:
    whole = make()

    accepted = [length for length in range(len(whole) + 1) if inspect(whole[:length]).ok]

    first_end = whole.index(EOI) + 2 if EOI in whole else len(whole) + 1
    assert accepted == list(range(first_end, len(whole) + 1))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"II*\0", b"BM", b"RIFF\0\0\0\0WEBPVP8X"]))
def test_no_bytes_raise(noise: bytes, start: bytes) -> None:
    inspect(start + noise)


PHOTOS = [jpeg(), jpeg(progressive=True), jpeg(mode="CMYK"), jpeg(restart_marker_blocks=2), mpo(), png()]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PHOTOS), st.integers(0, 2000), st.integers(0, 20), st.binary(max_size=8))
def test_no_mutation_of_a_file_raises(photo: bytes, position: int, removed: int, inserted: bytes) -> None:
    position %= len(photo)

    inspect(photo[:position] + inserted + photo[position + removed :])
