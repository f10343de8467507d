"""Biscuits, oats, milk and granola: what is painted on the packs of the breakfast aisle."""

import math
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from infra.shelf.brush import ball, dot, drawn, gradient, lay, lit, masked, ramp, ring, soft, tinted, turned
from infra.shelf.products import Color

CHOCOLATE: Color = (66, 32, 18)
MILK: Color = (252, 248, 238)


def biscuit(diameter: int, rng: Random, coat: float = 0.0) -> Image.Image:
    """An oat biscuit, its lower part dipped in chocolate up to this share of its height."""
    mask, brush = masked((diameter, diameter))
    brush.ellipse((diameter * 0.04, diameter * 0.04, diameter * 0.96, diameter * 0.96), fill=255)
    for x, y in ring((diameter / 2, diameter / 2), diameter * 0.43, 22):
        reach = diameter * rng.uniform(0.05, 0.075)
        dot(brush, (x, y), reach, 255)
    picture = ball(diameter, (240, 192, 122), (172, 106, 46)).convert("RGB")
    flakes = ImageDraw.Draw(picture)
    for _ in range(30 + diameter * 3 // 10):
        x, y, reach = rng.uniform(0, diameter), rng.uniform(0, diameter), rng.uniform(0.015, 0.04) * diameter
        paint = rng.choice(((250, 222, 166), (226, 172, 100), (186, 120, 58), (158, 94, 42)))
        dot(flakes, (x, y), reach, paint, squash=0.6)
    picture = picture.filter(ImageFilter.GaussianBlur(diameter / 140))
    if coat:
        dip, brush = masked(mask.size)
        edge = [(x, diameter * (1 - coat + 0.04 * math.sin(x / diameter * 9))) for x in range(0, diameter + 9, 8)]
        brush.polygon([*edge, (diameter, diameter), (0, diameter)], fill=255)
        gloss = ball(diameter, (128, 74, 46), (40, 18, 10)).convert("RGB")
        picture.paste(gloss, (0, 0), dip)
        ImageDraw.Draw(picture).line(edge, (150, 96, 64), 5)
    picture.putalpha(mask.filter(ImageFilter.GaussianBlur(1)))
    return picture


def biscuits(rng: Random, coat: float) -> Image.Image:
    """Three biscuits, one in front of the others."""
    layer, _ = drawn((640, 460))
    for x, y, diameter in ((190, 190, 300), (455, 180, 300), (320, 290, 330)):
        lay(layer, turned(biscuit(diameter, rng, coat), rng.uniform(-16, 16)), (x, y), shadow=0.55)
    return layer


def honey_biscuits(rng: Random) -> Image.Image:
    """Biscuits below a thread of honey."""
    layer = biscuits(rng, 0.0)
    pool, brush = masked(layer.size)
    brush.line([(330, 0), (330, 200)], 255, 22)
    brush.ellipse((205, 180, 440, 270), fill=255)
    for x, low in ((228, 300), (290, 350), (352, 322), (410, 380)):
        brush.rounded_rectangle((x - 17, 220, x + 17, low), 17, fill=255)
    smooth = soft(pool, 6).point(lambda value: max(0, min(255, (value - 90) * 4)))
    layer.alpha_composite(tinted(smooth, (232, 140, 12), 0.9))
    gleam, brush = masked(layer.size)
    brush.line([(326, 0), (326, 190)], 255, 5)
    brush.arc((225, 192, 420, 256), 190, 330, fill=255, width=9)
    layer.alpha_composite(tinted(soft(gleam, 3), (255, 238, 170), 0.9))
    return layer


def chocolate_biscuits(rng: Random) -> Image.Image:
    """Biscuits half in chocolate, with broken pieces of it."""
    layer = biscuits(rng, 0.52)
    for x, y, turn in ((92, 372, 18), (520, 382, -22), (562, 312, 40)):
        piece, brush = drawn((120, 96))
        brush.rounded_rectangle((0, 0, 119, 95), 8, fill=CHOCOLATE)
        brush.polygon([(14, 12), (106, 12), (92, 26), (28, 26)], fill=(118, 70, 46))
        brush.rounded_rectangle((28, 26, 92, 70), 4, fill=(88, 46, 28))
        lay(layer, turned(piece, turn), (x, y), shadow=0.5)
    return layer


def oat_ear(length: int, turn: float) -> Image.Image:
    """A stalk of oats, leaning."""
    layer, brush = drawn((length, length))
    brush.line([(length / 2, length), (length / 2, length * 0.1)], (190, 148, 70), length // 60 + 2)
    for step in range(7):
        y = length * (0.12 + 0.1 * step)
        for side in (-1, 1):
            grain, grain_brush = drawn((length // 4, length // 9))
            grain_brush.ellipse((0, 0, length // 4 - 1, length // 9 - 1), fill=(226, 184, 98))
            grain_brush.arc((4, 4, length // 4 - 5, length // 9 - 5), 180, 350, fill=(250, 222, 150), width=4)
            lay(layer, turned(grain, side * 52), (length / 2 + side * length * 0.085, y))
    return layer.rotate(turn, Image.Resampling.BICUBIC)


def oats(layer: Image.Image, base: float) -> None:
    """Ears of oats that lean to both sides of a layer."""
    for x, turn in ((112, 24), (172, 8), (layer.width - 172, -8), (layer.width - 112, -24)):
        lay(layer, oat_ear(330, turn), (x, base - 165))


def glass() -> Image.Image:
    """A full glass among ears of oats."""
    layer, _ = drawn((560, 430))
    oats(layer, 430)
    width, height = 190, 330
    body, brush = masked((width, height))
    brush.polygon([(4, 0), (width - 5, 0), (width - 26, height - 8), (25, height - 8)], fill=255)
    brush.ellipse((25, height - 22, width - 26, height - 1), fill=255)
    drink = gradient((width, height), MILK, (238, 224, 196))
    drink.paste((214, 230, 238), (0, 0, width, 52))
    ImageDraw.Draw(drink).ellipse((6, 40, width - 7, 66), fill=(255, 253, 246))
    drink = lit(drink, ramp(drink.size, ((0, 84), (0.14, 190), (0.24, 130), (0.7, 128), (1, 84))))
    drink.putalpha(body)
    lay(layer, drink, (280, 262), shadow=0.5)
    return layer


def cup() -> Image.Image:
    """A cup of coffee with a heart of foam, seen from above, among ears of oats."""
    layer, _ = drawn((560, 430))
    oats(layer, 430)
    lay(layer, ball(350, (255, 255, 255), (198, 196, 190)), (280, 250), shadow=0.5)
    lay(layer, ball(290, (214, 146, 84), (122, 66, 28)), (280, 250))
    foam, brush = masked((290, 290))
    brush.ellipse((53, 62, 149, 154), fill=255)
    brush.ellipse((141, 62, 237, 154), fill=255)
    brush.polygon([(58, 122), (232, 122), (145, 236)], fill=255)
    lay(layer, tinted(soft(foam, 2), (255, 246, 228)), (280, 250))
    return layer


def granola(rng: Random) -> Image.Image:
    """A heap of clusters, almonds and berries."""
    layer, _ = drawn((620, 330))
    for row in range(5):
        for step in range(11 - row % 2):
            x, y = 30 + step * 56 + rng.uniform(-14, 14), 70 + row * 55 + rng.uniform(-12, 12)
            lay(layer, _piece(rng), (x, y), shadow=0.4)
    return layer


def _piece(rng: Random) -> Image.Image:
    """A berry, an almond, or most often a cluster."""
    kind = rng.random()
    if kind < 0.14:
        return ball(58, (120, 140, 206), (30, 32, 82))
    if kind < 0.28:
        return _raspberry()
    if kind < 0.46:
        almond, brush = drawn((96, 54))
        brush.ellipse((0, 4, 92, 50), fill=(164, 94, 40))
        brush.ellipse((10, 10, 78, 38), fill=(198, 126, 66))
        for y in (18, 25, 32):
            brush.line(((16, y), (76, y)), (150, 84, 36), 2)
        return turned(almond, rng.uniform(0, 180))
    return biscuit(rng.randint(74, 104), rng)


def _raspberry() -> Image.Image:
    layer, _ = drawn((70, 70))
    for reach in (22, 10):
        for x, y in ring((35, 35), reach, 8 if reach > 15 else 4):
            lay(layer, ball(24, (244, 84, 110), (150, 12, 48)), (x, y))
    return layer
