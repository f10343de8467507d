"""A person's photograph of a shelf: framing, tilt, light, blur, noise."""

import math
from functools import cache
from random import Random

from PIL import Image, ImageChops, ImageFilter

from infra.shelf.packs import HEIGHTS
from infra.shelf.products import Product
from infra.shelf.scenes import Scene, shelf
from infra.shelf.stock import SHOPS, Stock

ZOOMS = (380, 540, 740)  # pixels of the tallest pack
SMALLEST, LARGEST = 310, 600  # the height of the shown pack, in pixels
SHORTEST, LONGEST = 400, 900  # sides of a snapshot
ASPECTS = (0.75, 0.75, 0.8, 1.0, 1.0, 1.2, 1.3)
MARGIN = 1.24  # how much more of the shelf is drawn than framed, for the tilt
TILE = 960


def snapshot(stock: Stock, shown: Product, filed: Product, rng: Random) -> Image.Image:
    """A photograph with the shown product in its middle, and without the one it is filed under if that is another."""
    share = HEIGHTS[shown.shape]
    zoom = rng.choice([zoom for zoom in ZOOMS if SMALLEST <= zoom * share <= LARGEST])
    pack_height = zoom * share
    height = within(pack_height / rng.uniform(0.66, 0.86))
    size = within(height * rng.choice(ASPECTS)), height
    canvas = round(size[0] * MARGIN), round(size[1] * MARGIN)
    floor = round((canvas[1] + pack_height) / 2)
    scene = Scene(canvas, zoom, rng.choice(SHOPS), floor, floor - round(zoom * rng.uniform(1.06, 1.22)))
    return developed(framed(shelf(stock, scene, shown, filed, rng), size, rng), rng)


def within(side: float) -> int:
    """A side of a snapshot, not too short and not too long."""
    return round(min(max(side, SHORTEST), LONGEST))


def framed(picture: Image.Image, size: tuple[int, int], rng: Random) -> Image.Image:
    """What the camera sees, held a little askew and not quite in front."""
    turn = math.radians(rng.triangular(-4, 4, 0))
    yaw, pitch = rng.triangular(-0.05, 0.05, 0), rng.triangular(-0.04, 0.05, 0)
    x0 = picture.width / 2 + size[0] * rng.uniform(-0.04, 0.04)
    y0 = picture.height / 2 + size[1] * rng.uniform(-0.03, 0.05)
    reach = rng.uniform(0.92, 1.03)
    corners: list[float] = []
    for x, y in ((-1, -1), (-1, 1), (1, 1), (1, -1)):
        across = x * size[0] / 2 * reach * (1 + pitch * y)
        down = y * size[1] / 2 * reach * (1 + yaw * x)
        corners.append(x0 + across * math.cos(turn) - down * math.sin(turn))
        corners.append(y0 + across * math.sin(turn) + down * math.cos(turn))
    return picture.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)


def developed(picture: Image.Image, rng: Random) -> Image.Image:
    """The picture in the light of the shop and with the faults of a small camera."""
    light, warmth = rng.uniform(0.84, 1.14), rng.triangular(-0.09, 0.12, 0.02)
    gamma = rng.uniform(0.88, 1.1)
    casts = (light * (1 + warmth), light, light * (1 - warmth))
    curve = [min(255, round(255 * cast * (value / 255) ** gamma)) for cast in casts for value in range(256)]
    fall = vignette(rng.choice((40, 66))).resize(picture.size, Image.Resampling.BILINEAR)
    picture = ImageChops.multiply(picture.point(curve), Image.merge("RGB", (fall, fall, fall)))
    if rng.random() < 0.35:
        glare(picture, rng)
    if rng.random() < 0.3:
        picture = picture.filter(ImageFilter.BoxBlur(rng.uniform(0.4, 1.0)))
    grain = noise(rng.choice((2, 3, 5)))
    left, top = rng.randint(0, TILE - LONGEST), rng.randint(0, TILE - LONGEST)
    return ImageChops.add(picture, grain.crop((left, top, left + picture.width, top + picture.height)), 1, -128)


def glare(picture: Image.Image, rng: Random) -> None:
    """Lay the haze of a lamp over one side of the upper half."""
    reach = picture.width * 3 // 2
    strength = rng.randint(50, 95)
    curve = [max(176 - value, 0) * strength // 176 for value in range(256)]
    haze = Image.radial_gradient("L").point(curve).resize((reach, reach // 2), Image.Resampling.BILINEAR)
    left, top = rng.choice((-reach // 2, picture.width - reach // 2)), -reach // 5
    picture.paste((255, 250, 236), (left, top, left + haze.width, top + haze.height), haze)


@cache
def vignette(loss: int) -> Image.Image:
    """Light that falls off towards the corners."""
    curve = [255 - loss * max(value - 90, 0) // 165 for value in range(256)]
    return Image.radial_gradient("L").point(curve).crop((36, 36, 220, 220))


@cache
def noise(strength: int) -> Image.Image:
    """Grain around the middle grey, a little coloured."""
    rng = Random(strength)
    first, second = (Image.frombytes("L", (TILE, TILE), rng.randbytes(TILE * TILE)) for _ in range(2))
    grain = Image.blend(first, second, 0.5).point([128 + (value - 128) * strength // 64 for value in range(256)])
    return Image.merge("RGB", (grain, ImageChops.offset(grain, 1, 0), grain))
