"""Manifests of imports: JSON Lines or CSV, one image a line, read from any place in the file on.

A row names its product (`gtin`, or else `product`) and its image: by `source-ref`, an s3:// URL as in the manifests of
SageMaker Ground Truth, or by `location` and `path`. `asset-type` says what that is, if it is no JPEG. What else a row
holds is passed over, as labels that others gave. It is one line, so quoted CSV fields cannot hold line breaks: a lost
quote then costs its own row, not all that follow.
"""

import csv
import re
from collections.abc import Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import BadManifestError, BadRowError, LocationNotEnabledError
from snapjury.rules.asset import Location, Source
from snapjury.rules.gtin import normal_gtin
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import PICTURES, PICTURES_IN_WORDS

MAX_LINE_BYTES = 64 * 1024
MAX_PATH_CHARACTERS = 4096
BOM = b"\xef\xbb\xbf"
S3_URL = re.compile(r"s3://[^/]+/.+", re.DOTALL)
COLUMNS = ("product", "gtin", "source-ref", "location", "path", "asset-type")
OTHER = ""
"""What stands for a column that is passed over."""

SHOWN_CHARACTERS = 100
"""Of a header that lacks a column."""


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


ENDINGS = {
    ".csv": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".json": Format.JSONL,
    ".manifest": Format.JSONL,
}


class Line(Struct, frozen=True):
    """A line of the file by its number, from 1 on, with what ends it; of one that is too long only the beginning."""

    number: int
    content: bytes

    @property
    def is_blank(self) -> bool:
        return not self.content.removeprefix(BOM).strip()


class Row(Struct, frozen=True):
    """One picture of a manifest: its line, the GTIN-14 of its product, where it is, and its type."""

    line: int
    product: str
    source: Source
    type: str = IMAGE.name


class Place(Struct, frozen=True, omit_defaults=True):
    """How far a manifest has been read: bytes and lines before here, and the CSV columns once they are known.

    Columns that are passed over are all called OTHER. `is_inside` says that here goes on a line that is too long and
    has been reported as such.
    """

    offset: int = 0
    line: int = 0
    is_inside: bool = False
    columns: tuple[str, ...] = ()


class Fields(Struct, frozen=True):
    """What a row gives that we look at, under the names that it gives them under."""

    product: str | None = None
    gtin: str | None = None
    source_ref: str | None = msgspec.field(name="source-ref", default=None)
    location: str | None = None
    path: str | None = None
    asset_type: str | None = msgspec.field(name="asset-type", default=None)


def guess_format(path: str, content: bytes) -> Format:
    """The format by the name's ending, or else by the first character: a `{` begins JSON Lines."""
    for ending, known in ENDINGS.items():
        if path.lower().endswith(ending):
            return known
    return Format.JSONL if content.removeprefix(BOM).lstrip().startswith(b"{") else Format.CSV


def read_lines(place: Place, content: bytes, is_end: bool, limit: int) -> tuple[tuple[Line, ...], Place]:
    """The next lines, at most `limit`, and the place after them.

    `content` is what comes after `place`: more than MAX_LINE_BYTES unless the file ends with it, so that some of it is
    always read.
    """
    lines: list[Line] = []
    at, is_inside = 0, place.is_inside
    while at < len(content) and len(lines) < limit:
        end = content.find(b"\n", at) + 1
        stop = end or len(content)
        is_torn = not (end or is_end)
        if not is_inside:
            if is_torn and stop - at <= MAX_LINE_BYTES:
                break
            lines.append(Line(place.line + len(lines) + 1, content[at : min(stop, at + MAX_LINE_BYTES + 1)]))
        is_inside = is_torn
        at = stop
    after = replace(place, offset=place.offset + at, line=place.line + len(lines), is_inside=is_inside)
    return tuple(lines), after


