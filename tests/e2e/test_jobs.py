"""Imports, exports and users for real, by the command line that people use."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import randrange
from typing import Any

import pytest

from infra.aws import TEST_CREDENTIALS
from infra.places import REGION, ROOT
from snapjury.rules.gtin import check_digit
from tests.e2e.floor import PASSWORD, Floor
from tests.e2e.stack import Stack, wait_until
from tests.images import jpeg, with_segment
from tests.jury import CHIPS

MARKER = "04006381333931"
COMMAND = "from snapjury.cli import main; main()"


@pytest.fixture(scope="module")
def floor(stack: Stack) -> Floor:
    return Floor(stack)


def snapjury(floor: Floor, *arguments: object, said: str = "", **variables: str) -> tuple[int, list[Any]]:
    """The exit code of a command that an admin gives, and the JSON lines that it prints."""
    environment = os.environ | TEST_CREDENTIALS | {
        "SNAPJURY_URL": floor.stack.url,
        "SNAPJURY_USER": floor.anna.name,
        "SNAPJURY_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT / "layers" / "snapjury" / "python"),
        "AWS_ENDPOINT_URL": floor.stack.endpoint,
        "AWS_DEFAULT_REGION": REGION,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        input=said,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_manifest_brings_its_pictures_into_the_pool_and_reports_each_bad_row(floor: Floor, tmp_path: Path) -> None:
    floor.fill_pool(0)
    for number in range(6):
        (floor.stack.root / f"row-{number}.jpg").write_bytes(jpeg(100 + number, 80))
    good = [f"local,row-{number}.jpg,{CHIPS}" for number in range(6)]
    bad = [f"local,row-0.jpg,{CHIPS[:-1]}9", f"moon,row-0.jpg,{CHIPS}"]
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(["location,path,product", *good, *bad]))

    code, (summary, *report) = snapjury(floor, "import", manifest)
    again = snapjury(floor, "import", manifest)[1][0]

    assert code == 1
    assert (summary["rows"], summary["accepted"], summary["rejected"]) == (8, 6, 2)
    assert [each["row"] for each in report] == [8, 9]
    assert (again["accepted"], again["known"], again["rejected"]) == (0, 6, 2)
    listed = floor.anna.ask("GET", "/imports?limit=2").json()["imports"]
    assert [each["id"] for each in listed] == [again["id"], summary["id"]]
    wait_until(lambda: floor.anna.ask("GET", "/stats").json()["pending"]["snapshots"] == 6, 60, "six in the pool")


def test_what_came_by_mistake_is_taken_back_and_nobody_is_shown_it(floor: Floor, tmp_path: Path) -> None:
    wait_until(lambda: floor.stack.messages("ValidationQueue") == 0, 30, "validations that come twice")
    floor.fill_pool(0)
    floor.anna.ask("POST", "/products", json={"gtin": MARKER, "name": "Highlighter"})
    for number in range(5):
        (floor.stack.root / f"mistake-{number}.jpg").write_bytes(jpeg(200 + number, 80))
    manifest = tmp_path / "mistake.csv"
    manifest.write_text("\n".join(["location,path,gtin", *(f"local,mistake-{n}.jpg,{MARKER}" for n in range(4))]))
    picture = {"product": MARKER, "assetPath": {"location": "local", "path": "mistake-4.jpg"}}
    single = floor.stack.request("POST", "/snapshots", json=picture).json()["id"]
    brought = snapjury(floor, "import", manifest)[1][0]
    wait_until(lambda: len(of_marker(floor, "pending")) == 5, 60, "five to be judged")
    kevin = floor.person("kevin")
    session = kevin.begin_session()

    code, (taken_back,) = snapjury(floor, "remove", "--import", brought["id"])
    wrong = snapjury(floor, "remove", "nonsense", single)

    assert (code, taken_back) == (0, {"id": brought["id"], "state": "removed", "accepted": 4, "removed": 4})
    assert (wrong[0], "error" in wrong[1][0], wrong[1][1]) == (1, True, {"id": single, "status": "removed"})
    assert (len(of_marker(floor, "removed")), of_marker(floor, "pending")) == (5, set())
    assert {each["snapshot"] for each in session["items"]} == of_marker(floor, "removed")
    assert kevin.vote(session["id"], single).json()["reason"] == "removed"
    assert kevin.begin_session()["items"] == []


def of_marker(floor: Floor, status: str) -> set[str]:
    """The ids of the highlighter's snapshots."""
    listed = floor.anna.ask("GET", f"/snapshots?product={MARKER}&status={status}").json()["snapshots"]
    return {each["id"] for each in listed}


