"""Assets of each type, from POST to verdict, on a deployed system."""

from importlib import import_module
from itertools import islice

import pytest
import requests

from snapjury.rules.types.registry import PICTURES, TYPES
from tests.e2e.floor import Floor
from tests.e2e.stack import Stack

BAD_OF_EACH = 3


@pytest.mark.parametrize("name", TYPES)
def test_good_and_bad_files_of_a_type_end_as_they_should(stack: Stack, name: str) -> None:
    module = import_module(f"tests.types.{name}")
    files: dict[str, tuple[bytes, list[str]]] = dict(islice(module.bad().items(), BAD_OF_EACH))
    files |= {file: (content, []) for file, content in islice(module.good().items(), 1)}
    (stack.root / name).mkdir(exist_ok=True)
    ids = {}
    for number, (file, (content, _)) in enumerate(files.items()):
        (stack.root / name / str(number)).write_bytes(content)
        source = {"location": "local", "path": f"./{name}/{number}"}
        ids[file] = stack.request("POST", f"/assets/{name}", json={"assetPath": source}).json()["id"]

    ended = {file: stack.ended(asset_id) for file, asset_id in ids.items()}

    assert {file: asset["errors"].get("asset", []) for file, asset in ended.items()} == {
        file: errors for file, (_, errors) in files.items()
    }
    assert {asset["type"] for asset in ended.values()} == {name}


def test_an_accepted_document_is_kept_as_an_attachment(stack: Stack) -> None:
    (stack.root / "note.txt").write_text("<script>alert(1)</script>")
    source = {"location": "local", "path": "./note.txt"}
    asset_id = stack.request("POST", "/assets/text", json={"assetPath": source}).json()["id"]

    sha256 = stack.ended(asset_id)["sha256"]

    key = f"sha256/{sha256[:2]}/{sha256}.txt"
    kept = stack.s3.get_object(Bucket=stack.outputs["MediaBucket"], Key=key)
    assert (kept["ContentType"], kept["ContentDisposition"]) == ("text/plain; charset=utf-8", "attachment")


def test_pictures_of_all_types_are_judged_beside_a_reference_of_any(stack: Stack) -> None:
    floor = Floor(stack)
    floor.fill_pool(0)
    anna, kevin = floor.anna, floor.person("kevin")
    gtin = "05901234123457"
    files = {name: next(iter(import_module(f"tests.types.{name}").good().values())) for name in PICTURES}
    for name, content in files.items():
        (stack.root / f"judged.{name}").write_bytes(content)

    def submitted(route: str, name: str, **fields: str) -> str:
        body = {"assetPath": {"location": "local", "path": f"judged.{name}"}} | fields
        asset_id = str(stack.request("POST", route, json=body).json()["id"])
        assert stack.ended(asset_id)["state"] == "success"
        return asset_id

    packshot = submitted("/assets/png", "png")
    anna.ask("POST", "/products", json={"gtin": gtin, "name": "Cola", "reference": packshot})
    snapshots = {name: submitted("/snapshots", name, product=gtin, type=name) for name in PICTURES}
    items = {each["snapshot"]: each for each in kevin.begin_session()["items"]}
    shown = {name: items[snapshot] for name, snapshot in snapshots.items()}
    answers = {name: requests.get(each["snapshot_url"], timeout=10) for name, each in shown.items()}
    references = {requests.get(each["reference_url"], timeout=10).content for each in shown.values()}

    assert {name: answer.content for name, answer in answers.items()} == files
    assert {name: answer.headers["content-type"] for name, answer in answers.items()} == {
        name: TYPES[name].media_type for name in PICTURES
    }
    assert references == {files["png"]}
    assert {each: anna.ask("GET", f"/snapshots/{each}").json()["type"] for each in items} == {
        snapshot: name for name, snapshot in snapshots.items()
    }


def test_an_unknown_type_is_a_404_that_lists_the_known_ones(stack: Stack) -> None:
    answer = stack.request("POST", "/assets/video", json={"assetPath": {"location": "local", "path": "./a"}})

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"there is no type 'video'; known are: {', '.join(TYPES)}"
