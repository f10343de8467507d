"""Assets of each type, through the real handlers."""

import json
from importlib import import_module
from typing import Any

import boto3
import pytest

from snapjury.rules.types.registry import TYPES
from tests.images import png
from tests.integration.deployment import Deployment
from tests.types.pdf import pdf

SOURCE = {"assetPath": {"location": "local", "path": "file"}}


def validated(deployment: Deployment, name: str, content: bytes, **headers: str) -> dict[str, Any]:
    """The asset that a submitted file of this type becomes."""
    (deployment.root / "file").write_bytes(content)
    route = {"path": {"type_or_id": name}, "headers": headers}
    status, accepted, _ = deployment.request("POST", "/assets/{type_or_id}", SOURCE, **route)
    assert (status, accepted["state"]) == (202, "queued")
    deployment.receive("ValidationQueue", "validator", 1)
    return deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": accepted["id"]})[1]


@pytest.mark.parametrize("name", TYPES)
def test_a_good_file_is_accepted_and_kept_as_what_it_is(deployment: Deployment, name: str) -> None:
    kind = TYPES[name]
    content = next(iter(import_module(f"tests.types.{name}").good().values()))

    asset = validated(deployment, name, content)

    key = f"sha256/{asset['sha256'][:2]}/{asset['sha256']}.{kind.extension}"
    kept = boto3.client("s3").get_object(Bucket="media", Key=key)
    assert (asset["type"], asset["state"], asset["bytes"]) == (name, "success", len(content))
    assert (kept["ContentType"], kept["Body"].read()) == (kind.media_type, content)
    assert kept.get("ContentDisposition") == ("attachment" if kind.is_attachment else None)


@pytest.mark.parametrize("name", TYPES)
def test_a_bad_file_fails_with_all_its_errors(deployment: Deployment, name: str) -> None:
    bad = import_module(f"tests.types.{name}").bad()
    content, errors = max(bad.values(), key=lambda file: len(file[1]))

    asset = validated(deployment, name, content)

    assert (asset["type"], asset["state"], asset["errors"]) == (name, "failed", {"asset": errors})


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("png", png(33, 17), {"width": 33, "height": 17, "pages": None}),
        ("pdf", pdf(pages=3), {"width": None, "height": None, "pages": 3}),
        ("text", b"Crisp.", {"width": None, "height": None, "pages": None}),
    ],
)
def test_an_asset_tells_its_size_as_far_as_it_has_one(
    deployment: Deployment, name: str, content: bytes, size: dict[str, int | None]
) -> None:
    asset = validated(deployment, name, content)

    assert {key: asset[key] for key in size} == size


def test_the_first_route_and_its_type_by_name_are_the_same(deployment: Deployment) -> None:
    by_route = deployment.request("POST", "/assets/image", SOURCE, headers={"idempotency-key": "order-66"})
    by_name = deployment.request(
        "POST", "/assets/{type_or_id}", SOURCE, path={"type_or_id": "image"}, headers={"idempotency-key": "order-66"}
    )

    assert by_route[:2] == by_name[:2]


@pytest.mark.parametrize("name", ["video", "", "Image", "../image", "x" * 3000])
def test_an_unknown_type_is_a_404_that_lists_the_known_ones(deployment: Deployment, name: str) -> None:
    status, problem, _ = deployment.request("POST", "/assets/{type_or_id}", SOURCE, path={"type_or_id": name})

    assert (status, problem["title"]) == (404, "Not Found")
    assert problem["detail"].endswith(f"known are: {', '.join(TYPES)}")


def test_an_asset_that_was_stored_without_a_type_is_an_image(deployment: Deployment) -> None:
    (deployment.root / "file").write_bytes(png())
    accepted = deployment.request("POST", "/assets/image", SOURCE)[1]
    stored = boto3.client("dynamodb").scan(TableName="core")["Items"]
    assert [item for item in stored if "type" in item] == []

    deployment.receive("ValidationQueue", "validator", 1)

    asset = deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": accepted["id"]})[1]
    assert (asset["type"], asset["errors"]) == ("image", {"asset": ["is not a jpeg"]})


def test_the_log_names_the_asset_and_not_the_type(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    asset = validated(deployment, "png", png())

    events = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    posted, read = [each["asset"] for each in events if each.get("event") == "request"]
    assert (posted, read) == (None, asset["id"])
