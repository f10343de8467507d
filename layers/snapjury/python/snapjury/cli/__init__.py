"""The command-line tool `snapjury`."""

import typer

from snapjury.cli.inspect import inspect
from snapjury.cli.submit import submit

app = typer.Typer(
    help="Keep an image database clean.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command("inspect")(inspect)
app.command("submit")(submit)


def main() -> None:
    """Run the tool."""
    app()
