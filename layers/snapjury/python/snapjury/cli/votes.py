"""Files of votes and of known answers, as the commands read them that work without a stack."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from snapjury.cli.tables import BadFileError, table_of
from snapjury.rules.snapshot import Verdict

LABELS = {"0": 0, "1": 1}

VotesFile = Annotated[
    Path,
    typer.Argument(
        metavar="VOTES", help="CSV with the columns task, worker and label (0 or 1), or the manifest of an export."
    ),
]

CastVote = tuple[str, str, int]
"""Task, worker and label."""


class ExportedVote(Struct):
    reader: str
    verdict: Verdict


class ExportedDecision(Struct):
    snapshot: str
    votes: list[ExportedVote]


class ExportedLine(Struct, rename={"decision": "snapjury-decision"}):
    """What is read here of a line of a manifest; see services.export_rows."""

    decision: ExportedDecision


class Counted:
    """Votes as they pass by, and how many have."""

    def __init__(self, votes: Iterable[CastVote]) -> None:
        self._votes = votes
        self.number = 0

    def __iter__(self) -> Iterator[CastVote]:
        for vote in self._votes:
            self.number += 1
            yield vote


def tell_replaced(given: int, kept: int) -> None:
    """Say how many votes do not count, since the same worker voted on the same task again."""
    if given > kept:
        typer.echo(
            f"Votes that a later one of the same worker on the same task replaced: {given - kept} of {given}. "
            "If they are not of one worker, the column worker must tell them apart.",
            err=True,
        )


def read_votes(file: Path) -> Iterator[CastVote]:
    """The file's votes in order, of a CSV, whose further columns are passed over, or of the manifest of an export."""
    if is_manifest(file):
        yield from exported_votes(file)
        return
    for _, (task, worker), label in labelled(file, ("task", "worker")):
        yield task, worker, label


def is_manifest(file: Path) -> bool:
    """Whether it begins as JSON; of a pipe nothing is read, since it could not be read again."""
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(1) == b"{"


def exported_votes(file: Path) -> Iterator[CastVote]:
    """The votes that an export's manifest tells of: on snapshots, by readers, 1 for correct."""
    decoder = msgspec.json.Decoder(ExportedLine)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                decision = decoder.decode(line).decision
            except msgspec.MsgspecError as error:
                raise BadFileError(f"{file}, line {number} is no line of an export's manifest: {error}") from error
            for vote in decision.votes:
                yield decision.snapshot, vote.reader, int(vote.verdict is Verdict.CORRECT)


def read_known(file: Path) -> dict[str, int]:
    """The known answers by task; those of tasks nobody voted on do no harm."""
    known: dict[str, int] = {}
    for line, (task,), label in labelled(file, ("task",)):
        if known.setdefault(task, label) != label:
            raise BadFileError(f"{file}, line {line}: the task {task!r} is 0 and 1; it must have one answer")
    return known


def labelled(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str], int]]:
    """For each row its line, its fields of these columns, and its label."""
    for line, row in table_of(file, (*columns, "label")):
        *fields, label = map(str.strip, row)
        for name, field in zip(columns, fields, strict=True):
            if not field:
                raise BadFileError(f"{file}, line {line}: the {name} is empty")
        if label not in LABELS:
            raise BadFileError(f"{file}, line {line}: the label is {label!r}; it must be 0 or 1")
        yield line, fields, LABELS[label]
