"""`snapjury inspect`: judge files on this machine by the rules that assets are judged by."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from snapjury.cli.terminal import TypeName
from snapjury.rules.asset import NOT_REACHABLE
from snapjury.rules.types.data_type import DataType, Limits, PictureLimits
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.inspection import Inspection
from snapjury.rules.types.registry import TYPES, rule_of

SIDE_HELP = "Longest side of a picture in pixels, 1000 unless given; 0 lifts the limit."


def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files to inspect.")],
    type_name: TypeName = IMAGE.name,
    max_side: Annotated[int | None, typer.Option(min=0, help=SIDE_HELP)] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 if any file is refused.")] = False,
) -> None:
    """Print one JSON line for each file: what it breaks, and its size."""
    kind = TYPES[type_name]
    limits = _limits_of(kind, max_side)
    refused = 0
    with _progress() as progress:
        for file in progress.track(files, description="Inspecting"):
            inspection = inspect_file(file, kind, limits)
            refused += not inspection.ok
            typer.echo(_line(file, inspection))
    if check and refused:
        raise typer.Exit(1)


def inspect_file(file: Path, kind: DataType, limits: Limits) -> Inspection:
    """Judge a regular file, reading at most one byte more than the limit; anything else is not reachable."""
    try:
        if not file.is_file():  # opening a pipe would wait for its writer
            return Inspection((NOT_REACHABLE,))
        with file.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except OSError:
        return Inspection((NOT_REACHABLE,))
    return rule_of(kind)(data, limits)


def _limits_of(kind: DataType, max_side: int | None) -> Limits:
    if max_side is None:
        return kind.limits
    if not isinstance(kind.limits, PictureLimits):
        raise typer.BadParameter(f"a {kind.name} has no sides to limit; leave --max-side out")
    return replace(kind.limits, max_side=max_side)


def _line(file: Path, inspection: Inspection) -> str:
    record = {
        "file": str(file),
        "ok": inspection.ok,
        "errors": inspection.errors,
        "width": inspection.width,
        "height": inspection.height,
        **({"pages": inspection.pages} if inspection.pages is not None else {}),
    }
    return json.dumps(record)


def _progress() -> Progress:
    """A bar on a terminal's stderr; on that terminal lines pass above it, but never those meant for a file or pipe."""
    console = Console(stderr=True)
    return Progress(
        console=console, transient=True, disable=not console.is_terminal, redirect_stdout=sys.stdout.isatty()
    )
