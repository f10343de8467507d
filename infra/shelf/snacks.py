"""Chips, limes, tomatoes and chilies: what is painted on the packs of the snack aisle."""

import math
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from infra.shelf.brush import (
    NEUTRAL,
    Size,
    ball,
    dot,
    drawn,
    faded,
    gradient,
    lay,
    lit,
    masked,
    ramp,
    ring,
    soft,
    tinted,
    toned,
    turned,
)
from infra.shelf.products import Color

TOASTED: Color = (158, 88, 30)
LEAF: Color = (62, 128, 48)


def chip(side: int, rng: Random) -> Image.Image:
    """One tortilla chip: a rounded triangle, blistered, browner at its edges."""
    mask, brush = masked((side, side))
    tips = ring((side / 2, side * 0.55), side * 0.5, 3, -math.pi / 2)
    brush.polygon([(x + rng.uniform(-0.03, 0.03) * side, y) for x, y in tips], fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(side / 22)).point(lambda value: 255 if value > 118 else 0)
    mask = mask.filter(ImageFilter.GaussianBlur(1))
    picture = Image.composite(
        Image.new("RGB", mask.size, (247, 204, 112)),
        Image.new("RGB", mask.size, (206, 134, 50)),
        soft(mask, side / 14).point(lambda value: max(0, (value - 110) * 255 // 145)),
    )
    spots, brush = masked(mask.size)
    for _ in range(46):
        x, y, reach = rng.uniform(0, side), rng.uniform(0, side), rng.uniform(0.006, 0.035) * side
        dot(brush, (x, y), reach, rng.choice((60, 110, 170)))
    picture.paste(TOASTED, (0, 0), faded(soft(spots, 2), 0.7))
    tilt = rng.choice((1, -1))
    light = ramp(mask.size, ((0, NEUTRAL + 34 * tilt), (0.5, NEUTRAL), (1, NEUTRAL - 40 * tilt)))
    picture = lit(picture, light)
    picture.putalpha(mask)
    return picture


def chip_pile(rng: Random) -> Image.Image:
    """A heap of chips that rises in the middle."""
    pile, _ = drawn((760, 400))
    for row, count in enumerate((4, 5, 6)):
        for step in range(count):
            piece = turned(chip(rng.randint(200, 240), rng), rng.uniform(0, 360))
            x = 380 + (step - (count - 1) / 2) * 118 + rng.uniform(-20, 20)
            lay(pile, piece, (x, 130 + row * 70 + abs(x - 380) * 0.16), shadow=0.5)
    return pile


def salted_chips(rng: Random) -> Image.Image:
    """Chips with flakes of salt."""
    pile = chip_pile(rng)
    brush, covered = ImageDraw.Draw(pile), pile.getchannel("A")
    for _ in range(150):
        x, y = min(max(rng.gauss(380, 170), 0), 759), min(max(rng.gauss(190, 70), 0), 399)
        flake = ring((x, y), rng.uniform(3, 7), 4, rng.uniform(0, 1))
        if covered.getpixel((int(x), int(y))) == 255:
            brush.polygon(flake, fill=(255, 255, 252), outline=(196, 170, 130))
    return pile


def lime_chips(rng: Random) -> Image.Image:
    """Chips with slices of lime."""
    pile = chip_pile(rng)
    for x, y, diameter in ((150, 262, 210), (610, 268, 196), (392, 310, 160)):
        lay(pile, turned(lime_slice(diameter), rng.uniform(0, 60)), (x, y), shadow=0.5)
    return pile


def lime_slice(diameter: int) -> Image.Image:
    """A round slice: rind, pith and ten segments."""
    layer, brush = drawn((diameter, diameter))
    middle = (diameter / 2, diameter / 2)
    for share, color in ((1.0, (58, 122, 30)), (0.95, (112, 172, 52)), (0.89, (238, 246, 206))):
        dot(brush, middle, diameter * share / 2, color)
    for step in range(10):
        turn = step * math.pi / 5
        tips = [
            (middle[0] + share * diameter * math.cos(turn + bend), middle[1] + share * diameter * math.sin(turn + bend))
            for share, bend in ((0.05, 0.0), (0.36, -0.26), (0.405, -0.12), (0.405, 0.12), (0.36, 0.26))
        ]
        brush.polygon(tips, fill=(176, 208, 84))
        brush.line((tips[0], ((tips[2][0] + tips[3][0]) / 2, (tips[2][1] + tips[3][1]) / 2)), (206, 228, 128), 4)
    return layer


def tomato(diameter: int) -> Image.Image:
    """A ripe tomato with its star of green."""
    layer, brush = drawn((diameter, diameter))
    fruit = ball(diameter, (244, 82, 50), (128, 14, 12)).resize((diameter, round(diameter * 0.9)))
    lay(layer, fruit, (diameter / 2, diameter * 0.53))
    shine, shine_brush = masked(layer.size)
    shine_brush.ellipse((diameter * 0.2, diameter * 0.26, diameter * 0.42, diameter * 0.42), fill=230)
    layer.alpha_composite(tinted(soft(shine, diameter / 26), (255, 236, 226), 0.75))
    top = (diameter * 0.52, diameter * 0.16)
    for tip in ring(top, diameter * 0.24, 6, 0.3):
        tip = (tip[0], top[1] + (tip[1] - top[1]) * 0.5)
        side = (top[0] + (tip[0] - top[0]) * 0.35, top[1] + (tip[1] - top[1]) * 0.35 + diameter * 0.04)
        brush.polygon([(top[0], top[1] - diameter * 0.03), tip, side], fill=LEAF)
    brush.line((top, (top[0] + diameter * 0.04, top[1] - diameter * 0.13)), (50, 104, 40), max(diameter // 22, 3))
    return layer


def chili(length: int) -> Image.Image:
    """A red chili, curved, with a green stem."""
    layer, brush = drawn((length, length // 2))
    for step in range(60):
        share = step / 59
        x, y = length * (0.16 + 0.76 * share), length * (0.12 + 0.26 * share * share)
        dot(brush, (x, y), length * 0.075 * (1 - share) ** 0.6 + 1.5, (206, 26, 20))
    for step in range(40):
        share = step / 39
        x, y = length * (0.18 + 0.55 * share), length * (0.095 + 0.22 * share * share)
        dot(brush, (x, y), length * 0.013 * (1 - share) + 1, (255, 150, 130))
    brush.ellipse((length * 0.09, length * 0.05, length * 0.2, length * 0.19), fill=LEAF)
    brush.line(((length * 0.13, length * 0.11), (length * 0.02, length * 0.06)), LEAF, length // 30)
    return layer


def salsa_garden(chilies: int) -> Image.Image:
    """Two tomatoes, and between them as many chilies as the salsa is hot."""
    layer, _ = drawn((600, 250))
    turns = {1: (-62,), 3: (-90, -62, -34)}[chilies]
    for x, diameter in ((122, 216), (478, 216)):
        lay(layer, tomato(diameter), (x, 245 - diameter / 2), shadow=0.4)
    for turn in turns:
        lay(layer, turned(chili(270), turn), (300 + (turn + 62) * 1.9, 124), shadow=0.5)
    return layer


def salsa(size: Size, color: Color, rng: Random) -> Image.Image:
    """Pieces of tomato, onion and pepper, close together."""
    inside = gradient(size, color, toned(color, 0.75))
    brush = ImageDraw.Draw(inside)
    for _ in range(420):
        x, y, reach = rng.uniform(0, size[0]), rng.uniform(120, size[1]), rng.uniform(6, 22)
        paint = rng.choice(((206, 58, 38), (226, 84, 50), (150, 24, 16), (122, 18, 14), (232, 190, 130), (84, 122, 40)))
        dot(brush, (x, y), reach, paint, squash=0.7)
    return inside.filter(ImageFilter.GaussianBlur(2))
