"""`snapjury redrive`: have what nobody could handle tried again."""

import json
import sys
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
    """Send a queue's dead letters to the queue again, and print one JSON line that says how many were moved.

    Some may be held: by the queue's own consumer, which ends those that it can read and tries the others again every
    few minutes, or by somebody who looks at them.
    """
    with failing_as("redrive"):
        api = signed_in(url, user, password)
        moved, held, more = 0, 0, True
        while more:
            answer = api.call("POST", f"/dead-letters/{quote(queue, safe='')}/redrive")
            moved, held, more = moved + answer["moved"], answer["held"], answer["more"]
        print(json.dumps({"queue": queue, "moved": moved, "held": held}))
    if held:
        print(f"{held} could not be moved: somebody holds them just now. See docs/reliability.md.", file=sys.stderr)
