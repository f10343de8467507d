"""Makes the sample files of the local system: good ones of each type, and one for each way of being wrong."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from infra.aws import client, ensure_bucket
from infra.places import SOURCE_BUCKET

Color = tuple[int, int, int]

SHELF: Color = (236, 232, 222)
PRODUCTS: dict[str, tuple[Color, Color]] = {
    "tortilla-chips": ((196, 120, 40), (250, 214, 96)),
    "oat-biscuits": ((60, 104, 160), (226, 200, 160)),
    "tomato-salsa": ((172, 44, 36), (240, 236, 220)),
}


def draw_samples(root: Path) -> None:
    """Put the sample files below the asset root, in `images/`; the same bytes each time."""
    folder = root / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in samples().items():
        (folder / name).write_bytes(content)


def upload_sample(endpoint: str) -> None:
    """Put one valid image into the source bucket, to be submitted with the location "s3"."""
    ensure_bucket(endpoint, SOURCE_BUCKET)
    client("s3", endpoint).put_object(
        Bucket=SOURCE_BUCKET, Key="images/foo", Body=samples()["foo"], ContentType="image/jpeg"
    )


def samples() -> dict[str, bytes]:
    """File names and contents."""
    pictures = {f"{name}.jpg": encoded(package(*colors), "JPEG") for name, colors in PRODUCTS.items()}
    chips = package(*PRODUCTS["tortilla-chips"])
    return (
        pictures
        | {
            "foo": pictures["tortilla-chips.jpg"],  # the name in the API's own example, without an extension
            "exactly-1000.jpg": encoded(chips.resize((1000, 1000)), "JPEG"),
            "too-wide.jpg": encoded(chips.resize((1001, 400)), "JPEG"),
            "png-named.jpg": encoded(chips.resize((2000, 2000)), "PNG"),
            "truncated.jpg": pictures["oat-biscuits.jpg"][:4000],
            "notes.jpg": b"These are not pixels.\n",
            "drawing.png": encoded(chips, "PNG"),
            "drawing.webp": encoded(chips, "WEBP"),
            "leaflet.pdf": encoded(chips, "PDF", creationDate=None, modDate=None),
            "review.txt": "Crisp, well salted, 10.1 oz. ¡Muy bueno!\n".encode(),
        }
    )


def package(front: Color, label: Color) -> Image.Image:
    """A package on a shelf, 640 by 480 pixels."""
    picture = Image.new("RGB", (640, 480), SHELF)
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 430, 640, 480), fill=(150, 142, 130))
    for row in range(360):  # darker towards the bottom, as light from above makes it
        red, green, blue = (value * (720 - row) // 720 for value in front)
        brush.line((200, 70 + row, 440, 70 + row), fill=(red, green, blue))
    brush.ellipse((235, 160, 405, 330), fill=label, outline=(255, 255, 255), width=6)
    brush.rectangle((220, 360, 420, 385), fill=label)
    return picture


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    """The file of a picture in a form that Pillow writes, such as "JPEG"."""
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()
