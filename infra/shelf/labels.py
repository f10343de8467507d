"""The printed front of each pack, flat and without light."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageOps

from infra.shelf.brush import Point, between, drawn, gradient, lay, lettering, masked, ring, soft, toned, write
from infra.shelf.motifs import motif
from infra.shelf.products import CREAM, GOLD, Color, Product

WHITE: Color = (255, 255, 255)
INK: Color = (52, 40, 30)


def label(product: Product, rng: Random) -> Image.Image:
    """The front as it leaves the press; its size goes with the shape of the pack."""
    return _FRONTS[product.shape](product, rng)


def bag(product: Product, rng: Random) -> Image.Image:
    """Rays behind large letters, and the food heaped at the foot."""
    main, deep, accent = product.colors
    front = gradient((760, 1080), main, deep)
    rays(front, (380, 700), toned(main, 1.7))
    write(front, lettering("ORGANIC", 40, CREAM, weight=0.03, spacing=0.3), (380, 136), 440)
    write(front, lettering(product.brand, 118, WHITE, weight=0.022, outline=deep), (380, 222), 640, shadow=0.5)
    lines(front, (380, 312), 300, accent)
    small, first, second = product.title
    write(front, lettering(small, 54, CREAM, weight=0.012), (380, 358), 560)
    write(front, lettering(first, 126, accent, weight=0.036), (380, 446), 620, shadow=0.5)
    write(front, lettering(second, 126, accent, weight=0.036), (380, 562), 620, shadow=0.5)
    ribbon(front, product.variety, (380, 668), (430, 84), CREAM, deep)
    lay(front, motif(product.motif, rng), (380, 850))
    bottom, brush = masked(front.size)
    brush.rectangle((0, 968, 760, 1080), fill=255)
    front.paste(deep, (0, 0), soft(bottom, 16))
    write(front, lettering(product.net, 29, CREAM, weight=0.02), (380, 996), 500)
    return front


def box(product: Product, rng: Random) -> Image.Image:
    """A dark band with the brand, the name on colour and the food on cream."""
    main, deep, accent = product.colors
    front = gradient((660, 900), toned(main, 1.16), main)
    brush = ImageDraw.Draw(front)
    brush.ellipse((-190, 408, 850, 1268), fill=CREAM)
    brush.arc((-190, 408, 850, 1268), 180, 360, fill=accent, width=9)
    brush.rectangle((0, 0, 660, 118), fill=accent)
    brush.rectangle((0, 118, 660, 126), fill=GOLD)
    write(front, lettering(product.brand, 88, CREAM, weight=0.018, spacing=0.04), (330, 60), 520)
    write(front, lettering(product.title[0], 150, accent, weight=0.04), (330, 196), 600)
    write(front, lettering(product.title[1], 146, accent, weight=0.04), (330, 316), 590)
    food = motif(product.motif, rng)
    lay(front, food.resize((560, 560 * food.height // food.width)), (330, 660))
    ribbon(front, product.variety, (330, 436), (480, 86), deep, WHITE)
    write(front, lettering(product.net, 25, INK), (330, 878), 400)
    return front


def jar(product: Product, rng: Random) -> Image.Image:
    """A paper label: brand, name, how hot it is."""
    main, _, paper = product.colors
    front = gradient((620, 480), (255, 250, 236), paper)
    brush = ImageDraw.Draw(front)
    brush.rectangle((0, 0, 620, 118), fill=main)
    brush.rectangle((0, 118, 620, 125), fill=GOLD)
    write(front, lettering(product.brand, 90, CREAM, weight=0.018), (310, 58), 430)
    write(front, lettering(product.title[0], 46, INK, weight=0.012), (310, 154), 360)
    write(front, lettering(product.title[1], 70, (150, 26, 20), weight=0.035), (310, 212), 450)
    ribbon(front, product.variety.upper(), (310, 280), (260, 68), main, WHITE)
    food = motif(product.motif, rng)
    lay(front, food.resize((316, 132)), (310, 382))
    brush.rectangle((0, 452, 620, 480), fill=main)
    write(front, lettering(product.net, 20, CREAM), (310, 466), 300)
    return front


def can(product: Product, rng: Random) -> Image.Image:
    """A green arch with the brand above the name and the food."""
    paper, deep, accent = product.colors
    front = gradient((660, 640), WHITE, paper)
    brush = ImageDraw.Draw(front)
    brush.rectangle((0, 0, 660, 150), fill=deep)
    brush.ellipse((60, 20, 600, 214), fill=deep)
    brush.arc((60, 20, 600, 214), 24, 156, fill=GOLD, width=7)
    for left, right in ((0, 84), (576, 660)):
        brush.rectangle((left, 146, right, 153), fill=GOLD)
    write(front, lettering(product.brand, 104, CREAM, weight=0.018), (330, 102), 430)
    write(front, lettering(product.title[0], 66, deep, weight=0.025), (330, 260), 440)
    write(front, lettering(product.title[1], 92, accent, weight=0.036), (330, 346), 460)
    write(front, lettering(product.variety, 36, INK, weight=0.01), (330, 406), 380)
    food = motif(product.motif, rng)
    lay(front, food.resize((370, 370 * food.height // food.width)), (330, 516))
    brush.rectangle((0, 606, 660, 640), fill=accent)
    write(front, lettering(product.net, 23, CREAM), (330, 623), 360)
    return front


def carton(product: Product, rng: Random) -> Image.Image:
    """Tall letters on white, and the food below a wave."""
    main, deep, paper = product.colors
    front = gradient((480, 800), paper, WHITE)
    wave: list[Point] = [(x, 440 + 34 * math.sin(x / 76)) for x in range(0, 489, 8)]
    brush = ImageDraw.Draw(front)
    brush.polygon([(x, y - 22) for x, y in wave] + [(480, 800), (0, 800)], fill=between(main, WHITE))
    lower = gradient(front.size, main, deep)
    shape, shape_brush = masked(front.size)
    shape_brush.polygon([*wave, (480, 800), (0, 800)], fill=255)
    front.paste(lower, (0, 0), shape)
    write(front, lettering(product.brand, 70, deep, weight=0.02), (240, 62), 400)
    write(front, lettering(product.title[0], 184, main, weight=0.04), (240, 188), 410)
    write(front, lettering(product.title[1], 116, deep, weight=0.038), (240, 318), 400)
    food = motif(product.motif, rng)
    lay(front, food.resize((440, 440 * food.height // food.width)), (240, 596))
    ribbon(front, product.variety, (240, 420), (320, 74), CREAM, deep)
    write(front, lettering(product.net, 24, WHITE), (240, 778), 320)
    return front


def bottle(product: Product, rng: Random) -> Image.Image:
    """A cream label with thin gold lines."""
    _, deep, paper = product.colors
    front = gradient((380, 480), (255, 251, 238), paper)
    brush = ImageDraw.Draw(front)
    brush.rectangle((-10, 12, 390, 467), outline=GOLD, width=5)
    write(front, lettering(product.brand, 62, deep, weight=0.022), (190, 66), 270)
    lines(front, (190, 116), 90, GOLD)
    write(front, lettering(product.title[0], 36, deep, weight=0.012), (190, 156), 260)
    write(front, lettering(product.title[1], 58, deep, weight=0.04), (190, 208), 270)
    lay(front, motif(product.motif, rng).resize((238, 170)), (196, 350))
    write(front, lettering(product.variety, 24, (120, 84, 20), weight=0.012), (190, 252), 260)
    write(front, lettering(product.net, 19, INK), (190, 444), 240)
    return front


def pouch(product: Product, rng: Random) -> Image.Image:
    """An oval of cream above a window on the food."""
    main, deep, paper = product.colors
    front = gradient((700, 960), main, deep)
    brush = ImageDraw.Draw(front)
    brush.ellipse((-60, 170, 760, 650), fill=paper)
    brush.ellipse((-60, 170, 760, 650), outline=GOLD, width=7)
    write(front, lettering(product.brand, 82, deep, weight=0.018), (350, 262), 460)
    lines(front, (350, 320), 150, GOLD)
    write(front, lettering(product.title[0], 66, main, weight=0.025), (350, 372), 560)
    write(front, lettering(product.title[1], 122, deep, weight=0.038), (350, 468), 580)
    write(front, lettering(product.variety, 36, INK, weight=0.008), (350, 556), 440)
    window, brush = masked((580, 250))
    brush.rounded_rectangle((0, 0, 579, 249), 90, fill=255)
    inside = Image.new("RGB", window.size, (150, 96, 50))
    lay(inside, motif(product.motif, rng), (290, 120))
    front.paste(GOLD, (54, 654), ImageOps.expand(window, border=6, fill=0).resize((592, 262)))
    front.paste(inside, (60, 660), window)
    write(front, lettering(product.net, 26, CREAM), (350, 934), 400)
    return front


def rays(front: Image.Image, center: Point, color: Color) -> None:
    """Beams of light that spread from a point over the whole front."""
    layer, brush = masked(front.size)
    tips = ring(center, 1200, 48)
    for first, second in zip(tips[::2], tips[1::2], strict=True):
        brush.polygon([center, first, second], fill=90)
    front.paste(color, (0, 0), soft(layer, 2))


def lines(front: Image.Image, center: Point, width: int, color: Color) -> None:
    """A thin rule with a lozenge in its middle."""
    brush = ImageDraw.Draw(front)
    x, y = center
    brush.line((x - width / 2, y, x + width / 2, y), fill=color, width=3)
    brush.polygon(ring(center, 11, 4), fill=color)


def ribbon(front: Image.Image, text: str, center: Point, size: tuple[int, int], color: Color, ink: Color) -> None:
    """A band with notched ends that names the variety."""
    width, height = size
    layer, brush = drawn(size)
    notch = height // 3
    outline = [(0, 0), (width, 0), (width - notch, height / 2), (width, height), (0, height), (notch, height / 2)]
    brush.polygon(outline, fill=color)
    for y in (6, height - 8):
        brush.line((notch, y, width - notch, y), fill=between(color, ink), width=2)
    lay(front, layer, center, shadow=0.45)
    write(front, lettering(text, round(height * 0.66), ink, weight=0.03), center, width - 2.6 * notch)


_FRONTS: dict[str, Callable[[Product, Random], Image.Image]] = {
    "bag": bag,
    "box": box,
    "jar": jar,
    "can": can,
    "carton": carton,
    "bottle": bottle,
    "pouch": pouch,
}
