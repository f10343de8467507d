"""`snapjury leaderboard`: who judges best, as a table or as JSON."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from snapjury.cli.api import DEFAULT_URL
from snapjury.cli.terminal import Password, Url, User, failing_as, signed_in
from snapjury.rules.board import Window

COLUMNS = ("rank", "QA", "votes", "agreement", "on correct", "on incorrect", "score", "90 % interval", "seconds")


def leaderboard(
    window: Annotated[Window, typer.Option(help="Which decisions it is about.")] = Window.WEEK,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer instead of a table.")] = False,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Print the ten best QAs, and whoever signs in with their neighbours, if that is a QA."""
    with failing_as("leaderboard"):
        shown = signed_in(url, user, password).call("GET", f"/leaderboard?window={window}")
        if as_json:
            print(json.dumps(shown))
        else:
            print_board(shown)


def print_board(shown: dict[str, Any]) -> None:
    console = Console()
    if shown["scored_at"] is None:
        console.print("Nothing was scored yet.")
        return
    table = Table(*COLUMNS, title=f"{shown['window']}: {shown['decided']} decisions, {shown['votes']} votes")
    for row in rows_of(shown):
        table.add_row(*cells_of(row), style="bold" if row["you"] else None)
    console.print(table)
    console.print(f"Scored at {shown['scored_at']}. {shown['about']}")


def rows_of(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The best, then whoever asks among their neighbours: each QA once, by rank, those without one last."""
    rows = {row["qa"]: row for row in (*shown["top"], *shown["neighbours"], *filter(None, [shown["own"]]))}
    return sorted(rows.values(), key=lambda row: (row["rank"] is None, row["rank"]))


def cells_of(row: dict[str, Any]) -> list[str]:
    seconds, (low, high) = row["median_seconds"], row["interval"]
    shares = [f"{row[name]:.3f}" for name in ("agreement", "accuracy_on_correct", "accuracy_on_incorrect", "score")]
    last = "" if seconds is None else f"{seconds:.1f}"
    return [str(row["rank"] or ""), row["qa"], str(row["votes"]), *shares, f"{low:.3f} to {high:.3f}", last]
