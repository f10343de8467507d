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
from snapjury.cli.download import DamagedError, download
from snapjury.cli.tables import BadFileError, table_of
from snapjury.rules.ids import ID
from snapjury.rules.snapshot import Verdict
from snapjury.rules.types.registry import PICTURES, TYPES

COLUMNS = ("snapshot", "product", "status", "image")
ENDINGS = "|".join(TYPES[name].extension for name in PICTURES)
IMAGE = re.compile(rf"(?:.*/)?(?:([0-9a-f]{{64}})|[^/]*)(\.(?:{ENDINGS}))")
"""Where a picture is kept: its name is its SHA-256, its ending says what it is."""

GTIN_14 = re.compile("[0-9]{14}")


class Picture(Struct, frozen=True):
    """A snapshot that shows its product, and the SHA-256 of its bytes if that is known."""

    snapshot: str
    product: str
    ending: str
    sha256: str | None


def download_pictures(api: Api, decisions: Path, folder: Path) -> tuple[int, list[str]]:
    """Download the pictures that an export's CSV calls correct; what is there already and whole stays.

    How many there are then, and the snapshots whose pictures are gone or damaged. ApiError if one cannot be had for
    now: done again, it goes on from there.
    """
    pictures = list(correct_ones(decisions))

    def missed(picture: Picture, _pause: Pause) -> str | None:
        file = folder / picture.product / f"{picture.snapshot}{picture.ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        path = f"/snapshots/{picture.snapshot}"
        try:
            download(file, lambda: str(api.call("GET", path)["image_url"]), nothing, picture.sha256)
        except DamagedError:
            return picture.snapshot
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return picture.snapshot
        return None

    folder.mkdir(parents=True, exist_ok=True)
    gone = sorted(filter(None, at_once(missed, pictures, "downloading pictures")))
    return len(pictures) - len(gone), gone


def correct_ones(decisions: Path) -> Iterator[Picture]:
    """Those that were found correct; BadFileError if a row names something else than a picture of a product."""
    for line, (snapshot, product, status, image) in table_of(decisions, COLUMNS):
        found_at = IMAGE.fullmatch(image)
        if not (ID.fullmatch(snapshot) and GTIN_14.fullmatch(product) and found_at):  # all become parts of a path
            found = f"{snapshot!r}, {product!r}, {image!r}"
            raise BadFileError(f"{decisions}, line {line}: {found} are no snapshot, product and picture")
        if status == Verdict.CORRECT:
            yield Picture(snapshot, product, found_at[2], found_at[1])


def nothing(_done: int, _total: int | None) -> None:
    """What a picture's download is reported to: they are small."""