def columns_of(line: Line) -> tuple[str, ...]:
    """The columns that a CSV header names, OTHER for those that are passed over.

    BadManifestError says what is wrong with it.
    """
    try:
        names = [cell.strip().lower() for cell in cells_of(line)]
    except BadRowError as error:
        raise BadManifestError(f"its header {error}") from error
    columns = tuple(name if name in COLUMNS else OTHER for name in names)
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    if twice:
        raise BadManifestError(f"its header names the column {twice[0]!r} twice")
    found = f"; it is {','.join(names)[:SHOWN_CHARACTERS]!r}"
    if not {"product", "gtin"} & set(columns):
        raise BadManifestError(f"its header lacks the column 'product'{found}")
    if not ("source-ref" in columns or {"location", "path"} <= set(columns)):
        raise BadManifestError(f"its header lacks the column 'source-ref', or the columns 'location' and 'path'{found}")
    return columns


def row_of(line: Line, form: Format, columns: Sequence[str], enabled: Sequence[Location]) -> Row:
    """The row on this line; BadRowError says what is wrong with it."""
    fields = fields_of_json(line) if form is Format.JSONL else fields_of_csv(line, columns)
    return Row(line.number, product_of(fields), source_of(fields, enabled), type_of(fields))


def fields_of_json(line: Line) -> Fields:
    try:
        return msgspec.json.decode(text_of(line), type=Fields)
    except msgspec.ValidationError as error:
        raise BadRowError(f"is not a row: {error}") from error
    except msgspec.DecodeError as error:
        raise BadRowError(f"is not JSON: {error}") from error


def fields_of_csv(line: Line, columns: Sequence[str]) -> Fields:
    cells = cells_of(line)
    if len(cells) != len(columns):
        raise BadRowError(f"has {len(cells)} fields, where the header names {len(columns)}")
    given = {name: cell for name, cell in zip(columns, cells, strict=True) if cell and name != OTHER}
    return msgspec.convert(given, Fields)


def cells_of(line: Line) -> list[str]:
    text = text_of(line)
    if "\0" in text:
        raise BadRowError("has a NUL character")
    try:
        return next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except csv.Error as error:
        raise BadRowError(f"is not CSV: {str(error).partition(' - ')[0]}") from error


def text_of(line: Line) -> str:
    if len(line.content) > MAX_LINE_BYTES:
        raise BadRowError(f"is longer than {MAX_LINE_BYTES} bytes")
    content = line.content.removeprefix(BOM) if line.number == 1 else line.content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadRowError("is not UTF-8") from error


def product_of(fields: Fields) -> str:
    """The GTIN-14 of the product; where there is a `gtin`, `product` may be its name."""
    name, text = ("gtin", fields.gtin) if fields.gtin is not None else ("product", fields.product)
    if text is None:
        raise BadRowError("must have 'product' or 'gtin'")
    try:
        return normal_gtin(text.strip())
    except ValueError as error:
        raise BadRowError(f"{name} {error}") from error


def type_of(fields: Fields) -> str:
    named = fields.asset_type or IMAGE.name
    if named not in PICTURES:
        raise BadRowError(f"asset-type must be one of: {PICTURES_IN_WORDS}")
    return named


def source_of(fields: Fields, enabled: Sequence[Location]) -> Source:
    by_place = fields.location is not None or fields.path is not None
    if (fields.source_ref is not None) == by_place or (fields.location is None) != (fields.path is None):
        raise BadRowError("must have either 'source-ref', or 'location' and 'path'")
    if fields.source_ref is not None and not S3_URL.fullmatch(fields.source_ref):
        raise BadRowError("source-ref must be a URL like s3://bucket/key")
    location = fields.location or Location.S3
    path = fields.source_ref or fields.path or ""
    if location not in enabled:
        raise BadRowError(str(LocationNotEnabledError(location, tuple(enabled))))
    if not 1 <= len(path) <= MAX_PATH_CHARACTERS:
        raise BadRowError(f"the path must have 1 to {MAX_PATH_CHARACTERS} characters")
    return Source(Location(location), path)
