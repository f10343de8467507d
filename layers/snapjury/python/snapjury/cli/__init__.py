"""The command-line tool `snapjury`."""

import typer

from snapjury.cli.deliveries import deliveries
from snapjury.cli.exports import export
from snapjury.cli.gold import app as gold
from snapjury.cli.imports import import_manifest
from snapjury.cli.inspect import inspect
from snapjury.cli.keys import app as keys
from snapjury.cli.leaderboard import leaderboard
from snapjury.cli.policies import app as policies
from snapjury.cli.products import app as products
from snapjury.cli.redrive import redrive
from snapjury.cli.remove import remove
from snapjury.cli.score import score_command
from snapjury.cli.secrets import app as secrets
from snapjury.cli.simulate import simulate_command
from snapjury.cli.submit import submit
from snapjury.cli.users import app as users

app = typer.Typer(
    help="Keep an image database clean.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command("inspect")(inspect)
app.command("submit")(submit)
app.command("import")(import_manifest)
app.command("export")(export)
app.command("remove")(remove)
app.command("deliveries")(deliveries)
app.command("redrive")(redrive)
app.command("simulate")(simulate_command)
app.command("score")(score_command)
app.command("leaderboard")(leaderboard)
app.add_typer(gold, name="gold")
app.add_typer(keys, name="keys")
app.add_typer(policies, name="policies")
app.add_typer(products, name="products")
app.add_typer(secrets, name="secrets")
app.add_typer(users, name="users")


def main() -> None:
    """Run the tool."""
    app()
