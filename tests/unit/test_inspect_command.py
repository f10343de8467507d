import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from snapjury.cli.inspect import inspect, inspect_file
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import TYPES
from tests.images import jpeg, png, truncated_jpeg
from tests.types.pdf import pdf

app = typer.Typer()
app.command()(inspect)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def shoe(tmp_path: Path) -> Path:
    file = tmp_path / "shoe.jpg"
    file.write_bytes(jpeg(640, 480))
    return file


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    file = tmp_path / "poster.png"
    file.write_bytes(png(1200, 300))
    return file


def test_each_file_gets_one_json_line_in_the_order_given(shoe: Path, poster: Path) -> None:
    result = run(poster, shoe)

    assert result.stdout.splitlines() == [
        f'{{"file": "{poster}", "ok": false, "errors": ["is not a jpeg", "width is greater than 1000px"], '
        '"width": 1200, "height": 300}',
        f'{{"file": "{shoe}", "ok": true, "errors": [], "width": 640, "height": 480}}',
    ]


def test_no_progress_is_drawn_when_nobody_looks(shoe: Path) -> None:
    assert run(shoe).stderr == ""


def test_a_refused_file_fails_the_command_only_with_check(shoe: Path, poster: Path) -> None:
    assert run(shoe, poster).exit_code == 0
    assert run("--check", shoe, poster).exit_code == 1
    assert run("--check", shoe).exit_code == 0


def test_the_limit_of_the_sides_can_be_set_and_lifted(shoe: Path) -> None:
    narrow, lifted = run("--max-side", "500", shoe), run("--max-side", "0", shoe)

    assert json.loads(narrow.stdout)["errors"] == ["width is greater than 500px"]
    assert json.loads(lifted.stdout)["ok"]


def test_files_of_another_type_are_judged_by_its_rule(tmp_path: Path, poster: Path) -> None:
    leaflet = tmp_path / "leaflet.pdf"
    leaflet.write_bytes(pdf(pages=3))

    assert json.loads(run("--type", "png", poster).stdout)["errors"] == ["width is greater than 1000px"]
    assert json.loads(run("--type", "png", "--max-side", "0", poster).stdout)["ok"]
    assert json.loads(run("--type", "pdf", leaflet).stdout) == {
        "file": str(leaflet),
        "ok": True,
        "errors": [],
        "width": None,
        "height": None,
        "pages": 3,
    }


def test_an_unknown_type_and_a_side_of_what_has_none_are_told(shoe: Path) -> None:
    unknown, sideless = run("--type", "video", shoe), run("--type", "text", "--max-side", "9", shoe)

    assert (unknown.exit_code, sideless.exit_code) == (2, 2)
    assert f"known are: {', '.join(TYPES)}" in " ".join(unknown.stderr.replace("│", "").split())
    assert "leave --max-side out" in " ".join(sideless.stderr.replace("│", "").split())


def test_what_cannot_be_read_is_not_reachable(tmp_path: Path) -> None:
    missing, folder, pipe = tmp_path / "missing.jpg", tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir()
    os.mkfifo(pipe)

    records = [json.loads(line) for line in run(missing, folder, pipe).stdout.splitlines()]

    assert records == [
        {"file": str(file), "ok": False, "errors": ["is not reachable"], "width": None, "height": None}
        for file in (missing, folder, pipe)
    ]


def test_a_damaged_file_keeps_the_size_that_it_claims(tmp_path: Path) -> None:
    upload = tmp_path / "upload.jpg"
    upload.write_bytes(truncated_jpeg())

    assert json.loads(run(upload).stdout) == {
        "file": str(upload),
        "ok": False,
        "errors": ["is damaged"],
        "width": 64,
        "height": 48,
    }


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    endless = tmp_path / "endless.jpg"
    endless.write_bytes(jpeg(640, 480))
    os.truncate(endless, 1 << 40)  # a sparse file of a terabyte, which no memory holds

    inspection = inspect_file(endless, IMAGE, IMAGE.limits)

    assert inspection.errors == ("is larger than 20 MB",)
    assert (inspection.width, inspection.height) == (640, 480)


def test_a_name_with_odd_characters_stays_on_one_line(tmp_path: Path) -> None:
    odd = tmp_path / 'a "shoe"\nà la mode.jpg'
    odd.write_bytes(jpeg())

    lines = run(odd).stdout.splitlines()

    assert len(lines) == 1
    assert json.loads(lines[0])["file"] == str(odd)
