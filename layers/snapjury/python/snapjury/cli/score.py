"""`snapjury score`: labels for tasks and scores for workers, from any yes/no votes, on this machine."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from snapjury.rules.scoring import Scores

COLUMNS = ("task", "worker", "label")
LABELS = {"0": 0, "1": 1}
WORKER_COLUMNS = (
    "worker",
    "votes",
    "skill_on_correct",
    "skill_on_incorrect",
    "balanced_accuracy",
    "lower_bound",
    "rank",
)


class BadVotesError(Exception):
    """The file is not one of votes; the message says where and what would be right."""


def score_command(
    votes: Annotated[Path, typer.Argument(metavar="VOTES.csv", help="Columns task, worker and label (0 or 1).")],
    output: Annotated[Path, typer.Option(help="The folder to write to.", file_okay=False)] = Path("."),
) -> None:
    """Write labels.csv (task, label, confidence) and workers.csv (skills, score, rank); print a summary as JSON."""
    from snapjury.rules.scoring import score, votes_of  # numpy is slow to load, and no other command needs it

    try:
        cast, tasks, workers = votes_of(read_votes(votes))
        scores = score(cast)
        output.mkdir(parents=True, exist_ok=True)
        files = {"labels": output / "labels.csv", "workers": output / "workers.csv"}
        write(files["labels"], ("task", "label", "confidence"), label_rows(scores, tasks))
        write(files["workers"], WORKER_COLUMNS, worker_rows(scores, workers))
    except (BadVotesError, OSError, UnicodeDecodeError) as error:
        typer.echo(f"score: {error}", err=True)
        raise typer.Exit(1) from error
    summary = {"tasks": len(tasks), "workers": len(workers), "votes": len(cast)}
    print(json.dumps(summary | {"files": {kind: str(file) for kind, file in files.items()}}))


def read_votes(file: Path) -> Iterator[tuple[str, str, int]]:
    """The file's votes in order; further columns are passed over."""
    with file.open(newline="", encoding="utf-8-sig") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise BadVotesError(f"{file}: the first line has no column {', '.join(missing)}; it must name {COLUMNS}")
        places = [header.index(name) for name in COLUMNS]
        for row in rows:
            if row:
                yield vote_of(row, places, f"{file}, line {rows.line_num}")


def vote_of(row: list[str], places: list[int], where: str) -> tuple[str, str, int]:
    """One row's vote."""
    if len(row) <= max(places):
        raise BadVotesError(f"{where}: {len(row)} fields are too few for task, worker and label")
    task, worker, label = (row[place].strip() for place in places)
    if not task or not worker:
        raise BadVotesError(f"{where}: the {'task' if not task else 'worker'} is empty")
    if label not in LABELS:
        raise BadVotesError(f"{where}: the label is {label!r}; it must be 0 or 1")
    return task, worker, LABELS[label]


def label_rows(scores: "Scores", tasks: list[str]) -> Iterator[tuple[Any, ...]]:
    for task, label, confidence in zip(tasks, scores.label, scores.confidence, strict=True):
        yield task, label, f"{confidence:.6f}"


def worker_rows(scores: "Scores", workers: list[str]) -> Iterator[tuple[Any, ...]]:
    """The best first, those without a rank of their own last."""
    skills = (scores.on_correct.mean, scores.on_incorrect.mean, scores.balanced, scores.lower)
    for place in sorted(range(len(workers)), key=lambda place: (scores.rank[place], -scores.balanced[place])):
        decimals = [f"{skill[place]:.6f}" for skill in skills]
        yield workers[place], scores.votes[place], *decimals, scores.rank[place]


def write(file: Path, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