def test_what_was_decided_is_exported_without_names(floor: Floor, tmp_path: Path) -> None:
    ids = floor.fill_pool(12)
    verdicts = {"kevin": "correct", "maria": "incorrect_or_unsure", "ahmed": "correct"}
    for name, verdict in verdicts.items():
        floor.person(name).work_through(floor.person(name).begin_session(), verdict)

    code, (made,) = snapjury(floor, "export", "--output", tmp_path)

    assert code == 0
    lines = [json.loads(line) for line in Path(made["files"]["manifest"]).read_text().splitlines()]
    ours = {each["snapjury-decision"]["snapshot"]: each for each in lines}
    assert set(ids) <= set(ours)
    one = ours[ids[0]]
    assert (one["snapjury"], one["snapjury-metadata"]["class-name"], one["product"]) == (1, "correct", CHIPS)
    assert one["source-ref"].startswith(f"s3://{floor.stack.outputs['MediaBucket']}/sha256/")
    assert [each["verdict"] for each in one["snapjury-decision"]["votes"]] == list(verdicts.values())
    written = Path(made["files"]["manifest"]).read_text() + Path(made["files"]["csv"]).read_text()
    assert not any(name in written for name in verdicts)
    assert len(Path(made["files"]["csv"]).read_text().splitlines()) == len(lines) + 1


def test_pictures_on_this_machine_become_a_folder_of_good_ones_for_each_product(floor: Floor, tmp_path: Path) -> None:
    """What README calls the way from pictures to a training set, whole."""
    floor.fill_pool(0)
    floor.forget_decisions()  # of snapshots without pictures
    digits = f"{randrange(10**10):013d}"
    gtin = digits + check_digit(digits)
    photos = {
        f"{each}.jpg": with_segment(0xFE, floor.stack.secret.encode(), jpeg(200 + each, 150)) for each in range(3)
    }
    for name, content in photos.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "products.csv").write_text(f"gtin,name,reference\n{gtin},Salsa,0.jpg\n")

    created = snapjury(floor, "products", "import", tmp_path / "products.csv")
    again = snapjury(floor, "products", "import", tmp_path / "products.csv")
    files = [tmp_path / name for name in photos]
    submitted = snapjury(floor, "submit", "--product", gtin, "--wait", *files)[1]
    ids = {Path(each["file"]).name: each["id"] for each in submitted}
    wait_until(lambda: floor.anna.ask("GET", "/stats").json()["pending"]["snapshots"] == 3, 60, "three in the pool")
    for name in ("kevin", "maria", "ahmed"):
        session = floor.person(name).begin_session()
        for item in session["items"]:
            verdict = "incorrect_or_unsure" if item["snapshot"] == ids["2.jpg"] else "correct"
            assert floor.person(name).vote(session["id"], item["snapshot"], verdict).json()["counted"]
    code, (made,) = snapjury(floor, "export", "--pictures", "--output", tmp_path)

    assert created == (0, [{"line": 2, "gtin": gtin, "done": "created"}])
    assert again == (0, [{"line": 2, "gtin": gtin, "done": "unchanged"}])
    assert [each["state"] for each in submitted] == ["success"] * 3
    assert code == 0
    folder = Path(made["folder"]) / gtin
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        f"{ids[name]}.jpg": photos[name] for name in ("0.jpg", "1.jpg")
    }


def test_the_first_admin_is_made_without_any_and_can_sign_in(floor: Floor, stack: Stack) -> None:
    name = f"root-{floor.stack.secret[-5:].lower()}"
    nobody = {"SNAPJURY_USER": "", "SNAPJURY_PASSWORD": ""}

    made = snapjury(
        floor, "users", "create", name, "--role", "admin", "--password-stdin", said="open sesame!\n", **nobody
    )
    taken = snapjury(
        floor, "users", "create", name, "--role", "admin", "--password-stdin", said="open sesame!\n", **nobody
    )

    assert made == (0, [{"name": name, "role": "admin"}])
    assert taken == (1, [])
    answer = stack.request("POST", "/auth/token", json={"name": name, "password": "open sesame!"})
    assert (answer.status_code, answer.json()["role"]) == (200, "admin")
