import hashlib
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from snapjury.rules.gtin import check_digit
from tests.api_server import HANG_UP, ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run
from tests.images import png
from tests.jury import CHIPS
from tests.types import webp

SIGNED_IN = {"SNAPJURY_TOKEN": "token of maria"}
SALSA = "04006381333931"
GOOD, BAD = b"a picture", b"no picture"


class Catalog:
    """The part of the API that keeps products; a file uploaded to it becomes an asset, which fails if it is BAD."""

    def __init__(self) -> None:
        self.url = ""
        self.products: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.numbers = count()
        self.lost_answers = 0
        self.is_up = True

    def __call__(self, request: Request) -> Reply:
        if not self.is_up:
            return HANG_UP
        if request.path == "/bucket":
            return self.take(request)
        if request.headers.get("authorization") != "Bearer token of maria":
            return problem(401, "sign in first")
        if request.route == "POST /uploads":
            number = str(next(self.numbers))
            self.files[number] = b""
            place = {"location": "upload", "path": f"uploads/{number}"}
            return Reply(201, {"url": f"{self.url}/bucket", "fields": {"key": number}, "assetPath": place})
        if request.route in ("POST /assets/image", "POST /assets/png", "POST /assets/webp"):
            return Reply(202, {"id": f"asset-{request.body['assetPath']['path'].partition('/')[2]}", "state": "queued"})
        if request.path.startswith("/assets/"):
            return self.asset(request.path.rpartition("-")[2])
        return self.product(request)

    def take(self, request: Request) -> Reply:
        number = request.content.split(b"\r\n\r\n")[1].split(b"\r\n")[0].decode()
        self.files[number] = BAD if BAD in request.content else GOOD
        return Reply(204, b"")

    def asset(self, number: str) -> Reply:
        if self.files[number] == GOOD:
            return Reply(200, {"state": "success", "errors": {}})
        return Reply(200, {"state": "failed", "errors": {"asset": ["is not an image", "is not a jpeg"]}})

    def product(self, request: Request) -> Reply:
        if request.method == "POST":
            gtin = request.body["gtin"]
            if gtin in self.products:
                return problem(409, "there is one already")
            self.products[gtin] = {"name": request.body["name"], "reference": request.body.get("reference")}
            if self.lost_answers:
                self.lost_answers -= 1
                return HANG_UP
            return Reply(201, self.view(gtin))
        gtin = request.path.rpartition("/")[2]
        if request.route == "GET /products":
            return Reply(200, {"products": [self.view(each) for each in sorted(self.products)], "next": None})
        if gtin not in self.products:
            return problem(404, "nothing is stored under this id")
        if request.method == "PUT":
            if len(request.body["name"]) > 200:
                return problem(422, "must have at most 200 characters", "name")
            self.products[gtin] |= request.body
        return Reply(200, self.view(gtin))

    def view(self, gtin: str) -> dict[str, Any]:
        product = self.products[gtin]
        content = self.files[product["reference"].partition("-")[2]] if product["reference"] else None
        sha256 = hashlib.sha256(content).hexdigest() if content else None
        return {"gtin": gtin, "name": product["name"], "reference_sha256": sha256}


def line_of(outcome: dict[str, Any]) -> int:
    line: int = outcome["line"]
    return line


@pytest.fixture
def catalog() -> Catalog:
    return Catalog()


