"""`snapjury inspect`: judge image files on this machine by the rules that assets are judged by."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from snapjury.rules.asset import NOT_REACHABLE
from snapjury.rules.image import Inspection, inspect_image
from snapjury.rules.limits import ImageLimits


def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The image files to inspect.")],
    max_side: Annotated[int, typer.Option(min=0, help="Longest side in pixels; 0 lifts the limit.")] = 1000,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 if any file is refused.")] = False,
) -> None:
    """Print one JSON line for each file: what it breaks, and its size."""
    limits = ImageLimits(max_side=max_side)
    refused = 0
    with _progress() as progress:
        for file in progress.track(files, description="Inspecting"):
            inspection = inspect_file(file, limits)
            refused += not inspection.ok
            typer.echo(_line(file, inspection))
    if check and refused:
        raise typer.Exit(1)


def inspect_file(file: Path, limits: ImageLimits) -> Inspection:
    """Judge a regular file, reading at most one byte more than the limit; anything else is not reachable."""
    try:
        if not file.is_file():  # opening a pipe would wait for its writer
            return Inspection((NOT_REACHABLE,), None, None)
        with file.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except OSError:
        return Inspection((NOT_REACHABLE,), None, None)
    return inspect_image(data, limits)


def _line(file: Path, inspection: Inspection) -> str:
    record = {
        "file": str(file),
        "ok": inspection.ok,
        "errors": inspection.errors,
        "width": inspection.width,
        "height": inspection.height,
    }
    return json.dumps(record)


def _progress() -> Progress:
    """A bar on a terminal's stderr; on that terminal lines pass above it, but never those meant for a file or pipe."""
    console = Console(stderr=True)
    return Progress(
        console=console, transient=True, disable=not console.is_terminal, redirect_stdout=sys.stdout.isatty()
    )
