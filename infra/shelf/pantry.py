"""Tomatoes and olives: what is painted on the packs of the pantry aisle."""

import math
from random import Random

from PIL import Image

from infra.shelf.brush import Point, ball, drawn, lay, ring, turned
from infra.shelf.snacks import LEAF, tomato


def whole_tomatoes() -> Image.Image:
    """Three plum tomatoes with basil."""
    layer, _ = drawn((620, 300))
    for x, turn in ((150, 12), (470, -12), (310, 0)):
        lay(layer, turned(tomato(250).resize((200, 258)), turn), (x, 165), shadow=0.45)
    for x, turn in ((232, 30), (392, -36), (60, -20), (566, 24)):
        lay(layer, turned(leaf(150, 74), turn), (x, 250), shadow=0.45)
    return layer


def chopped_tomatoes(rng: Random) -> Image.Image:
    """A bowl of diced tomatoes with basil."""
    layer, brush = drawn((620, 300))
    for row, count in enumerate((5, 7, 8)):
        for step in range(count):
            x = 310 + (step - (count - 1) / 2) * 62 + rng.uniform(-8, 8)
            lay(layer, _cube(rng), (x, 62 + row * 38 + rng.uniform(-8, 8)), shadow=0.4)
    brush.chord((30, 20, 590, 298), 8, 172, fill=(252, 250, 244))
    brush.chord((70, 40, 550, 282), 20, 160, fill=(228, 220, 206))
    brush.rounded_rectangle((24, 164, 596, 182), 9, fill=(255, 255, 252), outline=(214, 204, 188), width=2)
    for x, turn in ((285, 40), (352, -30)):
        lay(layer, turned(leaf(140, 70), turn), (x, 48), shadow=0.5)
    return layer


def _cube(rng: Random) -> Image.Image:
    side = rng.randint(62, 78)
    layer, brush = drawn((side, side))
    brush.rounded_rectangle((0, 0, side - 1, side - 1), 14, fill=(176, 24, 16))
    brush.rounded_rectangle((4, 2, side - 8, side - 18), 12, fill=(226, 54, 34))
    brush.ellipse((10, 7, side // 2, side // 3), fill=(255, 142, 112))
    return turned(layer, rng.uniform(-40, 40))


def leaf(length: int, width: int) -> Image.Image:
    """A leaf that lies flat, its tip at the right."""
    layer, brush = drawn((length, width))
    for share, color in ((1.0, (44, 104, 36)), (0.84, LEAF)):
        edge: list[Point] = [
            (length * step / 20, width / 2 + side * share * width * 0.48 * math.sin(math.pi * (step / 20) ** 0.8))
            for side, steps in ((-1, range(21)), (1, range(20, -1, -1)))
            for step in steps
        ]
        brush.polygon(edge, fill=color)
    brush.line(((0, width / 2), (length * 0.94, width / 2)), (150, 196, 110), 3)
    return layer


def olive_branch() -> Image.Image:
    """A branch with olives."""
    layer, brush = drawn((420, 300))
    brush.arc((-160, 60, 420, 520), 230, 330, fill=(104, 84, 44), width=7)
    for step in range(9):
        angle = math.radians(236 + step * 10)
        x, y = 130 + 290 * math.cos(angle), 290 + 230 * math.sin(angle)
        for side in (-1, 1):
            turn = -(236 + step * 10 + 90) + side * 42
            blade = turned(leaf(118, 34), turn)
            reach = math.radians(-turn)
            lay(layer, blade, (x + 56 * math.cos(reach), y + 56 * math.sin(reach)))
    for x, y in ring((165, 130), 56, 4, 0.5):
        olive = ball(84, (150, 168, 62), (48, 62, 14)).resize((66, 84))
        lay(layer, olive, (x, y), shadow=0.4)
    return layer
