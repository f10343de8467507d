"""What commands share on a terminal: options of signing in, passwords, a progress bar, one line for a failure."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

from snapjury.cli.api import Api, ApiError
from snapjury.errors import UnknownTypeError
from snapjury.rules.types.registry import TYPES, type_named

Url = Annotated[str, typer.Option("--url", help="Base URL of the API.", envvar="SNAPJURY_URL")]
User = Annotated[str, typer.Option("--user", help="Who signs in.", envvar="SNAPJURY_USER")]
Password = Annotated[
    str,
    typer.Option("--password", help="The password of who signs in; asked for if left out.", envvar="SNAPJURY_PASSWORD"),
]


def known_type(name: str) -> str:
    """The name of a type, checked before anything is done; a message that lists the types if there is none such."""
    try:
        return type_named(name).name
    except UnknownTypeError as error:
        raise typer.BadParameter(str(error)) from error


TypeName = Annotated[
    str, typer.Option("--type", help=f"Type of the files: {', '.join(TYPES)}.", metavar="TYPE", callback=known_type)
]
TOKEN_VARIABLE = "SNAPJURY_TOKEN"
"""A token of `POST /auth/token`, used where no user is named."""

API_KEY_VARIABLE = "SNAPJURY_API_KEY"
"""The key of the customer who submits files."""


class UsageError(Exception):
    """The command cannot be carried out as it was called; the message says what to add."""


def signed_in(url: str, user: str, password: str) -> Api:
    """The API as this user, or as the one of the token in the environment.

    What is missing is asked for on a terminal; elsewhere UsageError.
    """
    api = Api(url)
    token = os.environ.get(TOKEN_VARIABLE, "")
    if token and not user:
        api.use_token(token)
        return api
    if not sys.stdin.isatty() and not (user and password):
        raise UsageError(f"sign in: --user and --password, SNAPJURY_USER and SNAPJURY_PASSWORD, or {TOKEN_VARIABLE}")
    user = user or typer.prompt("User", err=True)
    api.sign_in(user, password or typer.prompt(f"Password of {user}", hide_input=True, err=True))
    return api


def as_customer(url: str) -> Api:
    """The API as the customer of the key in the environment; where none is asked for, as nobody in particular."""
    api = Api(url)
    api.use_token(os.environ.get(API_KEY_VARIABLE, ""))
    return api


def is_signing_in(user: str) -> bool:
    """Whether the call or the environment say who signs in."""
    return bool(user or os.environ.get(TOKEN_VARIABLE))


@contextmanager
def failing_as(command: str) -> Iterator[None]:
    """Turn what goes wrong into one line on stderr and exit code 1; of a reader who has enough nothing is said."""
    try:
        yield
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still to be flushed
        raise typer.Exit(1) from error
    except (ApiError, UsageError, OSError) as error:
        typer.echo(f"snapjury {command}: {error}", err=True)
        raise typer.Exit(1) from error


def bar(*amounts: ProgressColumn) -> Progress:
    """A bar on a terminal's stderr; on that terminal lines pass above it, but never those meant for a file or pipe."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), *(amounts or (MofNCompleteColumn(),)))
    return Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
