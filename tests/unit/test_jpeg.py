from contextlib import suppress

import pytest

from snapjury.rules.types.image.jpeg import (
    MAX_SEGMENTS,
    NoFrameError,
    NotAJpegError,
    read_structure,
    without_metadata,
)
from tests.images import (
    EOI,
    jpeg,
    jpeg_without_eoi,
    png,
    scan_bomb,
    segment,
    truncated_jpeg,
    with_frame,
    with_segment,
)
from tests.pace import in_steps

MAX_SCANS = 100
COMMENT = 0xFE


def is_whole(data: bytes) -> bool:
    return read_structure(data, MAX_SCANS).is_whole


def test_the_size_is_that_of_the_frame_header() -> None:
    frame = read_structure(jpeg(640, 480), MAX_SCANS).frame

    assert (frame.width, frame.height) == (640, 480)


def test_the_size_is_not_that_of_the_thumbnail_in_the_metadata() -> None:
    photo = with_segment(0xE1, b"Exif\0\0" + jpeg(160, 120), jpeg(640, 480))

    frame = read_structure(photo, MAX_SCANS).frame

    assert (frame.width, frame.height) == (640, 480)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xd8", b"\xff\xd8\x00", png(), b" " + jpeg()])
def test_other_first_bytes_are_not_a_jpeg(data: bytes) -> None:
    with pytest.raises(NotAJpegError):
        read_structure(data, MAX_SCANS)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8" + EOI,
        b"\xff\xd8" + segment(0xC0, b"\x08\x00") + EOI,
        with_frame(jpeg(), width=0),
        with_frame(jpeg(), height=0),
    ],
)
def test_a_jpeg_without_a_frame_of_some_size_has_no_structure(data: bytes) -> None:
    with pytest.raises(NoFrameError):
        read_structure(data, MAX_SCANS)


def test_a_baseline_jpeg_has_one_scan_and_a_progressive_one_ten() -> None:
    assert read_structure(jpeg(), MAX_SCANS).scans == 1
    assert read_structure(jpeg(progressive=True), MAX_SCANS).scans == 10


def test_scans_are_counted_to_one_past_the_limit() -> None:
    assert read_structure(scan_bomb(3000), MAX_SCANS).scans == 101


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_browsers_show_one_three_or_four_components(mode: str, progressive: bool) -> None:
    assert read_structure(jpeg(mode=mode, progressive=progressive), MAX_SCANS).frame.is_shown_by_browsers


@pytest.mark.parametrize(
    ("marker", "coding"), [(0xC3, "lossless"), (0xC5, "differential"), (0xC9, "arithmetic"), (0xCB, "lossless")]
)
def test_browsers_do_not_show_other_codings(marker: int, coding: str) -> None:
    frame = read_structure(with_frame(jpeg(), marker=marker), MAX_SCANS).frame

    assert not frame.is_shown_by_browsers, coding


def test_browsers_do_not_show_twelve_bits() -> None:
    assert not read_structure(with_frame(jpeg(), precision=12), MAX_SCANS).frame.is_shown_by_browsers


def test_browsers_do_not_show_two_components() -> None:
    two_components = segment(0xC0, bytes.fromhex("08 0030 0040 02 011100 021100"))

    assert not read_structure(b"\xff\xd8" + two_components + EOI, MAX_SCANS).frame.is_shown_by_browsers


def test_a_jpeg_is_not_whole_without_its_last_two_bytes() -> None:
    assert is_whole(jpeg())
    assert not is_whole(jpeg()[:-1])
    assert not is_whole(jpeg_without_eoi())
    assert not is_whole(truncated_jpeg())


def test_a_jpeg_is_not_whole_if_its_last_segment_claims_more_bytes_than_there_are() -> None:
    assert not is_whole(jpeg_without_eoi() + b"\xff\xdc\xff\xff" + EOI)


def test_a_jpeg_without_a_scan_is_not_whole() -> None:
    image = jpeg()

    assert not is_whole(image[: image.index(b"\xff\xda")] + EOI)


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(EOI + b"written by a camera that pads its files", id="bytes behind the end"),
        pytest.param(EOI + jpeg(), id="a second picture"),
        pytest.param(b"\xff\xff\xff" + EOI, id="fill bytes before the end"),
        pytest.param(b"stray" + EOI, id="stray bytes before the end"),
        pytest.param(segment(COMMENT, b"shot in Ghent") + EOI, id="a comment before the end"),
    ],
)
def test_a_jpeg_is_whole_whatever_harmless_thing_stands_at_its_end(tail: bytes) -> None:
    assert is_whole(jpeg_without_eoi() + tail)


def test_restart_markers_do_not_end_a_scan() -> None:
    image = jpeg(restart_marker_blocks=1)

    assert b"\xff\xd7" in image
    assert is_whole(image)


def test_an_unknown_marker_in_a_scan_is_skipped_only_where_restart_markers_follow() -> None:
    without_restarts, with_restarts = jpeg(), jpeg(restart_marker_blocks=2)

    assert is_whole(with_restarts.replace(b"\xff\xd0", b"\xff\x3b\xff\xd0", 1))
    assert not is_whole(without_restarts.removesuffix(EOI) + b"\xff\x3b" + EOI)


def test_a_progressive_jpeg_whose_first_scan_is_lost_is_not_whole() -> None:
    image = jpeg(progressive=True)
    first = image.index(b"\xff\xda")
    second = image.index(b"\xff\xda", first + 1)

    assert is_whole(image)
    assert not is_whole(image[:first] + image[second:])


def test_a_segment_of_a_length_below_two_is_passed_over() -> None:
    image = jpeg()

    assert is_whole(image[:2] + b"\xff\xfe\x00\x00" + image[2:])


def test_the_pixels_part_of_a_header_has_no_metadata() -> None:
    image = with_segment(COMMENT, b"shot in Ghent", with_segment(0xE1, b"Exif\0\0 Canon", jpeg()))

    bare = without_metadata(image)

    assert b"Ghent" not in bare
    assert b"Canon" not in bare
    assert b"JFIF" not in bare
    assert is_whole(bare)
    assert read_structure(bare, MAX_SCANS).frame == read_structure(image, MAX_SCANS).frame


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 20_000_000, id="fill bytes"),
        pytest.param(jpeg_without_eoi() + b"\xff\x00" * 10_000_000 + EOI, id="stuffed bytes"),
        pytest.param(jpeg_without_eoi() + b"\xff\xd0" * 10_000_000 + EOI, id="restart markers"),
        pytest.param(jpeg()[:2] + segment(COMMENT) * 5_000_000 + jpeg()[2:], id="empty comments"),
        pytest.param(jpeg(restart_marker_blocks=2)[:-2] + b"\xff\x02" * 10_000_000, id="unknown markers"),
        pytest.param(scan_bomb(200_000), id="scans"),
    ],
)
def test_twenty_hostile_megabytes_take_less_than_a_loop_over_each_byte(hostile: bytes) -> None:
    def read() -> None:
        with suppress(NoFrameError):
            read_structure(hostile, MAX_SCANS)

    assert in_steps(read) < len(hostile)


def test_more_segments_than_any_file_has_are_not_followed() -> None:
    image = jpeg()
    comments = segment(COMMENT) * (MAX_SEGMENTS - 50)

    assert is_whole(image[:2] + comments + image[2:])
    assert not is_whole(image.removesuffix(EOI) + comments + segment(COMMENT) * 50 + EOI)
