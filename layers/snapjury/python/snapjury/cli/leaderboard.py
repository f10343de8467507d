"""`snapjury leaderboard`: who judges best, as a table or as JSON."""

import json
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from snapjury.cli.api import DEFAULT_URL
from snapjury.cli.terminal import Password, Url, User, failing_as, signed_in
from snapjury.rules.board import Window

COLUMNS = ("rank", "QA", "votes", "agreed", "correct", "incorrect", "score", "interval", "time")
SHARES = ("agreement", "accuracy_on_correct", "accuracy_on_incorrect", "score")


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
    title = f"{shown['window']}: {shown['decided']} decisions, {shown['votes']} votes; shares in %, time in s"
    table = Table(*COLUMNS, title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for row in rows_of(shown):
        table.add_row(*cells_of(row), style="bold" if row["you"] else None)
    console.print(table)
    console.print(f"Scored at {shown['scored_at']}. {shown['about']}")
    if shown["suspected"]:
        console.print(f"Votes that look copied: {', '.join(shown['suspected'])}.")


def rows_of(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The best, then whoever asks among their neighbours: each QA once, by rank, those without one last."""
    rows = {row["qa"]: row for row in (*shown["top"], *shown["neighbours"], *filter(None, [shown["own"]]))}
    return sorted(rows.values(), key=lambda row: (row["rank"] is None, row["rank"]))


def cells_of(row: dict[str, Any]) -> list[str]:
    seconds, (low, high) = row["median_seconds"], row["interval"]
    shares = [f"{100 * row[name]:.1f}" for name in SHARES]
    interval = f"{100 * low:.1f}-{100 * high:.1f}"
    time = "" if seconds is None else f"{seconds:.1f}"
    return [str(row["rank"] or ""), row["qa"], str(row["votes"]), *shares, interval, time]
