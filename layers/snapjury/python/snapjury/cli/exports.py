"""`snapjury export`: have the decided snapshots written down, and download them."""

import json
import time
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn

from snapjury.cli.api import DEFAULT_URL, Api, ApiError
from snapjury.cli.download import BrokenDownloadError, Download
from snapjury.cli.terminal import Password, Url, UsageError, User, bar, failing_as, signed_in
from snapjury.cli.waiting import await_end
from snapjury.rules.ids import ID

SUFFIXES = {"manifest": ".manifest", "csv": ".csv"}
BREAKS = 20
"""How often a download is taken up again, after pauses that grow from the first to the longest, in seconds."""

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


def export(
    since: Annotated[str, typer.Option(help="Only what was decided at this ISO date or time, or later.")] = "",
    until: Annotated[str, typer.Option(help="Only what was decided before this ISO date or time.")] = "",
    output: Annotated[Path, typer.Option(help="The folder to download to.", file_okay=False)] = Path("."),
    export_id: Annotated[str, typer.Option("--id", help="Download this earlier export, or the rest of it.")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the export at the most.")] = 3600,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Export the decided snapshots as SageMaker manifest and as CSV; print the count and both files as one JSON line.

    A download that breaks off goes on where it ended, also in a later call with --id.
    """
    with failing_as("export"):
        if export_id and (since or until):
            raise UsageError("--id names an earlier export, whose period stands: leave --since and --until out")
        wanted = checked(export_id) if export_id else ""
        api = signed_in(url, user, password)
        path = f"/exports/{wanted or start(api, since, until)}"
        with bar() as progress:
            progress.add_task("exporting", total=None)
            ended = await_end(api, path, lambda _: None, timeout)
        name = checked(str(ended["id"]))
        output.mkdir(parents=True, exist_ok=True)
        files = {kind: str(fetch(api, path, kind, output / f"{name}{SUFFIXES[kind]}")) for kind in SUFFIXES}
        print(json.dumps({"id": name, "snapshots": ended["snapshots"], "files": files}))


def start(api: Api, since: str, until: str) -> str:
    """The id of a new export."""
    period = {name: value for name, value in (("since", since), ("until", until)) if value}
    return checked(str(api.call("POST", "/exports", period, key=uuid.uuid4().hex)["id"]))


def checked(export_id: str) -> str:
    """The id, if it is one: only then it becomes part of a path or of a file's name."""
    if not ID.fullmatch(export_id):
        raise UsageError(f"{export_id!r} is no id of an export; those are 20 lower-case letters and digits 2 to 7")
    return export_id


def fetch(api: Api, path: str, kind: str, file: Path) -> Path:
    """Download one of the export's files; one that is there under its name is complete."""
    if file.exists():
        return file
    download = Download(file)
    with bar(DownloadColumn()) as progress:
        task = progress.add_task(file.name, total=None)
        for broken in range(BREAKS):
            link = api.call("GET", path)["files"][kind]  # a new one, since links expire
            try:
                download.go_on(link, lambda done, total: progress.update(task, completed=done, total=total))
                return file
            except BrokenDownloadError:
                time.sleep(min(FIRST_PAUSE * 2**broken, LONGEST_PAUSE))
    raise ApiError(f"the download of {file.name} broke off {BREAKS} times; go on with: --id {path.rpartition('/')[2]}")
