"""`snapjury secrets`: give customers the secrets that their webhooks are signed with."""

import json
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL
from snapjury.cli.terminal import Password, Url, User, failing_as, signed_in

app = typer.Typer(help="Manage what signs customers' webhooks.", no_args_is_help=True)

Owner = Annotated[str, typer.Argument(help="The customer whose webhooks it signs.")]


@app.command("rotate")
def rotate(
    owner: Owner,
    at_once: Annotated[bool, typer.Option("--at-once", help="The secrets before sign no more: they leaked.")] = False,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Make a new secret, or the first one, and print it as JSON: nobody can read it again.

    The secret before signs beside it for 24 hours, so that receivers can change over. It takes up to a minute until
    webhooks are signed so, with --at-once too: let receivers take both secrets until then.
    """
    with failing_as("secrets rotate"):
        print(json.dumps(signed_in(url, user, password).call("POST", path_of(owner), {"at_once": at_once})))


@app.command("list")
def list_secrets(owner: Owner, url: Url = DEFAULT_URL, user: User = "", password: Password = "") -> None:
    """Print one JSON line for each secret that signs, newest first: since when, and until when."""
    with failing_as("secrets list"):
        for each in signed_in(url, user, password).call("GET", path_of(owner))["secrets"]:
            print(json.dumps(each))


def path_of(owner: str) -> str:
    return f"/customers/{quote(owner, safe='')}/secrets"
