"""The pictures of an export that show what they are filed under, laid out as training wants them.

Each product has a folder by its GTIN, as `torchvision.datasets.ImageFolder` and Hugging Face's `imagefolder` read them.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from msgspec import Struct

from snapjury.cli.api import Api, ApiError
from snapjury.cli.at_once import Pause, at_once
from snapjury.cli.download import download
from snapjury.cli.tables import BadFileError, table_of
from snapjury.rules.ids import ID
from snapjury.rules.snapshot import Verdict

COLUMNS = ("snapshot", "product", "status")
GTIN_14 = re.compile("[0-9]{14}")


class Picture(Struct, frozen=True):
    """A snapshot that shows its product."""

    snapshot: str
    product: str


def download_pictures(api: Api, decisions: Path, folder: Path) -> tuple[int, list[str]]:
    """Download the pictures that an export's CSV calls correct; what is there already stays.

    How many there are then, and the snapshots whose pictures are gone. ApiError if one cannot be had for now: done
    again, it goes on from there.
    """
    pictures = list(correct_ones(decisions))

    def is_gone(picture: Picture, _pause: Pause) -> str | None:
        file = folder / picture.product / f"{picture.snapshot}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            download(file, lambda: str(api.call("GET", f"/snapshots/{picture.snapshot}")["image_url"]), nothing)
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return picture.snapshot
        return None

    folder.mkdir(parents=True, exist_ok=True)
    gone = sorted(filter(None, at_once(is_gone, pictures, "downloading pictures")))
    return len(pictures) - len(gone), gone


def correct_ones(decisions: Path) -> Iterator[Picture]:
    """Those that were found correct; BadFileError if a row names something else than a snapshot and a product."""
    for line, (snapshot, product, status) in table_of(decisions, COLUMNS):
        if not (ID.fullmatch(snapshot) and GTIN_14.fullmatch(product)):  # both become parts of a path
            raise BadFileError(f"{decisions}, line {line}: {snapshot!r}, {product!r} are no snapshot and product")
        if status == Verdict.CORRECT:
            yield Picture(snapshot, product)


def nothing(_done: int, _total: int | None) -> None:
    """What a picture's download is reported to: they are small."""
