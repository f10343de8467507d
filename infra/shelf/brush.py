"""Light, lettering and layers: what all pictures of the shelf are painted with."""

import math
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from infra.shelf.products import Color

Size = tuple[int, int]
Point = tuple[float, float]

CLEAR = (0, 0, 0, 0)
NEUTRAL = 128  # light that changes nothing
OUTLINE = 0.055  # of the height of letters
FINE = 3  # how much larger a small motif is drawn than shown, for smooth edges


def toned(color: Color, share: float) -> Color:
    """A colour darker (share below 1) or lighter (above it)."""
    red, green, blue = (min(255, round(value * share)) for value in color)
    return red, green, blue


def between(first: Color, second: Color) -> Color:
    """The colour in the middle of two others."""
    red, green, blue = ((one + other) // 2 for one, other in zip(first, second, strict=True))
    return red, green, blue


def gradient(size: Size, top: Color, bottom: Color) -> Image.Image:
    """One colour turning into another from top to bottom."""
    bands = [ramp(size, ((0, first), (1, last)), down=True) for first, last in zip(top, bottom, strict=True)]
    return Image.merge("RGB", bands)


def ramp(size: Size, stops: Iterable[tuple[float, int]], *, down: bool = False) -> Image.Image:
    """Light across a surface (or down it), between values (0 to 255) given at positions (0 to 1)."""
    points = [(round(position * 255), value) for position, value in stops]
    values = bytearray(256)
    for (start, first), (end, last) in pairwise(points):
        for at in range(start, end + 1):
            values[at] = round(first + (last - first) * (at - start) / max(end - start, 1))
    line = Image.frombytes("L", (1, 256) if down else (256, 1), bytes(values))
    return line.resize(size, Image.Resampling.BILINEAR)


def lit(picture: Image.Image, light: Image.Image) -> Image.Image:
    """The picture where light below neutral darkens it and light above brightens it; keeps transparency."""
    color = ImageChops.hard_light(picture.convert("RGB"), Image.merge("RGB", (light, light, light)))
    if picture.mode == "RGBA":
        color.putalpha(picture.getchannel("A"))
    return color


def faded(mask: Image.Image, share: float) -> Image.Image:
    """A mask at a share of its strength."""
    return mask.point([round(value * share) for value in range(256)])


def tinted(mask: Image.Image, color: Color, share: float = 1.0) -> Image.Image:
    """A layer of one colour, as strong as the mask says."""
    layer = Image.new("RGB", mask.size, color)
    layer.putalpha(faded(mask, share))
    return layer


def drawn(size: Size) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A clear layer and a brush for it."""
    layer = Image.new("RGBA", size, CLEAR)
    return layer, ImageDraw.Draw(layer)


def masked(size: Size) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty mask and a brush for it."""
    mask = Image.new("L", size, 0)
    return mask, ImageDraw.Draw(mask)


def soft(mask: Image.Image, radius: float) -> Image.Image:
    """A mask with its edges blurred; drawn at a quarter of the size where that shows no difference."""
    if radius < 8:
        return mask.filter(ImageFilter.GaussianBlur(radius))
    small = mask.reduce(4).filter(ImageFilter.GaussianBlur(radius / 4))
    return small.resize(mask.size, Image.Resampling.BILINEAR)


def lay(picture: Image.Image, layer: Image.Image, center: Point, shadow: float = 0.0) -> None:
    """Put a layer onto a picture, with a soft shadow below it if one is wanted (its strength, 0 to 1)."""
    left, top = round(center[0] - layer.width / 2), round(center[1] - layer.height / 2)
    if shadow:
        reach = max(layer.width // 16, 4)
        mask = ImageOps.expand(layer.getchannel("A"), border=reach, fill=0)
        dark = tinted(soft(mask, reach / 2), (30, 12, 0), shadow)
        over(picture, dark, (left - reach, top - reach + reach // 2))
    over(picture, layer, (left, top))


def over(picture: Image.Image, layer: Image.Image, corner: tuple[int, int]) -> None:
    """Put a layer onto a picture, where it may reach over every edge."""
    if picture.mode == "RGB":
        picture.paste(layer, corner, layer)
        return
    left, top = corner
    box = max(-left, 0), max(-top, 0), min(layer.width, picture.width - left), min(layer.height, picture.height - top)
    if box[0] < box[2] and box[1] < box[3]:
        picture.alpha_composite(layer.crop(box), (max(left, 0), max(top, 0)))


def dot(brush: ImageDraw.ImageDraw, center: Point, reach: float, color: Color | int, squash: float = 1.0) -> None:
    """A filled circle, flatter if it is squashed."""
    (x, y), high = center, reach * squash
    brush.ellipse((x - reach, y - high, x + reach, y + high), fill=color)


def turned(layer: Image.Image, degrees: float) -> Image.Image:
    """A layer turned to the left, as large as it needs to be."""
    return layer.rotate(degrees, Image.Resampling.BILINEAR, expand=True)


def ball(diameter: int, bright: Color, dark: Color) -> Image.Image:
    """A sphere that the light meets from the upper left."""
    glow = ImageOps.invert(Image.radial_gradient("L")).resize((diameter * 2, diameter * 2))
    left, top = round(diameter * 0.62), round(diameter * 0.68)
    curve = [max(0, min(255, (value - 50) * 3 // 2)) for value in range(256)]
    light = glow.crop((left, top, left + diameter, top + diameter)).point(curve)
    sphere = Image.composite(Image.new("RGB", light.size, bright), Image.new("RGB", light.size, dark), light)
    sphere.putalpha(disc(diameter))
    return sphere


def disc(diameter: int) -> Image.Image:
    """A filled circle as a mask."""
    mask, brush = masked((diameter * FINE, diameter * FINE))
    brush.ellipse((0, 0, diameter * FINE - 1, diameter * FINE - 1), fill=255)
    return mask.reduce(FINE)


def ring(center: Point, radius: float, count: int, turn: float = 0.0) -> list[Point]:
    """Points at equal steps around a circle."""
    angles = (turn + 2 * math.pi * step / count for step in range(count))
    return [(center[0] + radius * math.cos(angle), center[1] + radius * math.sin(angle)) for angle in angles]


def lettering(
    text: str, height: int, color: Color, *, weight: float = 0, spacing: float = 0, outline: Color | None = None
) -> Image.Image:
    """A line of text, cut to its ink; weight thickens the strokes and spacing parts the letters (both in em)."""
    font, stroke = _font(height), weight * height
    offsets = [font.getlength(text[:end]) + end * (spacing + weight) * height for end in range(len(text) + 1)]
    margin = height // 4
    layer, brush = drawn((round(offsets[-1]) + 2 * margin, height * 3 // 2 + 2 * margin))
    paints = [(outline, stroke + height * OUTLINE)] if outline else []
    for paint, width in (*paints, (color, stroke)):
        for letter, offset in zip(text, offsets, strict=False):
            at = (margin + offset, margin)
            brush.text(at, letter, font=font, fill=paint, stroke_width=width, stroke_fill=paint)
    return layer.crop(layer.getbbox())


def write(picture: Image.Image, layer: Image.Image, center: Point, max_width: float, shadow: float = 0.0) -> None:
    """Put a line of text onto a picture, narrower if it would not fit."""
    if layer.width > max_width:
        layer = layer.resize((round(max_width), layer.height), Image.Resampling.LANCZOS)
    lay(picture, layer, center, shadow)


@cache
def _font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=height)
