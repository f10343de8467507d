"""`snapjury remove`: take snapshots out that were submitted by mistake, one by one or all that an import brought."""

import json
import os
from functools import partial
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL, Api, ApiError, Record
from snapjury.cli.terminal import (
    API_KEY_VARIABLE,
    Password,
    Url,
    UsageError,
    User,
    as_customer,
    bar,
    failing_as,
    is_signing_in,
    signed_in,
)
from snapjury.cli.waiting import await_end
from snapjury.rules.job import JobState

SUMMARY = ("id", "state", "accepted", "removed")


def remove(
    snapshots: Annotated[list[str] | None, typer.Argument(help="Ids of snapshots.", metavar="SNAPSHOT...")] = None,
    import_id: Annotated[str, typer.Option("--import", help="Id of an import: all that it brought.")] = "",
    wait: Annotated[bool, typer.Option(help="Wait until all that the import brought was removed.")] = True,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at the most.")] = 3600,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Have nobody shown these snapshots any more, nor exported; print a JSON line for each, or for the import.

    Customers remove their own, with the key in SNAPJURY_API_KEY; admins sign in. It is safe to do so again. Exit code 1
    if there is no such snapshot; its line says so.
    """
    with failing_as("remove"):
        if bool(snapshots) == bool(import_id):
            raise UsageError("name snapshots, or an import with --import")
        if import_id:
            api = signed_in(url, user, password)
            print(json.dumps(import_removed(api, import_id, timeout if wait else None)))
            return
        api = as_customer_or_admin(url, user, password)
        lines = [snapshot_removed(api, each) for each in bar().track(snapshots or [], description="removing")]
        if any("error" in line for line in lines):
            raise typer.Exit(1)


def as_customer_or_admin(url: str, user: str, password: str) -> Api:
    if is_signing_in(user) or not os.environ.get(API_KEY_VARIABLE):
        return signed_in(url, user, password)
    return as_customer(url)


def snapshot_removed(api: Api, snapshot: str) -> Record:
    """The line of a snapshot, printed: that it was removed, or why not."""
    line: Record = {"id": snapshot}
    try:
        api.call("PUT", f"/snapshots/{quote(snapshot, safe='')}/removal")
    except ApiError as error:
        if error.status is None:
            raise
        line["error"] = str(error)
    else:
        line["status"] = "removed"
    print(json.dumps(line), flush=True)
    return line


def import_removed(api: Api, import_id: str, timeout: float | None) -> Record:
    """The import after the removal of what it brought, or at its beginning if there is no time to wait."""
    path = f"/imports/{quote(import_id, safe='')}"
    record = api.call("PUT", f"{path}/removal")
    if timeout is not None:
        with bar() as progress:
            task = progress.add_task("removing", total=record["accepted"] or None)
            tell = partial(progress.update, task)
            record = await_end(api, path, lambda each: tell(completed=each["removed"]), timeout, JobState.REMOVED)
    return {name: record[name] for name in SUMMARY}
