"""Puts the shelf's pictures, and the lists of them, below an asset root."""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

from PIL import Image

from infra.shelf.camera import snapshot
from infra.shelf.products import LOOK_ALIKES, PRODUCTS, Product
from infra.shelf.stock import Stock, grounded

FOLDER = "shelf"
MANIFEST, TRUTH, CATALOG = "snapshots.csv", "truth.csv", "products.csv"
SNAPSHOTS, WRONG = 200, 30

PAPER = (249, 248, 245)
REFERENCE_SIZE = (600, 800)


@dataclass(frozen=True, slots=True)
class Filing:
    """A snapshot: the product that it is filed under, and the one that it shows."""

    index: int
    filed: Product
    shown: Product

    @property
    def file(self) -> str:
        """Where it is below the folder."""
        return f"snapshots/{self.index:03}.jpg"

    @property
    def path(self) -> str:
        """Where it is below the asset root, as it is submitted."""
        return f"./{FOLDER}/{self.file}"


def draw_shelf(root: Path) -> None:
    """Put the pictures and lists below the asset root, in `shelf/`, unless the whole set is there already.

    The manifest is written last, each file in one step: where the manifest is right, so is all that it goes with.
    """
    folder, filings = root / FOLDER, plan()
    manifest = manifest_of(filings)
    if is_complete(folder, filings, manifest):
        return
    (folder / MANIFEST).unlink(missing_ok=True)
    stock = Stock()
    for product in PRODUCTS:
        put(folder / reference_file(product), reference(stock, product))
    for filing in filings:
        put(folder / filing.file, photograph(stock, filing))
    put(folder / CATALOG, catalog())
    put(folder / TRUTH, truth_of(filings))
    put(folder / MANIFEST, manifest)


def plan() -> list[Filing]:
    """Which product each snapshot is filed under and shows; half of the wrong ones show the product's look-alike."""
    rng = Random("filing")
    filed = [PRODUCTS[index % len(PRODUCTS)] for index in range(SNAPSHOTS)]
    rng.shuffle(filed)
    shown = list(filed)
    confused = rng.sample([index for index in range(SNAPSHOTS) if filed[index] in LOOK_ALIKES], WRONG // 2)
    for index in confused:
        shown[index] = LOOK_ALIKES[filed[index]]
    for index in rng.sample([index for index in range(SNAPSHOTS) if index not in confused], WRONG - len(confused)):
        taken = filed[index], LOOK_ALIKES.get(filed[index])
        shown[index] = rng.choice([product for product in PRODUCTS if product not in taken])
    return [Filing(index, filed[index], shown[index]) for index in range(SNAPSHOTS)]


def photograph(stock: Stock, filing: Filing) -> bytes:
    """The file of a snapshot, which depends on its index and products alone."""
    rng = Random(f"snapshot {filing.index}")
    return jpeg(snapshot(stock, filing.shown, filing.filed, rng), rng.randint(70, 90))


def reference(stock: Stock, product: Product) -> bytes:
    """The file of a reference: the pack straight on, before white paper."""
    picture = Image.new("RGB", REFERENCE_SIZE, PAPER)
    pack = stock.pack(product)
    share = min(500 / pack.width, 700 / pack.height)
    size = round(pack.width * share), round(pack.height * share)
    standing = grounded(pack.resize(size, Image.Resampling.LANCZOS), 480, shade=0.14)
    picture.paste(standing, ((600 - standing.width) // 2, (800 - standing.height) // 2), standing)
    return jpeg(picture, 90)


def reference_file(product: Product) -> str:
    """Where the reference of a product is below the folder."""
    return f"references/{product.gtin}.jpg"


def manifest_of(filings: list[Filing]) -> bytes:
    """The list of snapshots as it is imported."""
    rows = (("local", filing.path, filing.filed.gtin) for filing in filings)
    return table(("location", "path", "product"), rows)


def catalog() -> bytes:
    """The list of products as `snapjury products import` takes it."""
    rows = ((product.gtin, product.name, reference_file(product)) for product in PRODUCTS)
    return table(("gtin", "name", "reference"), rows)


def truth_of(filings: list[Filing]) -> bytes:
    """The list of what the snapshots really show."""
    rows = ((f.path, f.filed.gtin, f.shown.gtin, str(int(f.filed is f.shown))) for f in filings)
    return table(("path", "product", "shown", "correct"), rows)


def is_complete(folder: Path, filings: list[Filing], manifest: bytes) -> bool:
    """Whether the manifest is there as it would be written, and every file that came before it."""
    try:
        if (folder / MANIFEST).read_bytes() != manifest:
            return False
    except FileNotFoundError:
        return False
    files = [TRUTH, CATALOG, *map(reference_file, PRODUCTS), *(filing.file for filing in filings)]
    return all((folder / file).is_file() for file in files)


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """A CSV file."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows((columns, *rows))
    return text.getvalue().encode()


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """The file of a picture."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def put(file: Path, content: bytes) -> None:
    """Put a file there in one step, so that nobody ever reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(file)
