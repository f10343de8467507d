import json
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.errors import BadManifestError, BadRowError
from snapjury.rules.asset import Location, Source
from snapjury.rules.manifest import (
    MAX_LINE_BYTES,
    OTHER,
    Format,
    Line,
    Place,
    Row,
    columns_of,
    guess_format,
    read_lines,
    row_of,
)

EVERYWHERE = tuple(Location)
CHIPS = "00815099021634"
CHIPS_URL = "s3://shelves/chips.jpg"
CHIPS_ROW = Row(1, CHIPS, Source(Location.S3, CHIPS_URL))


def json_row(**fields: Any) -> Row:
    content = json.dumps({name.replace("_", "-"): value for name, value in fields.items()}).encode()
    return row_of(Line(1, content), Format.JSONL, (), EVERYWHERE)


def csv_row(text: str, columns: tuple[str, ...] = ("product", "source-ref")) -> Row:
    return row_of(Line(1, text.encode()), Format.CSV, columns, EVERYWHERE)


def contents(content: bytes, step: int = 1 << 20, limit: int = 1000) -> list[bytes]:
    """The lines of a manifest that is read in pieces of so many bytes, and in slices of so many lines."""
    place, found = Place(), []
    while place.offset < len(content):
        piece = content[place.offset : place.offset + step]
        lines, place = read_lines(place, piece, place.offset + step >= len(content), limit)
        assert [line.number for line in lines] == list(range(len(found) + 1, len(found) + len(lines) + 1))
        found += [line.content for line in lines]
    assert place.line == len(found)
    return found


# ---- lines


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"one", [b"one"]),
        (b"one\n", [b"one\n"]),
        (b"one\ntwo", [b"one\n", b"two"]),
        (b"one\r\n\r\ntwo\r\n", [b"one\r\n", b"\r\n", b"two\r\n"]),
    ],
)
def test_a_manifest_is_cut_into_lines_whatever_ends_them(content: bytes, lines: list[bytes]) -> None:
    assert contents(content) == lines


@pytest.mark.parametrize("limit", [1, 2, 99])
def test_pieces_and_slices_do_not_change_the_lines(limit: int) -> None:
    lines = [b"x" * length + b"\n" for length in (0, 1, MAX_LINE_BYTES - 2, 30_000, MAX_LINE_BYTES - 1, 3)]

    assert contents(b"".join(lines), MAX_LINE_BYTES + 1, limit) == lines


def test_a_line_that_is_too_long_is_one_line_and_costs_no_memory() -> None:
    huge = b"x" * (5 * MAX_LINE_BYTES)

    first, found, last = contents(b"one\n" + huge + b"\nlast\n", MAX_LINE_BYTES + 1)

    assert (first, last) == (b"one\n", b"last\n")
    assert len(found) == MAX_LINE_BYTES + 1


def test_an_endless_line_at_the_end_is_one_line() -> None:
    assert len(contents(b"x" * (3 * MAX_LINE_BYTES), MAX_LINE_BYTES + 1)) == 1


def test_lines_of_white_space_are_blank_and_so_is_a_byte_order_mark_alone() -> None:
    assert all(Line(1, content).is_blank for content in (b"\n", b" \t\r\n", b"\xef\xbb\xbf\n"))
    assert not Line(1, b"\0\n").is_blank


