"""A piece of a shelf: a row of packs between two boards, and the row below it."""

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops

from infra.shelf.brush import over, ramp
from infra.shelf.products import PRODUCTS, Product
from infra.shelf.stock import FLOOR, RAIL, TAG, Shop, Stock, margin_at

Slot = tuple[Product, int]  # what stands there, and the middle of its foot


@dataclass(frozen=True, slots=True)
class Scene:
    """How large the picture and its packs are, whose shelf it shows, and at what heights the two boards are."""

    size: tuple[int, int]
    zoom: int
    shop: Shop
    floor: int
    ceiling: int


def shelf(stock: Stock, scene: Scene, shown: Product, unwanted: Product, rng: Random) -> Image.Image:
    """The row with the shown product in the middle of the picture; the unwanted one is not on sale in it."""
    picture = Image.new("RGB", scene.size, (22, 20, 19))
    panel = stock.panel(scene.shop, scene.zoom)
    picture.paste(panel, (-rng.randint(0, 200), scene.floor - panel.height))
    on_sale = [product for product in PRODUCTS if product is not unwanted or product is shown]
    row = slots(stock, scene, shown, [product for product in on_sale if product.aisle == shown.aisle], rng)
    stand(picture, stock, scene, row, rng)
    shade(picture, scene)
    below(picture, stock, scene, rng.choice(on_sale), rng)
    tags(picture, stock, scene, scene.floor, row, rng)
    above(picture, stock, scene, on_sale, rng)
    return picture


def slots(stock: Stock, scene: Scene, shown: Product, aisle: list[Product], rng: Random) -> list[Slot]:
    """The shown product in the middle, more of it on some sides, then its neighbours of the same aisle."""
    zoom, middle = scene.zoom, scene.size[0] // 2
    others = [product for product in aisle if product is not shown]
    row: list[Slot] = [(shown, middle)]
    for side in (-1, 1):
        queue = [shown] * rng.choice((0, 0, 1))
        for other in rng.sample(others, len(others)):
            queue += [other] * rng.choice((1, 2))
        edge = middle + side * stock.width(shown, zoom) // 2
        for product in queue:
            edge += side * rng.randint(zoom // 100, zoom // 34)
            room = stock.width(product, zoom)
            if not -room < edge < scene.size[0] + room:
                break
            row.append((product, edge + side * room // 2))
            edge += side * room
    return row


def stand(picture: Image.Image, stock: Stock, scene: Scene, row: list[Slot], rng: Random) -> None:
    """Put the packs on their board, from the back to the front and the shown one last."""
    depth, zoom = round(scene.zoom * 0.034), scene.zoom
    for step in (2, 1):
        for product, x in row:
            sprite = stock.behind(product, zoom)
            corner = (
                x - sprite.width // 2 + rng.randint(-depth, depth) // 3,
                scene.floor - sprite.height - depth * step,
            )
            over(picture, sprite, corner)
    board = stock.rail(scene.shop, zoom)
    picture.paste(board, (0, scene.floor - round(zoom * FLOOR / 2)))
    for product, x in reversed(row):
        sprite = stock.standing(product, zoom, leans=rng.random() < 0.35)
        lift = rng.randint(0, depth // 3)
        over(picture, sprite, (x - sprite.width // 2, scene.floor - sprite.height + margin_at(zoom) - lift))


def shade(picture: Image.Image, scene: Scene) -> None:
    """Darken what stands close below the board above."""
    top, bottom = max(scene.ceiling, 0), scene.ceiling + (scene.floor - scene.ceiling) * 2 // 5
    if top >= bottom:
        return
    box = (0, top, scene.size[0], bottom)
    start = 110 + 145 * (top - scene.ceiling) // (bottom - scene.ceiling)
    light = ramp((scene.size[0], bottom - top), ((0, start), (1, 255)), down=True)
    picture.paste(ImageChops.multiply(picture.crop(box), Image.merge("RGB", (light, light, light))), box)


def below(picture: Image.Image, stock: Stock, scene: Scene, product: Product, rng: Random) -> None:
    """The dark of the next row, and the tops of what stands there."""
    top = scene.floor + round(scene.zoom * (RAIL + FLOOR / 2))
    if top >= scene.size[1]:
        return
    picture.paste((34, 32, 30), (0, top, scene.size[0], scene.size[1]))
    sprite = stock.behind(product, scene.zoom)
    gap = round(scene.zoom * rng.uniform(0.1, 0.2))
    for x in range(-rng.randint(0, sprite.width), scene.size[0], sprite.width + scene.zoom // 40):
        over(picture, sprite, (x, top + gap))


def tags(picture: Image.Image, stock: Stock, scene: Scene, floor: int, row: list[Slot], rng: Random) -> None:
    """A price tag in the rail below each kind of product."""
    top = floor + round(scene.zoom * (FLOOR / 2 + (RAIL - TAG) / 2))
    for product, x in dict(reversed(row)).items():
        paper = stock.tag(product, scene.zoom, is_offer=rng.random() < 0.16)
        picture.paste(paper, (x - paper.width // 2 + rng.randint(-20, 20), top))


def above(picture: Image.Image, stock: Stock, scene: Scene, on_sale: list[Product], rng: Random) -> None:
    """The board above: its rail, with the tags of what stands on it."""
    if scene.ceiling <= 0:
        return
    board = stock.rail(scene.shop, scene.zoom)
    top = scene.ceiling - board.height
    if top > 0:
        picture.paste((60, 56, 52), (0, 0, scene.size[0], top))
    picture.paste(board, (0, top))
    step = round(scene.zoom * rng.uniform(0.5, 0.8))
    row = list(zip(rng.sample(on_sale, len(on_sale)), range(rng.randint(0, step), scene.size[0], step), strict=False))
    tags(picture, stock, scene, top + round(scene.zoom * FLOOR / 2), row, rng)
