"""`snapjury submit`: send files to a running stack, and wait for what becomes of them."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import requests
import typer
from rich.console import Console
from rich.progress import Progress

DEFAULT_URL = "http://localhost:4566/_aws/execute-api/snapjury/v1"
POLL_SECONDS = 0.25
REQUEST_TIMEOUT = 30
ENDED = ("success", "failed")


class Stack:
    """The API of a running stack, as an owner of assets uses it."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._http = requests.Session()

    def submit(self, file: Path, notifications: dict[str, str]) -> str:
        """Upload the file and submit it: the asset's id."""
        form = self._json(self._http.post(f"{self._url}/uploads", timeout=REQUEST_TIMEOUT))
        with file.open("rb") as content:
            uploaded = requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=REQUEST_TIMEOUT)
        uploaded.raise_for_status()
        body = {"assetPath": form["assetPath"], "notifications": notifications}
        answer = self._http.post(f"{self._url}/assets/image", json=body, timeout=REQUEST_TIMEOUT)
        return str(self._json(answer)["id"])

    def asset(self, asset_id: str) -> dict[str, Any]:
        return self._json(self._http.get(f"{self._url}/assets/{asset_id}", timeout=REQUEST_TIMEOUT))

    def _json(self, answer: requests.Response) -> dict[str, Any]:
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body


def submit(
    paths: Annotated[list[Path], typer.Argument(help="Image files.", exists=True, dir_okay=False, readable=True)],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until every asset has succeeded or failed.")] = False,
    url: Annotated[str, typer.Option(help="Base URL of the API.", envvar="SNAPJURY_URL")] = DEFAULT_URL,
    notify: Annotated[str, typer.Option(help="URL that is told when it starts, succeeds and fails.")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds to wait for one asset at the most.")] = 120,
) -> None:
    """Upload files to a running stack and submit them, one JSON line each.

    Without --wait a line has the file, the asset's id and its state; with it also the errors. Exit code 1 if the stack
    cannot be used, or an asset did not end in time.
    """
    stack = Stack(url)
    notifications = dict.fromkeys(("onStart", "onSuccess", "onFailure"), notify) if notify else {}
    console = Console(stderr=True)
    try:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            ids = [stack.submit(path, notifications) for path in progress.track(paths, description="submitting")]
            for path, asset_id in progress.track(list(zip(paths, ids, strict=True)), description="validating"):
                print_asset(path, asset_id, wait_for(stack, asset_id, timeout) if wait else {"state": "queued"})
    except (requests.RequestException, TimeoutError, OSError) as error:
        typer.echo(f"snapjury submit: {error}", err=True)
        raise typer.Exit(1) from error


def wait_for(stack: Stack, asset_id: str, timeout: float) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    while (asset := stack.asset(asset_id))["state"] not in ENDED:
        if time.monotonic() > deadline:
            raise TimeoutError(f"asset {asset_id} is still {asset['state']} after {timeout:g} s")
        time.sleep(POLL_SECONDS)
    return asset


def print_asset(path: Path, asset_id: str, asset: dict[str, Any]) -> None:
    shown = {key: asset[key] for key in ("state", "errors") if key in asset}
    print(json.dumps({"file": str(path), "id": asset_id, **shown}))
