"""The API of products, over the real handlers."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from msgspec.structs import replace

from snapjury.adapters.s3 import S3Media
from snapjury.rules.asset import File, State
from snapjury.rules.types.image.about import IMAGE
from snapjury.wiring import catalog, clients
from tests.builders import chips_asset
from tests.images import jpeg
from tests.integration.callers import Answer, ask, bearer
from tests.integration.deployment import Deployment
from tests.jury import chips_snapshot

UPC, GTIN = "815099021634", "00815099021634"
PHOTO, UNFINISHED = "p" * 20, "u" * 20
SHA256 = "ab" * 32
CHIPS = {"gtin": UPC, "name": "Sea Salt Tortilla Chips, 10.1 oz"}
BOTTLE = {"gtin": "96385074", "name": "Salsa"}


@pytest.fixture
def shop(people: Deployment) -> Deployment:
    """A deployment with Ada, Kevin, and two photos of which one was accepted."""
    assets = catalog.product_ports().assets
    assets.add(chips_asset(id=PHOTO, state=State.SUCCESS, file=File(SHA256, 12_345, 640, 480)))
    assets.add(chips_asset(id=UNFINISHED))
    S3Media(clients.client("s3"), "media").put(SHA256, b"a photo of chips", IMAGE)
    return people


def at(deployment: Deployment, method: str, gtin: str, body: object = None, **headers: str) -> Answer:
    everything = bearer("ada") | headers
    return ask(deployment, method, "/products/{gtin}", body, path={"gtin": gtin}, headers=everything)


def test_a_product_is_made_and_found_by_any_length_of_its_gtin(shop: Deployment) -> None:
    status, product, headers = ask(shop, "POST", "/products", CHIPS)

    assert status == 201
    no_reference = {"reference_url": None, "reference_sha256": None}
    assert product == CHIPS | {"gtin": GTIN, "created_at": product["created_at"]} | no_reference
    assert (headers["location"], headers["etag"]) == (f"products/{GTIN}", '"1"')
    for gtin in (UPC, "0" + UPC, GTIN):
        assert at(shop, "GET", gtin)[:2] == (200, product)


def test_its_reference_url_shows_the_accepted_image_for_an_hour(shop: Deployment) -> None:
    url = ask(shop, "POST", "/products", CHIPS | {"reference": PHOTO})[1]["reference_url"]

    assert requests.get(url, timeout=5).content == b"a photo of chips"
    parts = urlsplit(url)
    assert parts.path == f"/media/sha256/ab/{SHA256}.jpg"
    assert parse_qs(parts.query)["X-Amz-Expires"] == ["3600"]


def test_the_reference_url_names_the_endpoint_that_people_reach(
    shop: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_ENDPOINT", "http://localhost:4570")
    for cached in (catalog.settings, catalog.media_links):
        cached.cache_clear()

    url = ask(shop, "POST", "/products", CHIPS | {"reference": PHOTO})[1]["reference_url"]

    assert url.startswith(f"http://localhost:4570/media/sha256/ab/{SHA256}.jpg?")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gtin": "815099021635"}, "gtin"),
        ({"gtin": "chips"}, "gtin"),
        ({"gtin": 815099021634}, "gtin"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "Chips\0"}, "name"),
        ({"name": "\u200d"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": None}, "name"),
        ({"reference": UNFINISHED}, "reference"),
        ({"reference": "x" * 20}, "reference"),
        ({"reference": ""}, "reference"),
        ({"price": 5}, "price"),
    ],
)
def test_a_wrong_product_names_the_field(shop: Deployment, changes: dict[str, Any], field: str) -> None:
    status, problem, _ = ask(shop, "POST", "/products", CHIPS | changes)

    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_taken_gtin_is_a_conflict_in_any_length(shop: Deployment) -> None:
    ask(shop, "POST", "/products", CHIPS)

    status, problem, _ = ask(shop, "POST", "/products", CHIPS | {"gtin": GTIN})

    assert status == 409
    assert "PRODUCT#" not in str(problem)


def test_products_are_listed_by_gtin_for_qas_too(shop: Deployment) -> None:
    for product in (CHIPS, BOTTLE):
        ask(shop, "POST", "/products", product)

    first = ask(shop, "GET", "/products", query={"limit": "1"}, headers=bearer("kevin"))[1]
    second = ask(shop, "GET", "/products", query={"limit": "1", "next": first["next"]}, headers=bearer("kevin"))[1]

    assert [product["gtin"] for product in first["products"] + second["products"]] == ["00000096385074", GTIN]
    assert second["next"] is None


def test_qas_read_and_change_nothing(shop: Deployment) -> None:
    ask(shop, "POST", "/products", CHIPS)
    kevins = bearer("kevin")

    assert at(shop, "GET", UPC, **kevins)[0] == 200
    assert at(shop, "PUT", UPC, {"name": "Crisps"}, **kevins)[0] == 403
    assert at(shop, "DELETE", UPC, **kevins)[0] == 403
    assert ask(shop, "POST", "/products", BOTTLE, headers=kevins)[0] == 403


def test_a_product_is_replaced_if_it_is_the_version_that_was_read(shop: Deployment) -> None:
    ask(shop, "POST", "/products", CHIPS | {"reference": PHOTO})

    status, renamed, headers = at(shop, "PUT", UPC, {"name": "Crisps"}, **{"if-match": '"1"'})
    assert (status, renamed["name"], headers["etag"]) == (200, "Crisps", '"2"')
    assert renamed["reference_url"]
    assert renamed["reference_sha256"] == SHA256
    assert at(shop, "PUT", UPC, {"name": "Chips"}, **{"if-match": '"1"'})[0] == 412
    assert at(shop, "PUT", UPC, {"name": "Crisps", "reference": None})[1]["reference_url"] is None


def test_a_product_is_deleted_unless_snapshots_are_filed_under_it(shop: Deployment) -> None:
    for product in (CHIPS, BOTTLE):
        ask(shop, "POST", "/products", product)
    catalog.product_ports().snapshots.add(replace(chips_snapshot(), product=GTIN))

    status, problem, _ = at(shop, "DELETE", UPC)
    assert (status, problem["detail"]) == (409, "snapshots are filed under this product, so it stays")
    assert at(shop, "DELETE", BOTTLE["gtin"], **{"if-match": '"2"'})[0] == 412
    assert at(shop, "DELETE", BOTTLE["gtin"])[0] == 204
    for method in ("GET", "PUT", "DELETE"):
        assert at(shop, method, BOTTLE["gtin"], {"name": "Salsa"})[0] == 404
    assert [each["gtin"] for each in ask(shop, "GET", "/products")[1]["products"]] == [GTIN]


def test_a_deleted_product_takes_no_snapshots_until_it_is_back_as_its_next_version(shop: Deployment) -> None:
    picture = {"product": UPC, "assetPath": {"location": "local", "path": "chips.jpg"}}
    ask(shop, "POST", "/products", CHIPS | {"reference": PHOTO})
    at(shop, "DELETE", UPC)

    status, problem, _ = ask(shop, "POST", "/snapshots", picture)
    assert (status, [each["field"] for each in problem["errors"]]) == (422, ["product"])

    status, back, headers = ask(shop, "POST", "/products", CHIPS)
    assert (status, back["reference_url"], headers["etag"]) == (201, None, '"3"')
    assert at(shop, "PUT", UPC, {"name": "Crisps"}, **{"if-match": '"1"'})[0] == 412
    assert ask(shop, "POST", "/snapshots", picture)[0] == 202


def test_deleting_a_product_costs_a_query_for_each_shard_and_status_and_one_write(shop: Deployment) -> None:
    ask(shop, "POST", "/products", CHIPS)
    headers = bearer("ada")
    shop.calls.clear()

    ask(shop, "DELETE", "/products/{gtin}", path={"gtin": UPC}, headers=headers)

    assert shop.calls == {"GetItem": 2, "Query": 16, "PutItem": 1}


def test_a_snapshot_on_its_way_to_a_product_that_is_deleted_shows_its_name_and_reference(shop: Deployment) -> None:
    (shop.root / "chips.jpg").write_bytes(jpeg(320, 240))
    picture = {"product": UPC, "assetPath": {"location": "local", "path": "chips.jpg"}}
    ask(shop, "POST", "/products", CHIPS | {"reference": PHOTO})
    ask(shop, "POST", "/snapshots", picture)

    assert at(shop, "DELETE", UPC)[0] == 204
    shop.receive("ValidationQueue", "validator")

    session = shop.request("POST", "/sessions", headers=bearer("kevin"), function="reviews")[1]
    [item] = session["items"]
    assert item["product"] == {"gtin": GTIN, "name": CHIPS["name"]}
    assert f"/media/sha256/ab/{SHA256}.jpg" in item["reference_url"]


@pytest.mark.parametrize("gtin", ["96385074", "815099021635", "x" * 3000])
def test_an_unknown_product_is_a_404(shop: Deployment, gtin: str) -> None:
    assert at(shop, "GET", gtin)[0] == 404
    assert at(shop, "PUT", gtin, {"name": "Crisps"})[0] == 404
    assert at(shop, "DELETE", gtin)[0] == 404
