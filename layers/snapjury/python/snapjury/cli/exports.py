"""`snapjury export`: have the decided snapshots written down, and download them."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn

from snapjury.cli.api import DEFAULT_URL, Api, ApiError, Record
from snapjury.cli.download import download
from snapjury.cli.pictures import download_pictures
from snapjury.cli.terminal import Password, Url, UsageError, User, bar, failing_as, signed_in
from snapjury.cli.waiting import EndedOtherwiseError, await_end
from snapjury.rules.ids import ID

SUFFIXES = {"manifest": ".manifest", "csv": ".csv"}
PICTURES = "-pictures"
"""What the folder of an export's pictures is called behind its id."""

PASSING = {HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
"""Refusals that another call need not meet: a token has expired, or others were there first."""

NAMED = 10
"""Of the snapshots whose pictures cannot be had."""


def export(
    since: Annotated[str, typer.Option(help="Only what was decided at this ISO date or time, or later.")] = "",
    until: Annotated[str, typer.Option(help="Only what was decided before this ISO date or time.")] = "",
    output: Annotated[Path, typer.Option(help="The folder to download to.", file_okay=False)] = Path("."),
    export_id: Annotated[str, typer.Option("--id", help="Download this earlier export, or the rest of it.")] = "",
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Download also the pictures found correct, in a folder for each product.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for the export at the most.")] = 3600,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Export the decided snapshots as SageMaker manifest and as CSV; print the count and both files as one JSON line.

    With --pictures the line also has the folder of the pictures, and how many there are. A download that breaks off
    goes on where it ended, also in a later call with --id.
    """
    with failing_as("export"):
        if export_id and (since or until):
            raise UsageError("--id names an earlier export, whose period stands: leave --since and --until out")
        wanted = checked(export_id) if export_id else ""
        api = signed_in(url, user, password)
        output.mkdir(parents=True, exist_ok=True)
        name = wanted or start(api, since, until)
        with going_on_with(name):
            with bar() as progress:
                progress.add_task("exporting", total=None)
                ended = await_end(api, f"/exports/{name}", lambda _: None, timeout)
            told, gone = download_all(api, name, output, pictures)
        print(json.dumps({"id": name, "snapshots": ended["snapshots"]} | told))
        if gone:
            raise ApiError(f"the pictures of {len(gone)} snapshots are gone or damaged: {', '.join(gone[:NAMED])}")


def download_all(api: Api, name: str, output: Path, pictures: bool) -> tuple[Record, list[str]]:
    """Download an export that is done: where its files and pictures are, and whose pictures cannot be had."""
    files = {kind: output / f"{name}{SUFFIXES[kind]}" for kind in SUFFIXES}
    for kind, file in files.items():
        fetch(api, f"/exports/{name}", kind, file)
    told: Record = {"files": {kind: str(file) for kind, file in files.items()}}
    if not pictures:
        return told, []
    folder = output / f"{name}{PICTURES}"
    number, gone = download_pictures(api, files["csv"], folder)
    return told | {"pictures": number, "folder": str(folder)}, gone


@contextmanager
def going_on_with(export_id: str) -> Iterator[None]:
    """Say, if something goes wrong or somebody interrupts it, how to go on with this export."""
    try:
        yield
    except (ApiError, OSError) as error:
        if isinstance(error, ApiError) and is_final(error):
            raise
        raise ApiError(f"{error}; go on with: --id {export_id}") from error
    except KeyboardInterrupt:
        typer.echo(f"snapjury export: interrupted; go on with: --id {export_id}", err=True)
        raise


def is_final(error: ApiError) -> bool:
    """Whether the same will be refused again."""
    if isinstance(error, EndedOtherwiseError):
        return True
    return error.status is not None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR and error.status not in PASSING


def start(api: Api, since: str, until: str) -> str:
    """The id of a new export."""
    period = {name: value for name, value in (("since", since), ("until", until)) if value}
    return checked(str(api.call("POST", "/exports", period, key=uuid.uuid4().hex)["id"]))


def checked(export_id: str) -> str:
    """The id, if it is one: only then it becomes part of a path or of a file's name."""
    if not ID.fullmatch(export_id):
        raise UsageError(f"{export_id!r} is no id of an export; those are 20 lower-case letters and digits 2 to 7")
    return export_id


def fetch(api: Api, path: str, kind: str, file: Path) -> None:
    """Download one of the export's files; one that is there under its name is complete."""
    with bar(DownloadColumn()) as progress:
        task = progress.add_task(file.name, total=None)
        download(
            file,
            lambda: str(api.call("GET", path)["files"][kind]),
            lambda done, total: progress.update(task, completed=done, total=total),
        )
