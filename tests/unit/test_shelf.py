import csv
from pathlib import Path

import pytest

from infra.shelf import PRODUCTS, Product, draw_shelf
from infra.shelf.drawing import is_complete, manifest_of, photograph, plan, reference
from infra.shelf.products import LOOK_ALIKES, SEA_SALT_CHIPS
from infra.shelf.stock import Stock
from snapjury.cli.products import read_products
from snapjury.rules.types.image.rule import inspect


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An asset root with the shelf in it."""
    root = tmp_path_factory.mktemp("assets")
    draw_shelf(root)
    return root


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_a_gtin_has_14_digits_that_weigh_a_multiple_of_ten(product: Product) -> None:
    weights = (3, 1) * 7

    assert len(product.gtin) == 14
    assert sum(weight * int(digit) for weight, digit in zip(weights, product.gtin, strict=True)) % 10 == 0


def test_twelve_products_of_seven_shapes_are_sold_and_the_chips_of_the_api_are_among_them() -> None:
    names = {product.gtin: product.name for product in PRODUCTS}

    assert len(names) == len(PRODUCTS) == 12
    assert len({product.shape for product in PRODUCTS}) == 7
    assert names["00815099021634"] == "Organic Restaurant Style Sea Salt Tortilla Chips, 10.1 oz"


def test_look_alikes_are_so_to_each_other_and_come_in_the_same_shape() -> None:
    assert len(LOOK_ALIKES) == 10
    assert all(LOOK_ALIKES[twin] is product for product, twin in LOOK_ALIKES.items())
    assert all(twin.shape == product.shape for product, twin in LOOK_ALIKES.items())


def test_the_manifest_files_200_snapshots_under_products_that_have_references(root: Path) -> None:
    manifest = rows(root / "shelf" / "snapshots.csv")

    assert (
        (root / "shelf" / "snapshots.csv")
        .read_text()
        .startswith("location,path,product\nlocal,./shelf/snapshots/000.jpg,")
    )
    assert [row["path"] for row in manifest] == [f"./shelf/snapshots/{index:03}.jpg" for index in range(200)]
    assert {row["location"] for row in manifest} == {"local"}
    assert {row["product"] for row in manifest} == {product.gtin for product in PRODUCTS}
    assert {file.stem for file in (root / "shelf" / "references").iterdir()} == {product.gtin for product in PRODUCTS}
    assert all((root / row["path"]).is_file() for row in manifest)


def test_the_products_can_be_imported(root: Path) -> None:
    read = read_products(root / "shelf" / "products.csv")

    assert [(row.gtin, row.name) for row in read] == [(product.gtin, product.name) for product in PRODUCTS]
    assert all(row.reference and row.reference.stem == row.gtin for row in read)


def test_30_snapshots_show_another_product_and_half_of_those_its_look_alike(root: Path) -> None:
    truth = rows(root / "shelf" / "truth.csv")
    twins = {product.gtin: product.alike for product in PRODUCTS}

    wrong = [row for row in truth if row["shown"] != row["product"]]

    assert list(truth[0]) == ["path", "product", "shown", "correct"]
    assert len(truth) == 200
    assert len(wrong) == 30
    assert sum(row["shown"] == twins[row["product"]] for row in wrong) == 15
    assert [row for row in truth if row["correct"] == "0"] == wrong
    assert {row["correct"] for row in truth} == {"0", "1"}


def test_manifest_and_truth_speak_of_the_same_snapshots(root: Path) -> None:
    manifest, truth = rows(root / "shelf" / "snapshots.csv"), rows(root / "shelf" / "truth.csv")

    assert [(row["path"], row["product"]) for row in manifest] == [(row["path"], row["product"]) for row in truth]


def test_every_picture_is_one_that_snapjury_accepts(root: Path) -> None:
    files = sorted((root / "shelf").rglob("*.jpg"))

    refused = {file.name: errors for file in files if (errors := inspect(file.read_bytes()).errors)}

    assert len(files) == 212
    assert refused == {}


def test_no_two_pictures_are_the_same_bytes_so_that_each_is_judged(root: Path) -> None:
    files = list((root / "shelf" / "snapshots").glob("*.jpg"))

    assert len({file.read_bytes() for file in files}) == len(files) == 200


def test_a_picture_is_the_same_whatever_was_drawn_before_it(root: Path) -> None:
    stock, filings = Stock(), plan()
    chips = [filing for filing in filings if filing.shown.gtin == SEA_SALT_CHIPS][-3:]

    again = {filing.file: photograph(stock, filing) for filing in reversed(chips)}
    again[f"references/{SEA_SALT_CHIPS}.jpg"] = reference(stock, chips[0].shown)

    assert again == {name: (root / "shelf" / name).read_bytes() for name in again}


def test_a_whole_set_is_left_alone(root: Path) -> None:
    written = {file: file.stat().st_mtime_ns for file in root.rglob("*")}

    draw_shelf(root)

    assert {file: file.stat().st_mtime_ns for file in root.rglob("*")} == written


@pytest.mark.parametrize(
    "name", ["snapshots.csv", "truth.csv", "products.csv", "snapshots/117.jpg", "references/00815099021634.jpg"]
)
def test_a_set_that_lacks_a_file_is_not_whole(root: Path, name: str, tmp_path: Path) -> None:
    folder, filings = root / "shelf", plan()
    lost = (folder / name).rename(tmp_path / "lost")

    complete = is_complete(folder, filings, manifest_of(filings))
    lost.rename(folder / name)

    assert not complete
