"""Packs as they stand on the shelf: the printed front brought into shape and lit from above."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from infra.shelf.brush import (
    NEUTRAL,
    Point,
    Size,
    ball,
    dot,
    drawn,
    gradient,
    lay,
    lit,
    masked,
    ramp,
    soft,
    tinted,
    toned,
)
from infra.shelf.labels import label
from infra.shelf.products import Color, Product
from infra.shelf.snacks import salsa

ROUND = ((0, 34), (0.07, 84), (0.2, 168), (0.3, 150), (0.5, 130), (0.76, 112), (0.9, 74), (0.96, 62), (1, 40))
GLOSS = ((0, 34), (0.06, 90), (0.13, 214), (0.2, 148), (0.5, 130), (0.8, 106), (0.92, 60), (0.965, 120), (1, 40))
METAL = ((0, 60), (0.12, 150), (0.22, 236), (0.34, 150), (0.6, 96), (0.78, 190), (0.9, 110), (1, 50))
PILLOW = ((0, 40), (0.05, 92), (0.16, 158), (0.34, 134), (0.62, 124), (0.86, 146), (0.95, 84), (1, 40))
SEALED = ((0, 88), (0.045, 118), (0.055, 70), (0.16, 152), (0.4, 132), (0.8, 140), (0.945, 78), (0.955, 128), (1, 92))
HEIGHTS = {"bag": 1.0, "box": 0.8, "jar": 0.6, "can": 0.5, "carton": 0.86, "bottle": 0.98, "pouch": 0.88}


def pack(product: Product) -> Image.Image:
    """The pack straight on, about 1000 pixels high, clear around it; the same for each call."""
    rng = Random(product.gtin)
    picture = _BODIES[product.shape](product, label(product, rng), rng)
    picture = picture.crop(picture.getbbox())
    edge = ImageOps.expand(picture.getchannel("A"), border=2, fill=0).filter(ImageFilter.GaussianBlur(1))
    inner = edge.point([max(0, 2 * value - 255) for value in range(256)])
    picture.putalpha(inner.crop((2, 2, 2 + picture.width, 2 + picture.height)))
    return picture


def bag(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A pillow bag with crimped seals and creases that run from them."""
    width, height = front.size
    mask = bag_outline(front.size)
    light = ramp(front.size, PILLOW)
    light = mixed(light, ramp(front.size, ((0, 124), (0.1, 142), (0.5, 132), (0.85, 118), (1, 88)), down=True))
    light = mixed(light, creases(front.size, rng))
    light = mixed(light, gloss(front.size, rng))
    for top, bottom in ((0, 62), (height - 62, height)):
        crimp = Image.new("L", (width, bottom - top), 116)
        brush = ImageDraw.Draw(crimp)
        for x in range(0, width, 9):
            brush.line((x, 0, x, bottom), fill=164, width=4)
        light.paste(crimp, (0, top))
        edge = bottom if top == 0 else top
        ImageDraw.Draw(light).line((0, edge, width, edge), fill=70, width=5)
    picture = lit(front, light)
    picture.putalpha(mask)
    return picture


def bag_outline(size: Size) -> Image.Image:
    """A bag's silhouette: drawn in below its seals, their rims cut to a zigzag."""
    width, height = size
    mask, brush = masked(size)
    sides: list[list[Point]] = [[], []]
    for y in range(0, height + 1, 12):
        share = y / height
        inset = 5 + 20 * math.exp(-(((min(share, 1 - share) - 0.075) / 0.06) ** 2)) + 3 * math.sin(y / 47)
        sides[0].append((inset, y))
        sides[1].append((width - 1 - inset, y))
    brush.polygon(sides[0] + sides[1][::-1], fill=255)
    for x in range(0, width, 16):
        brush.polygon([(x, 0), (x + 8, 8), (x + 16, 0)], fill=0)
        brush.polygon([(x, height), (x + 8, height - 8), (x + 16, height)], fill=0)
    return mask


