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
from snapjury.cli.terminal import Password, Url, User, bar, failing_as, signed_in
from snapjury.cli.waiting import await_end

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
        api = signed_in(url, user, password)
        path = f"/exports/{export_id or start(api, since, until)}"
        with bar() as progress:
            progress.add_task("exporting", total=None)
            ended = await_end(api, path, lambda _: None, timeout)
        output.mkdir(parents=True, exist_ok=True)
        files = {kind: str(fetch(api, path, kind, output / f"{ended['id']}{SUFFIXES[kind]}")) for kind in SUFFIXES}
        print(json.dumps({"id": ended["id"], "snapshots": ended["snapshots"], "files": files}))


def start(api: Api, since: str, until: str) -> str:
    """The id of a new export."""
    period = {name: value for name, value in (("since", since), ("until", until)) if value}
    return str(api.call("POST", "/exports", period, key=uuid.uuid4().hex)["id"])


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
