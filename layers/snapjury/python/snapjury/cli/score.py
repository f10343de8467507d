"""`snapjury score`: labels for tasks and scores for workers, from any yes/no votes, on this machine."""

import csv
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapjury.cli.tables import BadFileError, keep_apart, keep_foreign
from snapjury.cli.terminal import failing_as
from snapjury.cli.votes import Counted, VotesFile, read_known, read_votes, tell_replaced

if TYPE_CHECKING:
    from snapjury.rules.scoring import Scores
    from snapjury.rules.vote_model import Known, Votes

SKILLS = ("skill_on_correct", "skill_on_incorrect", "balanced_accuracy", "lower_bound")
COLUMNS = {
    "labels": ("task", "label", "confidence"),
    "workers": ("worker", "votes", *SKILLS, "rank", "copied", "ranked"),
}
"""Of the files that are written."""


def score_command(
    votes: VotesFile,
    known: Annotated[
        Path | None, typer.Option(metavar="KNOWN.csv", help="Known answers (gold): columns task and label (0 or 1).")
    ] = None,
    output: Annotated[Path, typer.Option(help="The folder to write to.", file_okay=False)] = Path("."),
) -> None:
    """Write labels.csv (task, label, confidence) and workers.csv (skills, score, rank); print a summary as JSON.

    Of several votes of a worker on a task the last counts. Other files of these names are not written over.
    """
    import numpy as np  # slow to load, and no other command needs it

    from snapjury.rules.scoring import score, votes_of

    with failing_as("score"):
        files = {"labels": output / "labels.csv", "workers": output / "workers.csv"}
        keep_apart((votes, known), files.values())
        for kind, file in files.items():
            keep_foreign(file, COLUMNS[kind])
        rows = Counted(read_votes(votes))
        cast, tasks, workers = votes_of(rows)
        if not tasks:
            raise BadFileError(f"{votes}: there are no votes, and so nothing to score")
        answers = read_known(known) if known else {}
        gold = np.array([answers.get(task, -1) for task in tasks], np.int8)
        if known and not (gold >= 0).any():
            raise BadFileError(f"{known}: none of its tasks is in {votes}")
        scores = score(cast, gold)
        output.mkdir(parents=True, exist_ok=True)
        write(files, {"labels": label_rows(scores, tasks), "workers": worker_rows(scores, workers)})
        summary = {"tasks": len(tasks), "known": int((gold >= 0).sum()), "workers": len(workers), "votes": len(cast)}
        summary["replaced"] = rows.number - len(cast)
        print(json.dumps(summary | {"files": {kind: str(file) for kind, file in files.items()}}))
        tell_replaced(rows.number, len(cast))
        tell_unchecked(cast, gold)


def tell_unchecked(cast: "Votes", gold: "Known") -> None:
    """Say how many tasks have nothing but one vote: there is no second opinion to tell how good it is."""
    import numpy as np

    unchecked = int(((np.bincount(cast.task, minlength=cast.tasks) == 1) & (gold < 0)).sum())
    if unchecked:
        typer.echo(
            f"Tasks with only one vote: {unchecked} of {cast.tasks}. Nothing checks that vote, so their confidence "
            "cannot be checked either, and may be far too high.",
            err=True,
        )


def label_rows(scores: "Scores", tasks: list[str]) -> Iterator[tuple[Any, ...]]:
    for task, label, confidence in zip(tasks, scores.label, scores.confidence, strict=True):
        yield task, label, f"{confidence:.6f}"


def worker_rows(scores: "Scores", workers: list[str]) -> Iterator[tuple[Any, ...]]:
    """The best first, those without a rank of their own last."""
    skills = (scores.on_correct.mean, scores.on_incorrect.mean, scores.balanced, scores.lower)
    for place in scores.order:
        decimals = [f"{skill[place]:.6f}" for skill in skills]
        ranked = "true" if scores.is_ranked[place] else "false"
        yield workers[place], scores.votes[place], *decimals, scores.rank[place], int(scores.is_copy[place]), ranked


def write(files: Mapping[str, Path], rows: Mapping[str, Iterable[tuple[Any, ...]]]) -> None:
    """Write the files beside where they belong, and put them there when all are whole."""
    parts = {kind: file.with_name(f"{file.name}.{secrets.token_hex(4)}.part") for kind, file in files.items()}
    try:
        for kind, part in parts.items():
            with part.open("x", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(COLUMNS[kind])
                writer.writerows(rows[kind])
        for kind, part in parts.items():
            part.replace(files[kind])
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