# ---- formats


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("shelves.csv", b'{"product"', Format.CSV),
        ("shelves.JSONL", b"product,", Format.JSONL),
        ("output.manifest", b"product,", Format.JSONL),
        ("uploads/abc", b'\xef\xbb\xbf\n {"product"', Format.JSONL),
        ("uploads/abc", b"product,source-ref", Format.CSV),
        ("uploads/abc", b"", Format.CSV),
    ],
)
def test_the_format_is_told_by_the_name_or_the_first_character(path: str, content: bytes, expected: Format) -> None:
    assert guess_format(path, content) is expected


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (b"product,source-ref\n", ("product", "source-ref")),
        (b"\xef\xbb\xbfGTIN, Location ,path\r\n", ("gtin", "location", "path")),
        (b'"path","location","product"', ("path", "location", "product")),
        (b"product,shop,source-ref,price,shop", ("product", OTHER, "source-ref", OTHER, OTHER)),
    ],
)
def test_a_header_names_the_columns_in_any_order(header: bytes, columns: tuple[str, ...]) -> None:
    assert columns_of(Line(1, header)) == columns


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"produkt,source-ref", "lacks the column 'product'; it is 'produkt,source-ref'"),
        (b"product;source-ref", "lacks the column 'product'; it is 'product;source-ref'"),
        (b"source-ref", "lacks the column 'product'"),
        (b"product,path", "lacks the column 'source-ref', or the columns 'location' and 'path'; it is 'product,path'"),
        (b"product," + b"price" * 1000, "lacks the column 'source-ref'"),
        (b"product,product,source-ref", "names the column 'product' twice"),
        (b"\xff\xfep\0r\0o\0d\0", "is not UTF-8"),
        (b'product,"source-ref', "is not CSV: unexpected end of data"),
        (b"product\rsource-ref", "is not CSV: new-line character seen in unquoted field"),
        (b"x" * (MAX_LINE_BYTES + 1), "is longer than 65536 bytes"),
    ],
)
def test_a_wrong_header_says_what_would_be_right(header: bytes, message: str) -> None:
    with pytest.raises(BadManifestError) as caught:
        columns_of(Line(1, header))

    assert message in str(caught.value)
    assert len(str(caught.value)) < 300


# ---- rows


def test_a_row_as_sagemaker_writes_it_names_an_s3_object() -> None:
    assert json_row(product=CHIPS, source_ref=CHIPS_URL) == CHIPS_ROW


def test_a_gtin_of_any_length_names_the_same_product() -> None:
    assert json_row(gtin="815099021634", source_ref=CHIPS_URL) == CHIPS_ROW
    assert csv_row(f" 0815099021634 ,{CHIPS_URL}\r\n") == CHIPS_ROW


def test_where_there_is_a_gtin_the_product_may_be_its_name() -> None:
    assert json_row(gtin=CHIPS, product="Tortilla chips", source_ref=CHIPS_URL) == CHIPS_ROW


def test_a_row_may_name_a_location_and_a_path_in_any_language() -> None:
    expected = Row(1, CHIPS, Source(Location.LOCAL, "Regale/Käse, 2 für 1 😀.jpg"))

    assert json_row(product=CHIPS, location="local", path="Regale/Käse, 2 für 1 😀.jpg") == expected
    assert csv_row(f'{CHIPS},local,"Regale/Käse, 2 für 1 😀.jpg"', ("product", "location", "path")) == expected


def test_empty_cells_are_left_out() -> None:
    columns = ("product", "gtin", "source-ref", "location", "path")

    assert csv_row(f"{CHIPS},,{CHIPS_URL},,", columns) == CHIPS_ROW
    assert csv_row(f"{CHIPS},,,local,a.jpg", columns).source == Source(Location.LOCAL, "a.jpg")


def test_a_row_may_say_that_its_picture_is_no_jpeg() -> None:
    columns = columns_of(Line(1, b"Product,Source-Ref,Asset-Type"))

    assert json_row(product=CHIPS, source_ref=CHIPS_URL, asset_type="png") == replace(CHIPS_ROW, type="png")
    assert csv_row(f"{CHIPS},{CHIPS_URL},webp", columns) == replace(CHIPS_ROW, type="webp")
    assert csv_row(f"{CHIPS},{CHIPS_URL},", columns) == CHIPS_ROW
    assert json_row(product=CHIPS, source_ref=CHIPS_URL, asset_type=None) == CHIPS_ROW


def test_what_else_a_row_holds_is_passed_over() -> None:
    labelled = {"snapjury": 1, "snapjury-metadata": {"class-name": "correct", "confidence": 0.98}}
    columns = ("product", OTHER, "source-ref", OTHER)

    assert json_row(product=CHIPS, source_ref=CHIPS_URL, **labelled) == CHIPS_ROW
    assert csv_row(f"{CHIPS},Lidl,{CHIPS_URL},2.49", columns) == CHIPS_ROW


