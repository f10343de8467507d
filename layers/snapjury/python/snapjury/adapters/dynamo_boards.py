"""Leaderboards in the `core` table: rows in chunks, and an item that says which chunks they are, written last.

A chunk belongs to one run, which tried to store one version, so that no two runs write the same. What is neither of the
stored version nor of the one before is deleted after the next version is stored: readers may still be at the latter.
"""

import secrets
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from snapjury.adapters import keys
from snapjury.adapters.table import Table, to_item
from snapjury.errors import ConflictError, NotFoundError, TemporaryFaultError
from snapjury.rules.board import Board, Row, Window
from snapjury.services.ports import Scoring

CHUNK_BYTES = 200_000
"""Bytes of rows in a chunk: as text in an item, of which DynamoDB takes 400 kB, a third more."""

READS = 3
"""How often a reader begins again whose chunks were replaced twice meanwhile."""


class Mark(Struct, frozen=True):
    """As much of the stored leaderboard as is understood whatever its form."""

    version: int
    run: str
    until: int
    took: int


class Current(Mark, frozen=True):
    """The stored leaderboard: its rows are in so many chunks of this version and run."""

    chunks: int
    board: Board


class Chunk(Struct, frozen=True):
    number: int
    rows: bytes


class DynamoBoards:
    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, window: Window, known: Board | None = None) -> Board | None:
        for _ in range(READS):
            try:
                current = self._table.get(keys.board_key(window), Current)
            except (NotFoundError, msgspec.ValidationError):
                return None
            if known is not None and known.until == current.until:
                return known
            rows = self._rows(window, current)
            if rows is not None:
                return replace(current.board, rows=rows)
        raise TemporaryFaultError("leaderboard: it kept being replaced")

    def scored(self, window: Window) -> Scoring | None:
        mark = self._mark(window)
        return Scoring(mark.until, mark.took) if mark else None

    def save(self, board: Board) -> None:
        before = self._mark(board.window)
        if before is not None and before.until >= board.until:
            raise ConflictError(board.window)
        version, run = (before.version if before else 0) + 1, secrets.token_hex(4)
        chunks = list(packed(board.rows))
        for number, rows in enumerate(chunks):
            self._table.write(to_item(Chunk(number, rows), keys.chunk_key(board.window, version, run, number)))
        current = Current(version, run, board.until, board.took, len(chunks), replace(board, rows=()))
        self._table.put(to_item(current, keys.board_key(board.window)), version)
        self._clear(board.window, current, before)

    def _mark(self, window: Window) -> Mark | None:
        try:
            return self._table.get(keys.board_key(window), Mark)
        except NotFoundError:
            return None

    def _rows(self, window: Window, current: Current) -> tuple[Row, ...] | None:
        """The rows; None if they are not all there any more."""
        wanted = [keys.chunk_key(window, current.version, current.run, number) for number in range(current.chunks)]
        found = self._table.get_many(wanted, Chunk, lambda chunk: str(chunk.number))
        if len(found) < current.chunks:
            return None
        pieces = (found[str(number)].rows for number in range(current.chunks))
        return tuple(row for piece in pieces for row in msgspec.msgpack.decode(piece, type=tuple[Row, ...]))

    def _clear(self, window: Window, current: Mark, before: Mark | None) -> None:
        """Delete older chunks, and those of runs that did not get to store this version: not those of later ones."""
        kept = tuple(keys.run_prefix(each.version, each.run) for each in (current, before) if each)
        stored = self._table.query(
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": keys.board_partition(window)},
                ":first": {"S": keys.CHUNK_PREFIX},
                ":last": {"S": keys.version_prefix(current.version) + "~"},
            },
            ProjectionExpression="pk, sk",
        )
        for item in stored:
            if not item["sk"]["S"].startswith(kept):
                self._table.delete({name: value["S"] for name, value in item.items()})


def packed(rows: Sequence[Row]) -> Iterator[bytes]:
    """The rows in chunks that each fit into an item."""
    piece: list[msgspec.Raw] = []
    size = 0
    for row in rows:
        encoded = msgspec.msgpack.encode(row)
        if piece and size + len(encoded) > CHUNK_BYTES:
            yield msgspec.msgpack.encode(piece)
            piece, size = [], 0
        piece.append(msgspec.Raw(encoded))
        size += len(encoded)
    if piece:
        yield msgspec.msgpack.encode(piece)
