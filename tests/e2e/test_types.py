"""Assets of each type, from POST to verdict, on a deployed system."""

from importlib import import_module
from itertools import islice

from snapjury.rules.types.registry import TYPES
from tests.e2e.stack import Stack

BAD_OF_EACH = 3

SECONDS = 90
"""Each type is new to a container once, and loading what reads PDFs takes a slow machine its time."""


def test_good_and_bad_files_of_each_type_end_as_they_should(stack: Stack) -> None:
    files: dict[tuple[str, str], tuple[bytes, list[str]]] = {}
    for name in TYPES:
        module = import_module(f"tests.types.{name}")
        files |= {(name, file): (content, []) for file, content in islice(module.good().items(), 1)}
        files |= {(name, file): judged for file, judged in islice(module.bad().items(), BAD_OF_EACH)}
    (stack.root / "types").mkdir(exist_ok=True)
    ids = {}
    for number, ((name, file), (content, _)) in enumerate(files.items()):
        (stack.root / "types" / str(number)).write_bytes(content)
        source = {"location": "local", "path": f"./types/{number}"}
        ids[name, file] = stack.request("POST", f"/assets/{name}", json={"assetPath": source}).json()["id"]

    ended = {file: stack.ended(asset_id, SECONDS) for file, asset_id in ids.items()}

    assert {file: asset["errors"].get("asset", []) for file, asset in ended.items()} == {
        file: errors for file, (_, errors) in files.items()
    }
    assert {file: asset["type"] for file, asset in ended.items()} == {file: file[0] for file in files}


def test_an_accepted_document_is_kept_as_an_attachment(stack: Stack) -> None:
    (stack.root / "note.txt").write_text("<script>alert(1)</script>")
    source = {"location": "local", "path": "./note.txt"}
    asset_id = stack.request("POST", "/assets/text", json={"assetPath": source}).json()["id"]

    sha256 = stack.ended(asset_id)["sha256"]

    key = f"sha256/{sha256[:2]}/{sha256}.txt"
    kept = stack.s3.get_object(Bucket=stack.outputs["MediaBucket"], Key=key)
    assert (kept["ContentType"], kept["ContentDisposition"]) == ("text/plain; charset=utf-8", "attachment")


def test_an_unknown_type_is_a_404_that_lists_the_known_ones(stack: Stack) -> None:
    answer = stack.request("POST", "/assets/video", json={"assetPath": {"location": "local", "path": "./a"}})

    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no type 'video'; known are: image, pdf, png, text, webp"