def test_a_byte_order_mark_is_no_part_of_the_first_row() -> None:
    content = b"\xef\xbb\xbf" + json.dumps({"product": CHIPS, "source-ref": CHIPS_URL}).encode()

    assert row_of(Line(1, content), Format.JSONL, (), EVERYWHERE) == CHIPS_ROW
    with pytest.raises(BadRowError, match="is not JSON"):
        row_of(Line(2, content), Format.JSONL, (), EVERYWHERE)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"source_ref": CHIPS_URL}, "must have 'product' or 'gtin'"),
        ({"product": CHIPS, "gtin": "chips", "source_ref": CHIPS_URL}, "gtin must be a GTIN: 8, 12, 13 or 14 digits"),
        (
            {"product": CHIPS, "source_ref": CHIPS_URL, "asset_type": "pdf"},
            "asset-type must be one of: image, png, webp (image is a JPEG)",
        ),
        ({"product": CHIPS}, "must have either 'source-ref', or 'location' and 'path'"),
        ({"product": CHIPS, "path": "a.jpg"}, "must have either 'source-ref', or 'location' and 'path'"),
        (
            {"product": CHIPS, "source_ref": CHIPS_URL, "location": "s3", "path": "a.jpg"},
            "must have either 'source-ref', or 'location' and 'path'",
        ),
        ({"product": "00815099021635", "source_ref": CHIPS_URL}, "product is not a GTIN: its check digit is 5"),
        ({"gtin": "chips", "source_ref": CHIPS_URL}, "gtin must be a GTIN: 8, 12, 13 or 14 digits"),
        ({"product": 815099021634, "source_ref": CHIPS_URL}, "is not a row: Expected `str | null`, got `int`"),
        (
            {"product": CHIPS, "source_ref": "https://shelves/chips.jpg"},
            "source-ref must be a URL like s3://bucket/key",
        ),
        ({"product": CHIPS, "source_ref": "s3://shelves"}, "source-ref must be a URL like s3://bucket/key"),
        ({"product": CHIPS, "location": "ftp", "path": "a.jpg"}, "location 'ftp' is not enabled here; use one of:"),
        ({"product": CHIPS, "location": "local", "path": ""}, "the path must have 1 to 4096 characters"),
        ({"product": CHIPS, "location": "local", "path": "a" * 4097}, "the path must have 1 to 4096 characters"),
    ],
)
def test_a_wrong_row_says_what_is_wrong(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRowError) as caught:
        json_row(**fields)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"chips.jpg", Format.JSONL, "is not JSON"),
        (b'{"product": ', Format.JSONL, "is not JSON"),
        (b'["00815099021634"]', Format.JSONL, "is not a row: Expected `object`, got `array`"),
        (b'{"product": "0081\x005099021634"}', Format.JSONL, "is not JSON"),
        (b'{"product": "\\ud800"}', Format.JSONL, "is not JSON"),
        (b'{"product": "\xe4"}', Format.JSONL, "is not UTF-8"),
        (b"\0\0\0", Format.CSV, "has a NUL character"),
        (b"00815099021634,caf\xe9.jpg", Format.CSV, "is not UTF-8"),
        (b"00815099021634", Format.CSV, "has 1 fields, where the header names 2"),
        (b"00815099021634,s3://a/b,c", Format.CSV, "has 3 fields, where the header names 2"),
        (b'00815099021634,"s3://a/b', Format.CSV, "is not CSV: unexpected end of data"),
        (b"x" * (MAX_LINE_BYTES + 1), Format.CSV, "is longer than 65536 bytes"),
        (b"x" * (MAX_LINE_BYTES + 1), Format.JSONL, "is longer than 65536 bytes"),
    ],
)
def test_what_is_no_row_at_all_says_so(content: bytes, form: Format, message: str) -> None:
    with pytest.raises(BadRowError) as caught:
        row_of(Line(7, content), form, ("product", "source-ref"), EVERYWHERE)

    assert message in str(caught.value)


def test_a_location_that_is_not_enabled_is_refused_also_behind_a_url() -> None:
    line = Line(1, json.dumps({"product": CHIPS, "source-ref": CHIPS_URL}).encode())

    with pytest.raises(BadRowError, match="location 's3' is not enabled here; use one of: local, upload"):
        row_of(line, Format.JSONL, (), (Location.LOCAL, Location.UPLOAD))
