"""The `snapjury` command, run in the test's own process."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from snapjury.cli import app

SIGNED_OUT = dict.fromkeys(
    ("SNAPJURY_USER", "SNAPJURY_PASSWORD", "SNAPJURY_TOKEN", "SNAPJURY_API_KEY", "SNAPJURY_NEW_PASSWORD")
)


def run(*arguments: str | Path, env: Mapping[str, str | None] = {}, stdin: str = "") -> Result:
    """Run it; nobody is signed in but through `env`."""
    given = [str(argument) for argument in arguments]
    return CliRunner().invoke(app, given, env=SIGNED_OUT | dict(env), input=stdin)


def lines_of(result: Result) -> list[Any]:
    """The JSON lines that it printed; fails if it failed."""
    assert result.exit_code == 0, result.stderr or result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]
