"""`snapjury keys`: give customers the API keys that their programs send, list them, and revoke them."""

import json
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL
from snapjury.cli.terminal import Password, Url, User, failing_as, signed_in
from snapjury.rules.api_key import Scope, key_id_in

app = typer.Typer(help="Manage customers' API keys.", no_args_is_help=True)


@app.command("create")
def create(
    owner: Annotated[str, typer.Argument(help="The customer whose assets the key opens.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may be used for; everything if left out.")] = None,
    label: Annotated[str, typer.Option(help="Where it is used, for people.")] = "",
    sources: Annotated[
        str | None,
        typer.Option(help="The folder of the source bucket that it opens; OWNER/ if left out, '*' for all of it."),
    ] = None,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Create a key and print it as JSON, with `key`: nobody can read that again."""
    with failing_as("keys create"):
        body: dict[str, object] = {"owner": owner, "scopes": scope or list(Scope), "label": label}
        if sources is not None:
            body["sources"] = sources
        print(json.dumps(signed_in(url, user, password).call("POST", "/keys", body)))


@app.command("list")
def list_keys(
    owner: Annotated[str, typer.Option(help="Only this customer's.")] = "",
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Print one JSON line for each key, revoked ones too; `last_used_at` is true to within an hour."""
    with failing_as("keys list"):
        for each in signed_in(url, user, password).pages("/keys", "keys", **({"owner": owner} if owner else {})):
            print(json.dumps(each))


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, or the key itself.")],
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Shut a key out for good, within a minute."""
    with failing_as("keys revoke"):
        print(
            json.dumps(signed_in(url, user, password).call("DELETE", f"/keys/{quote(key_id_in(key) or key, safe='')}"))
        )
