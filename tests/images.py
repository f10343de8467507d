"""Images as bytes for the tests: good ones, and those that somebody sends who means harm or had bad luck."""

from io import BytesIO
from typing import Any

from PIL import Image

EOI = b"\xff\xd9"


def picture(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture with enough detail that its compressed data is longer than its header."""
    gradient = Image.linear_gradient("L").resize((width, height))
    turned = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (gradient, turned, gradient.rotate(180))).convert(mode)


def encoded(image: Image.Image, file_format: str, **save_options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, file_format, **save_options)
    return buffer.getvalue()


def jpeg(width: int = 64, height: int = 48, mode: str = "RGB", **save_options: Any) -> bytes:
    return encoded(picture(width, height, mode), "JPEG", **save_options)


def png(width: int = 64, height: int = 48) -> bytes:
    return encoded(picture(width, height), "PNG")


def mpo(width: int = 64, height: int = 48) -> bytes:
    """Two pictures in one file, as phones write them."""
    second = picture(width, height).rotate(180)
    return encoded(picture(width, height), "MPO", save_all=True, append_images=[second])


def segment(marker: int, content: bytes = b"") -> bytes:
    """One JPEG segment: the marker, the length (which counts itself), the content."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def with_segment(marker: int, content: bytes, image: bytes) -> bytes:
    """A JPEG with one more segment right behind its first marker."""
    return image[:2] + segment(marker, content) + image[2:]


def scan_bomb(scans: int = 3000) -> bytes:
    """A progressive JPEG that costs 14 bytes per scan to send and a walk over all its blocks to decode."""
    image = encoded(Image.new("RGB", (1000, 1000)), "JPEG", progressive=True, subsampling="4:4:4")
    refine_dc_of_all_components = segment(0xDA, bytes.fromhex("03 0100 0200 0300 00 00 10"))
    return image.removesuffix(EOI) + refine_dc_of_all_components * scans + EOI


def huge_header(width: int = 65_500, height: int = 65_500) -> bytes:
    """A small JPEG whose frame header claims another size."""
    return with_frame(jpeg(), width=width, height=height)


def with_frame(
    image: bytes,
    *,
    marker: int = 0xC0,
    precision: int = 8,
    width: int | None = None,
    height: int | None = None,
) -> bytes:
    """A baseline JPEG with another claim in its frame header."""
    start = image.index(b"\xff\xc0")
    sides = (image[start + 5 : start + 7], image[start + 7 : start + 9])
    new_height, new_width = (
        side if claim is None else claim.to_bytes(2, "big") for side, claim in zip(sides, (height, width), strict=True)
    )
    header = bytes((0xFF, marker)) + image[start + 2 : start + 4] + bytes((precision,)) + new_height + new_width
    return image[:start] + header + image[start + 9 :]


def truncated_jpeg() -> bytes:
    """The first two thirds of a JPEG, as a broken upload leaves them."""
    image = jpeg()
    return image[: len(image) * 2 // 3]


def jpeg_without_eoi() -> bytes:
    """A JPEG that lacks only its end marker."""
    return jpeg().removesuffix(EOI)
