"""`snapjury export --pictures`: what was found correct, laid out for training."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_server import ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run
from tests.jury import CHIPS, id_of

SIGNED_IN = {"SNAPJURY_TOKEN": "token of maria"}
EXPORT = "e7kq2" * 4
SALSA = "04006381333931"
RIGHT, OTHER, WRONG = id_of(1), id_of(2), id_of(3)
ROWS = f"""{RIGHT},{CHIPS},correct,s3://media/1.jpg
{OTHER},{SALSA},correct,s3://media/2.webp
{WRONG},{CHIPS},incorrect_or_unsure,s3://media/3.jpg
"""


class Exports:
    """The part of the API that exports, and a bucket whose connections end after `cut` bytes."""

    def __init__(self) -> None:
        self.url = ""
        self.rows = ROWS
        self.cut: int | None = None
        self.lost: set[str] = set()

    def __call__(self, request: Request) -> Reply:
        if request.route == "POST /exports":
            return Reply(202, {"id": EXPORT, "state": "queued"})
        if request.path == f"/exports/{EXPORT}":
            files = {kind: f"{self.url}/bucket/{kind}" for kind in ("manifest", "csv")}
            return Reply(200, {"id": EXPORT, "state": "done", "snapshots": 3, "files": files})
        name = request.path.rpartition("/")[2]
        if request.path.startswith("/snapshots/"):
            return Reply(200, {"image_url": f"{self.url}/bucket/{name}.jpg"})
        if name == "csv":
            return Reply(200, f"snapshot,product,status,image\n{self.rows}".encode())
        if name in self.lost:
            return problem(404, "gone")
        content, first = f"picture of {name}".encode(), request.headers.get("range", "bytes=0-")[6:-1]
        place = {"content-range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
        return Reply(206, content[int(first) :], place, self.cut if name.endswith(".jpg") else None)


@pytest.fixture
def exports() -> Exports:
    return Exports()


@pytest.fixture
def api(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setattr("snapjury.cli.download.FIRST_PAUSE", 0.0)
    with ApiServer(exports) as server:
        exports.url = server.url
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        yield server


def pictures_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*")}


EXPECTED = {
    f"{CHIPS}/{RIGHT}.jpg": f"picture of {RIGHT}.jpg".encode(),
    f"{SALSA}/{OTHER}.webp": f"picture of {OTHER}.jpg".encode(),
}


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("cut", [None, 9])
def test_pictures_found_correct_lie_in_a_folder_for_each_product(
    exports: Exports, tmp_path: Path, cut: int | None
) -> None:
    exports.cut = cut

    (line,) = lines_of(run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN))

    assert (line["pictures"], line["folder"]) == (2, str(tmp_path / f"{EXPORT}-pictures"))
    assert pictures_in(tmp_path / f"{EXPORT}-pictures") == EXPECTED


def test_a_later_call_asks_only_for_what_is_missing(api: ApiServer, exports: Exports, tmp_path: Path) -> None:
    exports.lost = {f"{OTHER}.jpg"}
    broken = run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN)
    exports.lost = set()
    asked_before = len(api.routes)

    lines_of(run("export", "--pictures", "--id", EXPORT, "--output", tmp_path, env=SIGNED_IN))

    assert (broken.exit_code, json.loads(broken.stdout)["pictures"]) == (1, 1)
    assert broken.stderr == f"snapjury export: the pictures of 1 snapshots are gone or damaged: {OTHER}\n"
    assert pictures_in(tmp_path / f"{EXPORT}-pictures") == EXPECTED
    assert f"GET /snapshots/{RIGHT}" not in api.routes[asked_before:]


@pytest.mark.usefixtures("api")
def test_a_connection_that_always_breaks_says_how_to_go_on(exports: Exports, tmp_path: Path) -> None:
    exports.cut = 0

    result = run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN)

    assert result.exit_code == 1
    assert " broke off 20 times: " in result.stderr
    assert result.stderr.endswith(f"; go on with: --id {EXPORT}\n")


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("found", [b"", b"pic\0\0\0", b"\0" * 99])
@pytest.mark.parametrize("name", [f"{RIGHT}.jpg", f"{RIGHT}.jpg.part"])
def test_a_picture_that_was_damaged_is_had_anew(exports: Exports, tmp_path: Path, name: str, found: bytes) -> None:
    kept = hashlib.sha256(EXPECTED[f"{CHIPS}/{RIGHT}.jpg"]).hexdigest()
    exports.rows = f"{RIGHT},{CHIPS},correct,s3://media/sha256/{kept[:2]}/{kept}.jpg\n"
    folder = tmp_path / f"{EXPORT}-pictures"
    (folder / CHIPS).mkdir(parents=True)
    (folder / CHIPS / name).write_bytes(found)

    lines_of(run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN))

    assert pictures_in(folder) == {f"{CHIPS}/{RIGHT}.jpg": EXPECTED[f"{CHIPS}/{RIGHT}.jpg"]}


def test_a_picture_with_other_bytes_than_its_name_says_is_never_taken(
    api: ApiServer, exports: Exports, tmp_path: Path
) -> None:
    exports.rows = f"{RIGHT},{CHIPS},correct,s3://media/sha256/ab/{'ab' * 32}.jpg\n{OTHER},{SALSA},correct,2.webp\n"

    result = run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN)

    assert (result.exit_code, json.loads(result.stdout)["pictures"]) == (1, 1)
    assert result.stderr == f"snapjury export: the pictures of 1 snapshots are gone or damaged: {RIGHT}\n"
    assert list(pictures_in(tmp_path / f"{EXPORT}-pictures")) == [f"{SALSA}/{OTHER}.webp"]
    assert api.routes.count(f"GET /snapshots/{RIGHT}") == 1


@pytest.mark.usefixtures("api")
def test_a_damaged_picture_does_not_stay_where_none_can_be_had(exports: Exports, tmp_path: Path) -> None:
    exports.rows = f"{RIGHT},{CHIPS},correct,s3://media/sha256/ab/{'ab' * 32}.jpg\n"
    exports.lost = {f"{RIGHT}.jpg"}
    folder = tmp_path / f"{EXPORT}-pictures"
    (folder / CHIPS).mkdir(parents=True)
    (folder / CHIPS / f"{RIGHT}.jpg").write_bytes(b"damaged")

    assert run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN).exit_code == 1
    assert pictures_in(folder) == {}


def test_a_folder_that_cannot_be_written_is_told_before_an_export_is_begun(api: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    result = run("export", "--pictures", "--output", tmp_path / "file" / "data", env=SIGNED_IN)

    assert result.exit_code == 1
    assert "Not a directory" in result.stderr
    assert api.routes == []


@pytest.mark.usefixtures("api")
def test_what_cannot_be_written_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / f"{EXPORT}-pictures").write_text("in the way")

    result = run("export", "--pictures", "--output", tmp_path, env=SIGNED_IN)

    assert result.exit_code == 1
    assert result.stderr.endswith(f"; go on with: --id {EXPORT}\n")


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(
    "row",
    [f"../../escaped,{CHIPS},correct,1.jpg", f"{RIGHT},../..,correct,1.jpg", f"{RIGHT},{CHIPS},correct,1.exe"],
)
def test_what_is_no_picture_of_a_product_never_becomes_a_path(exports: Exports, tmp_path: Path, row: str) -> None:
    exports.rows += f"{row}\n"

    result = run("export", "--pictures", "--output", tmp_path / "inside", env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "line 5" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["inside"]
    assert not (tmp_path / "inside" / f"{EXPORT}-pictures").exists()