def creases(size: Size, rng: Random) -> Image.Image:
    """Light on the folds that run from both seals towards the middle."""
    width, height = size
    small = Image.new("L", (width // 2, height // 2), NEUTRAL)
    brush = ImageDraw.Draw(small)
    for _ in range(34):
        x, up = rng.uniform(0.02, 0.98), rng.choice((True, False))
        length, lean = rng.uniform(0.04, 0.17), (0.5 - x) * rng.uniform(0, 0.2)
        start, end = (0.05, 0.05 + length) if up else (0.95, 0.95 - length)
        tip = (width / 2 * (x + lean), height / 2 * end)
        base = width / 2 * x
        for offset, value in ((-3, 168), (3, 84)):
            foot = height / 2 * start
            brush.polygon([(base + offset - 3, foot), (base + offset + 3, foot), tip], fill=value)
    return small.filter(ImageFilter.GaussianBlur(2.5)).resize(size, Image.Resampling.BILINEAR)


def gloss(size: Size, rng: Random) -> Image.Image:
    """The streaks of a ceiling lamp on foil, broken where it bulges."""
    width, height = size[0] // 4, size[1] // 4
    streaks, brush = masked((width, height))
    for side, strength in ((0.1, 150), (0.9, 120)):
        for _ in range(7):
            x, y = (side + rng.uniform(-0.035, 0.035)) * width, rng.uniform(0.14, 0.88) * height
            dot(brush, (x, y), rng.uniform(0.012, 0.03) * width, strength, squash=rng.uniform(3, 7))
    blurred = streaks.filter(ImageFilter.GaussianBlur(2.2)).resize(size, Image.Resampling.BILINEAR)
    return blurred.point([NEUTRAL + value // 2 for value in range(256)])


def pouch(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A stand-up pouch: sealed rims, a zip below the top and a folded foot."""
    width, height = front.size
    mask, brush = masked(front.size)
    brush.rounded_rectangle((4, 0, width - 5, height - 1), 26, fill=255)
    for x in (0, width):
        brush.polygon([(x - 9, 118), (x + 9, 118), (x, 132)], fill=0)
    brush.rounded_rectangle((width // 2 - 46, 30, width // 2 + 46, 54), 12, fill=0)
    light = ramp(front.size, SEALED)
    light = mixed(light, ramp(front.size, ((0, 140), (0.5, 132), (0.9, 120), (1, 84)), down=True))
    brush = ImageDraw.Draw(light)
    for y, value in ((84, 92), (88, 162), (140, 92), (146, 170), (152, 92), (158, 160)):
        brush.line((30, y, width - 30, y), fill=value, width=4)
    brush.arc((-60, height - 190, width + 60, height - 50), 20, 160, fill=96, width=6)
    picture = lit(front, light.filter(ImageFilter.GaussianBlur(1.5)))
    picture.putalpha(mask)
    return picture


def box(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A cardboard box with a slim view of its side."""
    return boxed(front, product.colors[2], 46)


def boxed(front: Image.Image, side: Color, depth: int) -> Image.Image:
    """A front with its side, which runs away to the right."""
    width, height = front.size
    picture, brush = drawn((width + depth, height))
    slope = depth * 2 // 5
    flank = [(width - 1, 0), (width + depth - 1, slope), (width + depth - 1, height - slope // 2), (width - 1, height)]
    brush.polygon(flank, fill=toned(side, 0.55))
    light = mixed(
        ramp(front.size, ((0, 104), (0.01, 150), (0.03, 132), (0.97, 122), (1, 96))),
        ramp(front.size, ((0, 158), (0.012, 140), (0.3, 136), (1, 104)), down=True),
    )
    picture.paste(lit(front, light), (0, 0))
    return picture


def carton(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A gable-top carton with a screw cap."""
    main, deep, paper = product.colors
    body = boxed(front, main, 74)
    picture, brush = drawn((body.width, body.height + 210))
    picture.paste(body, (0, 210))
    width = front.width
    gable = [(width - 1, 62), (width + 26, 70), (body.width - 1, 240), (width - 1, 212)]
    brush.polygon(gable, fill=toned(main, 0.45))
    fold = ((0, 160), (0.85, 120), (1, 84))
    slope = lit(gradient((width, 150), main, deep), ramp((width, 150), fold, down=True))
    picture.paste(slope, (0, 62))
    fin = lit(Image.new("RGB", (width - 8, 64), paper), ramp((width - 8, 64), fold, down=True))
    picture.paste(fin, (4, 0))
    brush.line((4, 30, width - 6, 30), fill=(206, 198, 182), width=3)
    lay(picture, ball(118, (255, 255, 255), (176, 180, 186)), (width / 2, 138), shadow=0.5)
    lay(picture, ball(84, (255, 255, 255), (206, 210, 214)), (width / 2, 136))
    return picture


def wrapped(front: Image.Image, sag: int) -> Image.Image:
    """A front bent around a cylinder and seen from slightly above: narrower at its sides, its lines hanging through."""
    width, height = front.size
    steps = 44
    strips = []
    for step in range(steps):
        x, end = width * step // steps, width * (step + 1) // steps
        left, right = (width * (0.5 + math.asin((2 * at / width - 1) * 0.9) / 2.24) for at in (x, end))
        drop, next_drop = (sag * math.sqrt(max(0.0, 1 - (2 * at / width - 1) ** 2)) for at in (x, end))
        corners = (left, -drop, left, height + sag - drop, right, height + sag - next_drop, right, -next_drop)
        strips.append(((x, 0, end, height + sag), corners))
    clear = front.convert("RGBA")
    bent = clear.transform((width, height + sag), Image.Transform.MESH, strips, Image.Resampling.BILINEAR)
    bent.putalpha(bent.getchannel("A").filter(ImageFilter.BoxBlur(1)))
    return bent


def can(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A tin with a paper label between two rims."""
    width = front.width
    picture, brush = drawn((width, 800))
    metal = lit(Image.new("RGB", (width, 800), (182, 186, 190)), ramp((width, 800), METAL))
    shape, shape_brush = masked(picture.size)
    shape_brush.rectangle((6, 34, width - 7, 757), fill=255)
    shape_brush.ellipse((6, 4, width - 7, 64), fill=255)
    shape_brush.ellipse((6, 724, width - 7, 790), fill=255)
    picture.paste(metal, (0, 0), shape)
    brush.ellipse((20, 12, width - 21, 58), fill=(150, 154, 158), outline=(226, 230, 232), width=5)
    brush.ellipse((52, 22, width - 53, 52), fill=(186, 190, 194), outline=(120, 124, 128), width=3)
    paper = wrapped(lit(front, ramp(front.size, ROUND)), 32)
    picture.alpha_composite(paper.resize((width - 24, paper.height)), (12, 66))
    for edge, tone in ((66, 226), (706, 206)):
        brush.arc((11, edge - 34, width - 12, edge + 33), 0, 180, fill=(tone, tone, tone), width=5)
    return picture


def jar(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A glass of salsa with a label around it and a lid in its colour."""
    width = front.width
    picture, _ = drawn((width, 830))
    glass, brush = masked(picture.size)
    brush.rounded_rectangle((0, 128, width - 1, 829), 74, fill=255)
    brush.rectangle((54, 90, width - 55, 160), fill=255)
    inside = lit(salsa((width, 830), product.colors[1], rng), ramp(picture.size, GLOSS))
    picture.paste(inside, (0, 0), glass)
    paper = wrapped(lit(front, ramp(front.size, GLOSS)), 22)
    picture.alpha_composite(paper.resize((width - 4, paper.height)), (2, 226))
    lid = lit(Image.new("RGB", (width - 84, 116), product.colors[0]), ramp((width - 84, 116), METAL))
    lid = lit(lid, ramp(lid.size, ((0, 190), (0.1, 140), (0.75, 120), (0.8, 70), (0.86, 150), (1, 90)), down=True))
    shape, brush = masked(lid.size)
    brush.rounded_rectangle((0, 0, lid.width - 1, lid.height - 1), 18, fill=255)
    picture.paste(lid, (42, 0), shape)
    return picture


def bottle(product: Product, front: Image.Image, rng: Random) -> Image.Image:
    """A dark bottle of oil with a label around it."""
    width, height = 380, 1240
    glass = bottle_outline((width, height))
    picture, _ = drawn((width, height))
    oil = lit(gradient((width, height), product.colors[0], product.colors[1]), ramp((width, height), GLOSS))
    picture.paste(oil, (0, 0), glass)
    gleam, brush = masked(picture.size)
    brush.line([(150, 150), (150, 330), (120, 430), (54, 540), (48, 1200)], fill=255, width=13, joint="curve")
    picture.alpha_composite(tinted(ImageChops.multiply(soft(gleam, 5), glass), (226, 240, 190), 0.6))
    paper = wrapped(lit(front, ramp(front.size, ROUND)), 14)
    picture.alpha_composite(paper.resize((width - 4, paper.height)), (2, 640))
    cap = lit(gradient((128, 130), (58, 52, 30), (40, 36, 20)), ramp((128, 130), METAL))
    ImageDraw.Draw(cap).rectangle((0, 108, 128, 120), fill=(196, 152, 52))
    picture.paste(lit(cap, ramp(cap.size, ROUND)), (width // 2 - 64, 0))
    return picture


def bottle_outline(size: Size) -> Image.Image:
    """A bottle's silhouette: neck, shoulders that swing out, straight body."""
    width, height = size
    mask, brush = masked(size)
    half = width / 2
    right: list[Point] = [(half + 54, 100), (half + 54, 300)]
    for step in range(21):
        swing = (1 - math.cos(math.pi * step / 20)) / 2
        right.append((half + 54 + (half - 55) * swing, 300 + 270 * step / 20))
    right.append((width - 1, height - 26))
    brush.polygon(right + [(width - x, y) for x, y in reversed(right)], fill=255)
    brush.rounded_rectangle((0, height - 80, width - 1, height - 1), 28, fill=255)
    return mask


def mixed(first: Image.Image, second: Image.Image) -> Image.Image:
    """Two lights that fall on the same surface."""
    return ImageChops.add(first, second, 1, -NEUTRAL)


_BODIES: dict[str, Callable[[Product, Image.Image, Random], Image.Image]] = {
    "bag": bag,
    "box": box,
    "jar": jar,
    "can": can,
    "carton": carton,
    "bottle": bottle,
    "pouch": pouch,
}
