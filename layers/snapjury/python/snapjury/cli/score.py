"""`snapjury score`: labels for tasks and scores for workers, from any yes/no votes, on this machine."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from snapjury.rules.scoring import Scores

LABELS = {"0": 0, "1": 1}
WORKER_COLUMNS = (
    "worker",
    "votes",
    "skill_on_correct",
    "skill_on_incorrect",
    "balanced_accuracy",
    "lower_bound",
    "rank",
    "copied",
)


class BadFileError(Exception):
    """The file is not one of votes or of known answers; the message says where and what would be right."""


def score_command(
    votes: Annotated[Path, typer.Argument(metavar="VOTES.csv", help="Columns task, worker and label (0 or 1).")],
    known: Annotated[
        Path | None, typer.Option(metavar="KNOWN.csv", help="Known answers (gold): columns task and label (0 or 1).")
    ] = None,
    output: Annotated[Path, typer.Option(help="The folder to write to.", file_okay=False)] = Path("."),
) -> None:
    """Write labels.csv (task, label, confidence) and workers.csv (skills, score, rank); print a summary as JSON."""
    import numpy as np  # slow to load, and no other command needs it

    from snapjury.rules.scoring import score, votes_of

    try:
        cast, tasks, workers = votes_of(read_votes(votes))
        answers = read_known(known) if known else {}
        gold = np.array([answers.get(task, -1) for task in tasks], np.int8)
        scores = score(cast, gold)
        output.mkdir(parents=True, exist_ok=True)
        files = {"labels": output / "labels.csv", "workers": output / "workers.csv"}
        write(files["labels"], ("task", "label", "confidence"), label_rows(scores, tasks))
        write(files["workers"], WORKER_COLUMNS, worker_rows(scores, workers))
    except (BadFileError, OSError, UnicodeDecodeError) as error:
        typer.echo(f"score: {error}", err=True)
        raise typer.Exit(1) from error
    summary = {"tasks": len(tasks), "known": int((gold >= 0).sum()), "workers": len(workers), "votes": len(cast)}
    print(json.dumps(summary | {"files": {kind: str(file) for kind, file in files.items()}}))


def read_votes(file: Path) -> Iterator[tuple[str, str, int]]:
    """The file's votes in order; further columns are passed over."""
    for _, (task, worker), label in labelled(file, ("task", "worker")):
        yield task, worker, label


def read_known(file: Path) -> dict[str, int]:
    """The known answers by task; those of tasks nobody voted on do no harm."""
    known: dict[str, int] = {}
    for where, (task,), label in labelled(file, ("task",)):
        if known.setdefault(task, label) != label:
            raise BadFileError(f"{where}: the task {task!r} is 0 and 1; it must have one answer")
    return known


def labelled(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str], int]]:
    """For each row where it stands, its fields of these columns, and its label."""
    with file.open(newline="", encoding="utf-8-sig") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        needed = (*columns, "label")
        missing = [name for name in needed if name not in header]
        if missing:
            raise BadFileError(f"{file}: the first line has no column {', '.join(missing)}; it must name {needed}")
        places = [header.index(name) for name in needed]
        for row in rows:
            if row:
                where = f"{file}, line {rows.line_num}"
                yield where, *fields_of(row, needed, places, where)


def fields_of(row: list[str], columns: tuple[str, ...], places: list[int], where: str) -> tuple[list[str], int]:
    """One row's fields, and its label, the last."""
    if len(row) <= max(places):
        raise BadFileError(f"{where}: {len(row)} fields are too few for {', '.join(columns)}")
    *fields, label = (row[place].strip() for place in places)
    for name, field in zip(columns, fields, strict=False):
        if not field:
            raise BadFileError(f"{where}: the {name} is empty")
    if label not in LABELS:
        raise BadFileError(f"{where}: the label is {label!r}; it must be 0 or 1")
    return fields, LABELS[label]


def label_rows(scores: "Scores", tasks: list[str]) -> Iterator[tuple[Any, ...]]:
    for task, label, confidence in zip(tasks, scores.label, scores.confidence, strict=True):
        yield task, label, f"{confidence:.6f}"


def worker_rows(scores: "Scores", workers: list[str]) -> Iterator[tuple[Any, ...]]:
    """The best first, those without a rank of their own last."""
    skills = (scores.on_correct.mean, scores.on_incorrect.mean, scores.balanced, scores.lower)
    for place in scores.order:
        decimals = [f"{skill[place]:.6f}" for skill in skills]
        yield workers[place], scores.votes[place], *decimals, scores.rank[place], int(scores.is_copy[place])


def write(file: Path, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
