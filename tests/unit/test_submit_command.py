import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.api_server import ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run
from tests.jury import CHIPS

FILE_NAME = re.compile(rb'filename="(\w+)\.jpg"')


class Assets:
    """The part of the API that takes images, each as the asset of its file's name.

    `notes` fails, `salsa` never ends, and `atlas` is too large for the bucket.
    """

    def __init__(self) -> None:
        self.url = ""
        self.is_up = True
        self.uploads: dict[str, str] = {}
        self.numbers = count()
        self.notifications: list[dict[str, str]] = []
        self.products: list[str | None] = []
        self.identities: dict[str, str | None] = {}

    def __call__(self, request: Request) -> Reply:
        self.identities[request.path] = request.headers.get("authorization")
        if not self.is_up:
            return problem(403, "not today")
        if request.route == "POST /uploads":
            path = f"uploads/{next(self.numbers):04}"
            self.uploads[path] = ""
            place = {"location": "upload", "path": path}
            return Reply(201, {"url": f"{self.url}/bucket", "fields": {"key": path}, "assetPath": place})
        if request.path == "/bucket":
            (name,) = FILE_NAME.findall(request.content)
            if name == b"atlas":
                return Reply(400, b"<Code>EntityTooLarge</Code>")
            self.uploads[next(path for path in self.uploads if path.encode() in request.content)] = name.decode()
            return Reply(204, b"")
        if request.route in ("POST /assets/image", "POST /assets/png", "POST /snapshots"):
            self.notifications.append(request.body["notifications"])
            self.products.append(request.body.get("product"))
            return Reply(202, {"id": self.uploads[request.body["assetPath"]["path"]], "state": "queued"})
        if request.path == "/assets/salsa":
            return Reply(200, {"state": "working", "errors": {}})
        is_bad = request.path == "/assets/notes"
        errors = {"asset": ["is not an image"]} if is_bad else {}
        return Reply(200, {"state": "failed" if is_bad else "success", "errors": errors})


def file_of(line: dict[str, str]) -> str:
    return line["file"]


@pytest.fixture
def assets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Assets]:
    assets = Assets()
    with ApiServer(assets) as server:
        assets.url = server.url
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        yield assets


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    named = [tmp_path / name for name in ("chips.jpg", "notes.jpg", "salsa.jpg")]
    for file in named:
        file.write_bytes(b"an image")
    return named


def test_files_are_submitted_and_each_has_its_line(assets: Assets, files: list[Path]) -> None:
    lines = lines_of(run("submit", *files[:2], "--notify", "http://127.0.0.1:4567/"))

    assert sorted(lines, key=file_of) == [
        {"file": str(files[0]), "id": "chips", "state": "queued"},
        {"file": str(files[1]), "id": "notes", "state": "queued"},
    ]
    assert assets.notifications[0] == dict.fromkeys(("onStart", "onSuccess", "onFailure"), "http://127.0.0.1:4567/")


@pytest.mark.usefixtures("assets")
def test_who_waits_is_told_how_each_ended(files: list[Path]) -> None:
    lines = lines_of(run("submit", *files[:2], "--wait"))

    assert [(each["state"], each["errors"]) for each in sorted(lines, key=file_of)] == [
        ("success", {}),
        ("failed", {"asset": ["is not an image"]}),
    ]


@pytest.mark.usefixtures("assets")
def test_an_asset_that_does_not_end_in_time_is_told_and_keeps_no_other_back(files: list[Path]) -> None:
    more = [files[0].with_name(f"file{number}.jpg") for number in range(30)]
    for file in more:
        file.write_bytes(b"an image")

    result = run("submit", files[2], *more, "--wait", "--timeout", "0.1")

    lines = {each["file"]: each for each in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 1
    assert lines.pop(str(files[2])) == {
        "file": str(files[2]),
        "id": "salsa",
        "error": "asset salsa is still working after 0.1 s",
    }
    assert {name: each["state"] for name, each in lines.items()} == {str(file): "success" for file in more}
    assert result.stderr == "snapjury submit: 1 of 31 files were not taken, or did not end in time\n"


def test_each_of_many_files_is_submitted_once_and_has_its_line(assets: Assets, tmp_path: Path) -> None:
    files = [tmp_path / f"file{number}.jpg" for number in range(100)]
    for file in files:
        file.write_bytes(b"an image")

    lines = lines_of(run("submit", *files, "--wait"))

    assert sorted((each["file"], each["id"]) for each in lines) == sorted((str(file), file.stem) for file in files)
    assert len(assets.uploads) == 100


@pytest.mark.usefixtures("assets")
def test_a_file_that_is_not_taken_keeps_no_other_back(files: list[Path]) -> None:
    atlas = files[0].with_name("atlas.jpg")
    atlas.write_bytes(b"a very large image")

    result = run("submit", files[0], atlas, files[1])

    lines = sorted((json.loads(line) for line in result.stdout.splitlines()), key=file_of)
    assert lines[0] == {"file": str(atlas), "error": "the upload was refused: the file is too large"}
    assert [each.get("state") for each in lines] == [None, "queued", "queued"]
    assert result.exit_code == 1
    assert result.stderr == "snapjury submit: 1 of 3 files were not taken, or did not end in time\n"


def test_after_a_refusal_nothing_more_is_begun(assets: Assets, files: list[Path]) -> None:
    assets.is_up = False

    with ApiServer(assets) as server:
        result = run("submit", *files * 100, "--url", server.url)
        asked = len(server.routes)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("snapjury submit: not today")
    assert asked < 100


def test_a_customer_submits_with_an_api_key(assets: Assets, files: list[Path]) -> None:
    lines_of(run("submit", files[0], env={"SNAPJURY_API_KEY": "sj_live_acme"}))

    assert assets.identities == {
        "/uploads": "Bearer sj_live_acme",
        "/bucket": None,  # the form is proof enough, and the bucket is not told the key
        "/assets/image": "Bearer sj_live_acme",
    }


def test_files_are_submitted_as_the_type_that_was_named(assets: Assets, files: list[Path]) -> None:
    lines_of(run("submit", files[0], "--type", "png"))

    assert set(assets.identities) == {"/uploads", "/bucket", "/assets/png"}


def test_an_unknown_type_is_told_before_anything_is_sent(assets: Assets, files: list[Path]) -> None:
    result = run("submit", files[0], "--type", "video")

    assert result.exit_code == 2
    assert assets.identities == {}


def test_images_of_a_product_are_submitted_as_its_snapshots(assets: Assets, files: list[Path]) -> None:
    lines = lines_of(run("submit", *files[:2], "--product", CHIPS[2:], "--wait"))

    assert [each["state"] for each in sorted(lines, key=file_of)] == ["success", "failed"]
    assert assets.products == [CHIPS, CHIPS]
    assert "/assets/image" not in assets.identities


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--product", CHIPS[:-1] + "9"), "--product is not a GTIN: its check digit is 9, and should be 4"),
        (
            ("--product", CHIPS, "--type", "pdf"),
            "--product is for pictures: image, png, webp (image is a JPEG); not for --type pdf",
        ),
    ],
)
def test_what_is_no_snapshot_of_a_product_is_told_before_anything_is_sent(
    assets: Assets, files: list[Path], options: tuple[str, ...], message: str
) -> None:
    result = run("submit", files[0], *options)

    assert (result.exit_code, result.stderr) == (1, f"snapjury submit: {message}\n")
    assert assets.identities == {}
