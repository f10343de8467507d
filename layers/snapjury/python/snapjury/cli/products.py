"""`snapjury products`: the catalog that snapshots are filed under, and its reference images."""

import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from snapjury.cli.api import DEFAULT_URL, Api, ApiError, Record, UploadRefusedError
from snapjury.cli.at_once import Pause, at_once
from snapjury.cli.download import sha256_of
from snapjury.cli.submit import request_for, submit_file, wait_for
from snapjury.cli.tables import table_of
from snapjury.cli.terminal import Password, Url, UsageError, User, failing_as, signed_in
from snapjury.rules.gtin import normal_gtin
from snapjury.rules.product import check_product_name
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.png.about import PNG, PNG_SIGNATURE
from snapjury.rules.types.webp.about import WEBP, WEBP_SIGNATURE

COLUMNS, OPTIONAL = ("gtin", "name"), ("reference",)
HEAD_BYTES = 16
ABOUT_ALL_ROWS = {None, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

app = typer.Typer(help="Manage products and their reference images.", no_args_is_help=True)


class Row(Struct, frozen=True):
    """A product as a line of the file describes it; `reference` is the file of its image, None to leave that alone."""

    line: int
    gtin: str
    name: str
    reference: Path | None


class RefusedError(Exception):
    """The reference image was refused; the message says why."""


@app.command("list")
def list_products(url: Url = DEFAULT_URL, user: User = "", password: Password = "") -> None:
    """Print all products by their GTINs, one JSON line each."""
    with failing_as("products list"):
        for product in signed_in(url, user, password).pages("/products", "products"):
            print(json.dumps(product))


@app.command("import")
def import_products(
    file: Annotated[Path, typer.Argument(help="A CSV with the columns gtin and name.", exists=True, dir_okay=False)],
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for one reference image at the most.")] = 120,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Create or change each product of a file, one JSON line each; it is safe to do so again.

    A third column `reference` may name pictures (JPEG, PNG or WebP), from the file's folder on. Where it is empty a
    product keeps the image it has, and products that are not in the file stay as they are. Nothing is done if a row
    cannot be taken. Exit code 1 if a row could not, or was refused; its line says why.
    """
    with failing_as("products import"):
        rows = read_products(file)
        api = signed_in(url, user, password)
        refused = 0
        for outcome in at_once(partial(brought_in, api, timeout), rows, "bringing in"):
            print(json.dumps(outcome), flush=True)
            refused += "error" in outcome
        if refused:
            raise UsageError(f"{refused} of {len(rows)} products were refused")


def read_products(file: Path) -> list[Row]:
    """The rows of the file. Prints a line for each that cannot be taken, and raises UsageError if there are any."""
    rows: list[Row] = []
    lines: dict[str, int] = {}
    bad = 0
    for line, cells in table_of(file, COLUMNS, OPTIONAL):
        gtin, name, reference = (cell.strip() for cell in cells)
        try:
            row = row_of(line, gtin, name, file.parent / reference if reference else None)
            if lines.setdefault(row.gtin, line) != line:
                raise ValueError(f"gtin is that of line {lines[row.gtin]} too")
            rows.append(row)
        except ValueError as error:
            bad += 1
            print(json.dumps({"line": line, "gtin": gtin, "error": str(error)}))
    if bad:
        raise UsageError(f"{file}: {bad} of {bad + len(rows)} rows cannot be taken, so nothing was done")
    return rows


def row_of(line: int, gtin: str, name: str, reference: Path | None) -> Row:
    """The row; ValueError says what is wrong with it."""
    try:
        normal = normal_gtin(gtin)
    except ValueError as error:
        raise ValueError(f"gtin {error}") from error
    try:
        check_product_name(name)
    except ValueError as error:
        raise ValueError(f"name {error}") from error
    if reference is not None and not reference.is_file():
        raise ValueError(f"reference: there is no file {reference}")
    return Row(line, normal, name, reference)


def brought_in(api: Api, timeout: float, row: Row, pause: Pause) -> Record:
    """What became of the row: `done` is created, changed or unchanged; or there is an `error`."""
    about = {"line": row.line, "gtin": row.gtin}
    try:
        return about | {"done": bring_in(api, row, lambda asset_id: wait_for(api, asset_id, timeout, pause))}
    except (RefusedError, UploadRefusedError, TimeoutError) as error:
        return about | {"error": f"reference: {error}"}
    except ApiError as error:
        if error.status in ABOUT_ALL_ROWS:
            raise
        return about | {"error": str(error)}


def bring_in(api: Api, row: Row, ended: Callable[[str], Record]) -> str:
    known = stored(api, row.gtin)
    fields = {"name": row.name}
    if row.reference is not None and (known is None or known["reference_sha256"] != sha256_of(row.reference)):
        fields["reference"] = accepted_image(api, row.reference, ended)
    if known is not None and fields == {"name": known["name"]}:
        return "unchanged"
    if known is None:
        try:
            api.call("POST", "/products", {"gtin": row.gtin} | fields, repeatable=True)
            return "created"
        except ApiError as error:
            if error.status != HTTPStatus.CONFLICT:  # else our own request came through, or somebody was faster
                raise
    api.call("PUT", f"/products/{row.gtin}", fields)
    return "created" if known is None else "changed"


def stored(api: Api, gtin: str) -> Record | None:
    try:
        return api.call("GET", f"/products/{gtin}")
    except ApiError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def type_of(file: Path) -> str:
    """The type of picture that the file begins like, whatever it is called; that of a JPEG if it is none."""
    with file.open("rb") as content:
        head = content.read(HEAD_BYTES)
    if head.startswith(PNG_SIGNATURE):
        return PNG.name
    return WEBP.name if WEBP_SIGNATURE.match(head) else IMAGE.name


def accepted_image(api: Api, file: Path, ended: Callable[[str], Record]) -> str:
    """The id of the asset that this file became; RefusedError if it was not accepted."""
    asset_id = submit_file(api, file, *request_for(type_of(file), product=""))
    asset = ended(asset_id)
    if asset["state"] != "success":
        raise RefusedError("; ".join(message for messages in asset["errors"].values() for message in messages))
    return asset_id
