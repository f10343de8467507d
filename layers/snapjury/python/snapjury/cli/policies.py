"""`snapjury policies`: what jury policies would have made of votes that were cast already."""

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from snapjury.cli.plot import Point, check_picture, draw_points, plot_of
from snapjury.cli.tables import BadFileError, keep_apart
from snapjury.cli.terminal import bar, failing_as
from snapjury.cli.votes import Counted, VotesFile, read_known, read_votes, tell_replaced

if TYPE_CHECKING:
    from snapjury.rules.snapshot import Vote

Ballots = Mapping[str, tuple["Vote", ...]]
Summaries = Mapping[str, Mapping[str, Any]]

app = typer.Typer(help="Compare jury policies.", no_args_is_help=True)

COLUMNS = {
    "votes": ("votes", 3),
    "saved": ("saved", 3),
    "identical": ("same %", 1),
    "accuracy": ("accuracy %", 2),
    "f1": ("F1", 1),
    "final_accuracy": ("final %", 2),
    "final_f1": ("final F1", 1),
}
"""Headings of the figures, and their decimals."""

WIDTH = 120


@app.callback()
def policies() -> None:
    """Compare jury policies."""


@app.command("compare")
def compare_command(
    votes: VotesFile,
    truth: Annotated[
        Path | None, typer.Option(metavar="TRUTH.csv", help="Columns task and label; without, the audit is the truth.")
    ] = None,
    audit_share: Annotated[
        float, typer.Option(min=0, max=100, help="Without a truth: percent of the tasks to audit, by all their votes.")
    ] = 100.0,
    orders: Annotated[int, typer.Option(min=1, max=1000, help="Random orders of the votes.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other orders.")] = 1,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw accuracy over votes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Replay the votes in random orders under each policy; print what it spends and how right it is.

    Figures are means over the orders, with their standard error: votes a task, votes saved against three (or as many
    as a task has), tasks that are decided the same as by three votes, accuracy and F1 of label 1 when decided, and of
    the final labels, by all votes that the policy asked for, scored once more at the end.
    """
    with failing_as("policies compare"):
        if plot:
            check_picture(plot)
            keep_apart((votes, truth), (plot,))
        rows = Counted(read_votes(votes))
        ballots, known = read(rows, votes, truth, audit_share)
        summaries = summaries_of(ballots, known, orders, seed)
        kept = sum(map(len, ballots.values()))
        result = {
            "tasks": len(ballots),
            "votes": kept,
            "replaced": rows.number - kept,
            "tasks_with_fewer_votes_than": lacking(ballots),
            "orders": orders,
            "seed": seed,
            "measured_by": {"kind": "truth" if truth else "audit", "tasks": len(known.keys() & ballots.keys())},
        }
        points = points_of(summaries)
        typer.echo(json.dumps(result | {"policies": summaries})) if as_json else print_tables(result, summaries, points)
        tell_replaced(rows.number, kept)
        if plot:
            draw_points(points, plot)


def read(cast: Counted, votes: Path, truth: Path | None, audit_share: float) -> tuple[Ballots, Mapping[str, int]]:
    """The votes on each task, and the labels that they are measured by, of the truth or else of an audit."""
    from snapjury.rules.comparison import audit_of  # numpy is slow to load, and few commands need it
    from snapjury.rules.replay import ballots_of

    ballots = ballots_of(cast)
    if not ballots:
        raise BadFileError(f"{votes}: there are no votes")
    if truth is None:
        return ballots, audit_of(ballots, audit_share)
    known = read_known(truth)
    if not known.keys() & ballots.keys():
        raise BadFileError(f"{truth}: none of its tasks is in {votes}")
    return ballots, known


def lacking(ballots: Ballots) -> Mapping[str, int]:
    """How many tasks have fewer votes than are needed, by that number."""
    from snapjury.rules.comparison import FULL

    return {str(votes): sum(len(each) < votes for each in ballots.values()) for votes in FULL}


def summaries_of(ballots: Ballots, known: Mapping[str, int], orders: int, seed: int) -> Summaries:
    """Each policy's figures, by its name."""
    from snapjury.rules.comparison import ENTRIES, Figures, compare, summary_of

    found: dict[str, list[Figures]] = {entry.name: [] for entry in ENTRIES}
    with bar() as progress:
        task = progress.add_task("orders", total=orders)
        steps = compare(ballots, known, orders, seed)
        while batch := list(islice(steps, len(ENTRIES))):
            for entry, figures in batch:
                found[entry.name].append(figures)
            progress.advance(task)
    return {name: summary_of(figures) for name, figures in found.items()}


def points_of(summaries: Summaries) -> list[Point]:
    """Where each policy stands: votes, and accuracy as decided; those whose accuracy is not known do not."""
    return [
        Point(name, each["votes"]["mean"], each["accuracy"]["mean"])
        for name, each in summaries.items()
        if each["accuracy"] is not None
    ]


def print_tables(result: Mapping[str, Any], summaries: Summaries, points: list[Point]) -> None:
    by = result["measured_by"]
    print(f"{result['tasks']} tasks, {result['votes']} votes in {result['orders']} orders")
    for votes, tasks in result["tasks_with_fewer_votes_than"].items():
        if tasks:
            print(f"{tasks} of them have fewer than {votes} votes, and are decided by those there are")
    meaning = "" if by["kind"] == "truth" else ": how often labels agree with most of all votes, right or wrong"
    print(f"accuracy by the {by['kind']} of {by['tasks']} tasks{meaning}\n")
    table = Table("policy", *(heading for heading, _ in COLUMNS.values()), box=None, padding=(0, 1, 0, 0))
    for name, summary in summaries.items():
        table.add_row(name, *(cell(summary[column], digits) for column, (_, digits) in COLUMNS.items()))
    Console(width=WIDTH).print(table)
    if points:
        print(f"\n{plot_of(points)}")


def cell(figure: Mapping[str, float] | None, digits: int) -> str:
    return "-" if figure is None else f"{figure['mean']:.{digits}f} ±{figure['error']:.{digits}f}"
