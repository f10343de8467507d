"""`snapjury users`: make people known who may sign in, list them, and shut them out."""

import json
import os
import sys
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL
from snapjury.cli.terminal import Password, Url, UsageError, User, failing_as, is_signing_in, signed_in
from snapjury.rules.user import Role

NEW_PASSWORD_VARIABLE = "SNAPJURY_NEW_PASSWORD"

app = typer.Typer(help="Manage who may sign in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The user's name.")]


@app.command("create")
def create(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the new password from the first line of the input.")
    ] = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Write to the stack's table itself, with AWS credentials.")
    ] = False,
    stack: Annotated[str, typer.Option(help="The CloudFormation stack to write to directly.")] = "snapjury",
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Create a user.

    The first admin has nobody to sign in as: an admin created without signing in is written to the table itself, with
    AWS credentials, as with --direct. The new password is asked for twice, or read from the input or
    SNAPJURY_NEW_PASSWORD.
    """
    with failing_as("users create"):
        if direct or (role is Role.ADMIN and not is_signing_in(user)):
            from snapjury.cli.direct import create_directly  # boto3 takes its time, and only this needs it

            table = create_directly(stack, name, role, lambda: new_password(name, password_stdin))
            typer.echo(f"Written to the table {table} itself.", err=True)
        else:
            api = signed_in(url, user, password)
            body = {"name": name, "password": new_password(name, password_stdin), "role": role}
            api.call("POST", "/users", body)
        print(json.dumps({"name": name, "role": role}))


@app.command("list")
def list_users(url: Url = DEFAULT_URL, user: User = "", password: Password = "") -> None:
    """Print one JSON line for each user."""
    with failing_as("users list"):
        for each in signed_in(url, user, password).pages("/users", "users"):
            print(json.dumps(each))


@app.command("disable")
def disable(name: Name, url: Url = DEFAULT_URL, user: User = "", password: Password = "") -> None:
    """Shut a user out; their votes stay."""
    with failing_as("users disable"):
        print(json.dumps(signed_in(url, user, password).call("PATCH", path_of(name), {"disabled": True})))


@app.command("enable")
def enable(name: Name, url: Url = DEFAULT_URL, user: User = "", password: Password = "") -> None:
    """Let a user in again who was disabled."""
    with failing_as("users enable"):
        print(json.dumps(signed_in(url, user, password).call("PATCH", path_of(name), {"disabled": False})))


def path_of(name: str) -> str:
    return f"/users/{quote(name, safe='')}"


def new_password(name: str, from_stdin: bool) -> str:
    """The password that the new user gets; UsageError if there is nobody to ask for it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = os.environ.get(NEW_PASSWORD_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError(f"give the new password with --password-stdin or in {NEW_PASSWORD_VARIABLE}")
    asked: str = typer.prompt(f"New password of {name}", hide_input=True, confirmation_prompt=True, err=True)
    return asked
