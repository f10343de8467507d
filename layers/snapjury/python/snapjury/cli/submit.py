"""`snapjury submit`: send files to a running stack, and wait for what becomes of them."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from snapjury.cli.api import DEFAULT_URL, Api, Record, UploadRefusedError
from snapjury.cli.at_once import Pause, at_once
from snapjury.cli.terminal import TypeName, Url, UsageError, as_customer, failing_as
from snapjury.rules.gtin import normal_gtin
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import PICTURES, PICTURES_IN_WORDS

POLL_SECONDS = 0.25
ENDED = ("success", "failed")
SHOWN = ("state", "errors")
"""Of what the API tells of an asset."""


def submit(
    paths: Annotated[list[Path], typer.Argument(help="Files of one type.", exists=True, dir_okay=False, readable=True)],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until every asset has succeeded or failed.")] = False,
    type_name: TypeName = IMAGE.name,
    product: Annotated[
        str, typer.Option(help="GTIN of what the pictures show: each becomes a snapshot to judge.")
    ] = "",
    url: Url = DEFAULT_URL,
    notify: Annotated[str, typer.Option(help="URL that is told when it starts, succeeds and fails.")] = "",
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for one asset at the most.")] = 120,
) -> None:
    """Upload files to a running stack and submit them, some at once; one JSON line each, as they are done.

    Without --wait a line has the file, the asset's id and its state; with it also the errors. An API key is read from
    SNAPJURY_API_KEY. Exit code 1 if the stack cannot be used, or a file was not taken or did not end in time: then its
    line has an `error`.
    """
    api = as_customer(url)
    with failing_as("submit"):
        route, fields = request_for(type_name, product)
        fields["notifications"] = dict.fromkeys(("onStart", "onSuccess", "onFailure"), notify) if notify else {}

        def submitted(path: Path, pause: Pause) -> Record:
            line: Record = {"file": str(path)}
            try:
                line["id"] = submit_file(api, path, route, fields)
                asset = wait_for(api, line["id"], timeout, pause) if wait else {"state": "queued"}
            except (UploadRefusedError, TimeoutError) as error:
                return line | {"error": str(error)}
            return line | {name: asset[name] for name in SHOWN if name in asset}

        failed = 0
        for line in at_once(submitted, paths, "validating" if wait else "submitting"):
            print(json.dumps(line), flush=True)
            failed += "error" in line
        if failed:
            raise UsageError(f"{failed} of {len(paths)} files were not taken, or did not end in time")


def request_for(type_name: str, product: str) -> tuple[str, Record]:
    """Where to submit files of this type, and what else to say there: the product, if one is given."""
    if not product:
        return f"/assets/{type_name}", {}
    if type_name not in PICTURES:
        raise UsageError(f"--product is for pictures: {PICTURES_IN_WORDS}; not for --type {type_name}")
    try:
        fields = {"product": normal_gtin(product)}
    except ValueError as error:
        raise UsageError(f"--product {error}") from error
    return "/snapshots", fields if type_name == IMAGE.name else fields | {"type": type_name}


def submit_file(api: Api, path: Path, route: str, fields: Record) -> str:
    """Upload the file and submit it there, with these fields: the asset's id."""
    with path.open("rb") as content:
        uploaded = api.upload(content)
    # An upload's path is new each time, so it can be the key under which the request may be repeated.
    return str(api.call("POST", route, {"assetPath": uploaded, **fields}, key=uploaded["path"])["id"])


def wait_for(api: Api, asset_id: str, timeout: float, pause: Pause) -> Record:
    """The asset once it has succeeded or failed; TimeoutError if that takes longer than so many seconds."""
    deadline = time.monotonic() + timeout
    while (asset := api.call("GET", f"/assets/{asset_id}"))["state"] not in ENDED:
        if time.monotonic() > deadline:
            raise TimeoutError(f"asset {asset_id} is still {asset['state']} after {timeout:g} s")
        pause(POLL_SECONDS)
    return asset
