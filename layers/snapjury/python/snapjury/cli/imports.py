"""`snapjury import`: submit the snapshots of a manifest, and report the rows that are no good."""

import json
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from snapjury.cli.api import DEFAULT_URL, Api, Record
from snapjury.cli.terminal import Password, Url, User, bar, failing_as, signed_in
from snapjury.cli.waiting import await_end
from snapjury.rules.manifest import ENDINGS

S3 = "s3://"

DEALT_WITH = ("accepted", "known", "rejected")
SUMMARY = ("id", "state", "rows", *DEALT_WITH)


def import_manifest(
    manifest: Annotated[str, typer.Argument(help="A file of JSON Lines or CSV, or s3://bucket/key.")],
    wait: Annotated[bool, typer.Option(help="Wait until every row was read.")] = True,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at the most.")] = 3600,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Import the snapshots that a manifest names; print a summary, and each bad row, as JSON lines.

    A row names a product (`gtin`), a picture (`source-ref`, or `location` and `path`), and where that is no JPEG its
    `asset-type`: png or webp. A local file is uploaded. It is safe to import a manifest again, say after its bad rows
    were mended: rows that were accepted before count as known. Exit code 1 if a row was rejected or the import failed.
    The pictures of accepted rows are looked at afterwards: those that are refused are among the failed assets, with
    their line as `origin`.
    """
    with failing_as("import"):
        api = signed_in(url, user, password)
        started = start(api, manifest)
        if not wait:
            print(json.dumps(started))
            return
        path = f"/imports/{started['id']}"
        with bar() as progress:
            task = progress.add_task("importing", total=None)
            ended = await_end(api, path, lambda record: show(progress, task, record), timeout)
        print(json.dumps({name: ended[name] for name in SUMMARY}))
        if ended["rejected"]:
            for row in api.pages(f"{path}/errors", "errors"):
                print(json.dumps(row))
            raise typer.Exit(1)


def start(api: Api, manifest: str) -> Record:
    """The new import of this manifest. The key only makes it safe to send the request again."""
    if manifest.startswith(S3):
        source: Record = {"location": "s3", "path": manifest}
    else:
        with Path(manifest).open("rb") as file:
            source = api.upload(file)
    return api.call("POST", "/imports", {"manifest": source, **format_of(manifest)}, key=uuid.uuid4().hex)


def format_of(manifest: str) -> dict[str, str]:
    """What files of this name hold; of a name that says nothing the API finds out itself."""
    suffix = Path(manifest).suffix.lower()
    return {"format": ENDINGS[suffix]} if suffix in ENDINGS else {}


def show(progress: Progress, task: TaskID, record: Record) -> None:
    done = sum(record.get(name) or 0 for name in DEALT_WITH)
    progress.update(task, completed=done, total=max(record.get("rows") or 0, done) or None)
