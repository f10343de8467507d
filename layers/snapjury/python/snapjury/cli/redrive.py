"""`snapjury redrive`: have what nobody could handle tried again."""

import json
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL
from snapjury.cli.terminal import Password, Url, User, failing_as, signed_in


def redrive(
    queue: Annotated[str, typer.Argument(help="validation, notification, import, export or scoring.")],
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Send a queue's dead letters to the queue again, and print one JSON line that says how many were moved."""
    with failing_as("redrive"):
        api = signed_in(url, user, password)
        moved, more = 0, True
        while more:
            answer = api.call("POST", f"/dead-letters/{quote(queue, safe='')}/redrive")
            moved, more = moved + answer["moved"], answer["more"]
        print(json.dumps({"queue": queue, "moved": moved}))