@pytest.fixture
def api(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setattr("snapjury.cli.api.FIRST_PAUSE", 0)
    with ApiServer(catalog) as server:
        catalog.url = server.url
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two products, the first of them with a picture in a folder beside it."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "chips.jpg").write_bytes(GOOD)
    file = tmp_path / "products.csv"
    file.write_text(f'name,gtin,shop,reference\n"Chips, salted",{CHIPS[2:]},Lidl,pictures/chips.jpg\nSalsa,{SALSA},,\n')
    return file


def test_a_reference_is_submitted_as_what_it_is_whatever_it_is_called(
    api: ApiServer, catalog: Catalog, file: Path
) -> None:
    for gtin, content in ((CHIPS, png()), (SALSA, next(iter(webp.good().values()))), ("96385074", GOOD)):
        (file.parent / "reference.png").write_bytes(content)
        file.write_text(f"gtin,name,reference\n{gtin},Snack,reference.png\n")
        lines_of(run("products", "import", file, env=SIGNED_IN))

    submitted = [route for route in api.routes if route.startswith("POST /assets/")]
    assert submitted == ["POST /assets/png", "POST /assets/webp", "POST /assets/image"]
    assert len(catalog.products) == 3


@pytest.mark.usefixtures("api")
def test_products_are_created_with_their_pictures_and_the_same_file_again_changes_nothing(
    catalog: Catalog, file: Path
) -> None:
    lines = sorted(lines_of(run("products", "import", file, env=SIGNED_IN)), key=line_of)
    created = {gtin: dict(product) for gtin, product in catalog.products.items()}
    again = lines_of(run("products", "import", file, env=SIGNED_IN))

    assert lines == [
        {"line": 2, "gtin": CHIPS, "done": "created"},
        {"line": 3, "gtin": SALSA, "done": "created"},
    ]
    assert created == {
        CHIPS: {"name": "Chips, salted", "reference": "asset-0"},
        SALSA: {"name": "Salsa", "reference": None},
    }
    assert [each["done"] for each in again] == ["unchanged", "unchanged"]
    assert (catalog.products, len(catalog.files)) == (created, 1)


@pytest.mark.usefixtures("api")
def test_what_differs_is_changed_and_the_picture_is_kept_where_none_is_named(catalog: Catalog, file: Path) -> None:
    lines_of(run("products", "import", file, env=SIGNED_IN))
    file.write_text(f"gtin,name\n{CHIPS},Chips with salt\n{SALSA},Salsa\n")

    renamed = sorted(lines_of(run("products", "import", file, env=SIGNED_IN)), key=line_of)

    assert [each["done"] for each in renamed] == ["changed", "unchanged"]
    assert catalog.products[CHIPS] == {"name": "Chips with salt", "reference": "asset-0"}

    file.write_text(f"gtin,name,reference\n{SALSA},Salsa,pictures/chips.jpg\n")
    pictured = lines_of(run("products", "import", file, env=SIGNED_IN))

    assert [each["done"] for each in pictured] == ["changed"]
    assert catalog.products[SALSA] == {"name": "Salsa", "reference": "asset-1"}


def test_all_rows_that_cannot_be_taken_are_named_and_nothing_is_done(api: ApiServer, file: Path) -> None:
    file.write_text(
        "gtin,name,reference\n"
        f"{CHIPS},Chips,\n{CHIPS[:-1]}9,Chips,\n{CHIPS[2:]},Chips again,\n"
        f"{SALSA},\u2060,\n40170725,Dip,pictures/dip.jpg\n"
    )

    result = run("products", "import", file, env=SIGNED_IN)

    assert result.exit_code == 1
    assert [(each["line"], each["error"]) for each in map(json.loads, result.stdout.splitlines())] == [
        (3, "gtin is not a GTIN: its check digit is 9, and should be 4"),
        (4, "gtin is that of line 2 too"),
        (5, "name must be printable text; U+2060 is not"),
        (6, f"reference: there is no file {file.parent / 'pictures' / 'dip.jpg'}"),
    ]
    assert result.stderr == f"snapjury products import: {file}: 4 of 5 rows cannot be taken, so nothing was done\n"
    assert api.routes == []


@pytest.mark.usefixtures("api")
def test_a_row_that_is_refused_says_why_and_the_others_are_taken(catalog: Catalog, file: Path) -> None:
    (file.parent / "pictures" / "chips.jpg").write_bytes(BAD)
    catalog.products[SALSA] = {"name": "Salsa", "reference": None}
    file.write_text(
        f"gtin,name,reference\n{CHIPS},Chips,pictures/chips.jpg\n{SALSA},{'x' * 201},\n00000040170725,Dip,\n"
    )

    result = run("products", "import", file, env=SIGNED_IN)

    first, second, third = sorted(map(json.loads, result.stdout.splitlines()), key=line_of)
    assert result.exit_code == 1
    assert first == {"line": 2, "gtin": CHIPS, "error": "reference: is not an image; is not a jpeg"}
    assert second["error"].startswith("name: must have at most 200 characters")
    assert third == {"line": 4, "gtin": "00000040170725", "done": "created"}
    assert result.stderr == "snapjury products import: 2 of 3 products were refused\n"
    assert CHIPS not in catalog.products


@pytest.mark.usefixtures("api")
def test_a_table_as_spreadsheets_write_it_is_read(catalog: Catalog, file: Path) -> None:
    rows = f"\ufeffName;x, GTIN ,Reference\r\n Dip ,40170725\r\nSalsa , {SALSA}, pictures/chips.jpg \r\n,,\r\n,,,\r\n"
    file.write_text(rows.replace("Name;x", "Name"), newline="")

    lines = lines_of(run("products", "import", file, env=SIGNED_IN))

    assert sorted(each["line"] for each in lines) == [2, 3]
    assert catalog.products == {
        "00000040170725": {"name": "Dip", "reference": None},
        SALSA: {"name": "Salsa", "reference": "asset-0"},
    }


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("gtin;name", "has no column gtin and name; its first line is 'gtin;name', and must name gtin, name"),
        ("gtin,name,Name", "names the column name twice"),
        ("", "is empty: it has no column gtin and name; its first line must name gtin, name"),
    ],
)
def test_a_wrong_header_is_shown(api: ApiServer, file: Path, header: str, message: str) -> None:
    file.write_text(header)

    result = run("products", "import", file, env=SIGNED_IN)

    assert (result.exit_code, result.stderr) == (1, f"snapjury products import: {file} {message}\n")
    assert api.routes == []


def test_who_may_not_is_told_once(api: ApiServer, file: Path) -> None:
    file.write_text(
        "gtin,name\n" + "".join(f"{number}{check_digit(str(number))},Dip\n" for number in range(1234567, 1234667))
    )

    result = run("products", "import", file, env={"SNAPJURY_TOKEN": "token of nobody"})

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("snapjury products import: sign in first")
    assert len(api.routes) < 100


@pytest.mark.usefixtures("api")
def test_an_answer_that_got_lost_makes_no_error(catalog: Catalog, file: Path) -> None:
    catalog.lost_answers = 1
    file.write_text(f"gtin,name\n{CHIPS},Chips\n")

    assert lines_of(run("products", "import", file, env=SIGNED_IN)) == [{"line": 2, "gtin": CHIPS, "done": "created"}]
    assert catalog.products == {CHIPS: {"name": "Chips", "reference": None}}


@pytest.mark.usefixtures("api")
def test_an_api_that_does_not_answer_ends_it_with_one_line(catalog: Catalog, file: Path) -> None:
    catalog.is_up = False

    result = run("products", "import", file, env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"snapjury products import: {catalog.url} does not answer (ConnectionError)" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("api")
def test_products_are_listed_by_their_gtins(catalog: Catalog, file: Path) -> None:
    lines_of(run("products", "import", file, env=SIGNED_IN))

    listed = lines_of(run("products", "list", env=SIGNED_IN))

    assert listed == [catalog.view(CHIPS), catalog.view(SALSA)]
