"""CSV files that commands read, row by row, and the files that they write, which must be others.

A row is one line, as in the manifests of imports: a lost quote is then found where it is, and swallows no rows.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from snapjury.cli.terminal import UsageError

SHOWN = 100
"""Characters of a header that lacks a column."""


class BadFileError(UsageError):
    """The file does not hold what it should; the message says where, and what would be right."""


def rows_of(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, by its line."""
    with file.open(newline="", encoding="utf-8-sig") as stream:
        rows = csv.reader(stream, strict=True)
        line = 0
        try:
            for row in rows:
                line += 1
                if rows.line_num > line:
                    raise lost_quote(file, line)
                if row:
                    yield line, row
        except csv.Error as error:
            if rows.line_num > line + 1:
                raise lost_quote(file, line + 1) from error
            raise BadFileError(f"{file}, line {line + 1} is no row of CSV: {error}") from error
        except UnicodeDecodeError as error:
            raise BadFileError(f"{file} is no CSV in UTF-8, which it must be: {error}") from error


def lost_quote(file: Path, line: int) -> BadFileError:
    return BadFileError(
        f"{file}, line {line}: a field in quotes does not end on its line; "
        'a row must be one line, and each " in it must have its pair'
    )


def table_of(file: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[tuple[int, list[str]]]:
    """The fields under these columns, by their line; other columns are passed over, and the order is free.

    Behind them come those of `optional` columns, empty where there is none. Rows without any content are passed over.
    """
    rows = rows_of(file)
    _, names = next(rows, (0, []))
    header = [name.strip().lower() for name in names]
    missing = [name for name in columns if name not in header]
    if missing:
        found = "has" if names else "is empty: it has"
        now = f" is {','.join(names)[:SHOWN]!r}, and" if names else ""
        raise BadFileError(
            f"{file} {found} no column {' and '.join(missing)}; its first line{now} must name {', '.join(columns)}"
        )
    twice = [name for name in (*columns, *optional) if header.count(name) > 1]
    if twice:
        raise BadFileError(f"{file} names the column {twice[0]} twice")
    last = max(header.index(name) for name in columns)
    places = [header.index(name) if name in header else len(header) for name in (*columns, *optional)]
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= last:
            raise BadFileError(f"{file}, line {line}: {len(row)} fields are too few for {', '.join(columns)}")
        yield line, [row[place] if place < len(row) else "" for place in places]


def keep_foreign(file: Path, columns: Sequence[str]) -> None:
    """BadFileError if there is a file with another first line than these columns, which is not ours to write over."""
    if not file.exists() or not file.stat().st_size:
        return
    with file.open(encoding="utf-8", errors="replace") as lines:
        first = lines.readline().rstrip("\r\n")
    if first != ",".join(columns):
        began = f"{file} is there already, and begins with {first[:SHOWN]!r}"
        raise BadFileError(f"{began}: it would be lost; move it away, or write somewhere else")


def keep_apart(read: Iterable[Path | None], written: Iterable[Path]) -> None:
    """BadFileError if a file that is read would be written over, whatever it is called by."""
    sources = [file for file in read if file is not None and file.exists()]
    for target in written:
        for source in sources:
            if target.exists() and target.samefile(source):
                raise BadFileError(f"{target} is the input {source}, which would be lost; write somewhere else")
