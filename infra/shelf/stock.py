"""What scenes are put together from, each part made once: packs in every size, price tags, rails and back panels."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageEnhance

from infra.shelf.brush import drawn, gradient, lettering, lit, masked, ramp, soft, tinted, toned, write
from infra.shelf.packs import HEIGHTS, pack
from infra.shelf.products import Color, Product

SPAN = 1400  # the width of a shelf, wider than any picture
RAIL, FLOOR, TAG = 0.125, 0.04, 0.108  # heights of the rail, the visible board and a tag, in tallest packs
LEAN = 1.3  # degrees
INK: Color = (28, 28, 32)
WHITE: Color = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Shop:
    """The colours of one shop's shelves."""

    rail: Color
    metal: Color
    panel: Color
    has_holes: bool


SHOPS = (
    Shop(rail=(206, 210, 214), metal=(232, 232, 228), panel=(214, 214, 208), has_holes=True),
    Shop(rail=(158, 30, 34), metal=(230, 226, 218), panel=(206, 202, 194), has_holes=True),
    Shop(rail=(48, 52, 58), metal=(120, 122, 126), panel=(104, 104, 108), has_holes=False),
    Shop(rail=(36, 92, 150), metal=(222, 228, 232), panel=(206, 214, 218), has_holes=True),
    Shop(rail=(230, 226, 216), metal=(190, 144, 96), panel=(150, 108, 70), has_holes=False),
)


class Stock:
    """Parts of scenes; `zoom` is the height of the tallest pack in pixels."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Image.Image] = {}

    def pack(self, product: Product) -> Image.Image:
        """The pack straight on, at its largest."""
        return self._once(("pack", product.gtin), lambda: pack(product))

    def standing(self, product: Product, zoom: int, *, leans: bool = False) -> Image.Image:
        """The pack with its shadow, its feet one margin above the lower edge, upright or leaning a little."""
        return self._once(
            ("standing", product.gtin, zoom, leans), lambda: grounded(self._scaled(product, zoom), zoom, leans=leans)
        )

    def behind(self, product: Product, zoom: int) -> Image.Image:
        """The pack in the row behind: a little smaller and in the shade."""
        return self._once(
            ("behind", product.gtin, zoom), lambda: ImageEnhance.Brightness(self._scaled(product, zoom)).enhance(0.6)
        )

    def width(self, product: Product, zoom: int) -> int:
        """The room that a pack takes in its row."""
        return self._scaled(product, zoom).width

    def panel(self, shop: Shop, zoom: int) -> Image.Image:
        """The back of a shelf."""
        return self._once(("panel", shop, zoom), lambda: back_panel(shop, zoom))

    def rail(self, shop: Shop, zoom: int) -> Image.Image:
        """The front of a board with its rail."""
        return self._once(("rail", shop, zoom), lambda: front_rail(shop, zoom))

    def tag(self, product: Product, zoom: int, *, is_offer: bool) -> Image.Image:
        """The price tag of a product."""
        whole = self._once(("tag", product.gtin, is_offer), lambda: price_tag(product, is_offer))
        height = round(zoom * TAG)
        size = height * whole.width // whole.height, height
        return self._once(("tag", product.gtin, is_offer, zoom), lambda: whole.resize(size, Image.Resampling.LANCZOS))

    def _scaled(self, product: Product, zoom: int) -> Image.Image:
        whole, height = self.pack(product), round(zoom * HEIGHTS[product.shape])
        size = whole.width * height // whole.height, height
        return self._once(("scaled", product.gtin, zoom), lambda: whole.resize(size, Image.Resampling.BICUBIC))

    def _once(self, key: Hashable, make: Callable[[], Image.Image]) -> Image.Image:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def margin_at(zoom: int) -> int:
    """The space around a standing pack, for its shadow."""
    return zoom // 16


def grounded(sprite: Image.Image, zoom: int, *, leans: bool = False, shade: float = 0.55) -> Image.Image:
    """A pack with the shadows that it throws below it and, in this strength, on what is behind it."""
    margin = margin_at(zoom)
    layer, _ = drawn((sprite.width + 2 * margin, sprite.height + 2 * margin))
    body, _ = drawn(layer.size)
    body.paste(sprite, (margin, margin))
    if leans:
        foot = (layer.width / 2, layer.height - margin)
        body = body.rotate(LEAN, Image.Resampling.BILINEAR, center=foot)
    layer.alpha_composite(tinted(soft(body.getchannel("A"), max(margin * 0.45, 8)), (12, 8, 6), shade))
    contact, brush = masked(layer.size)
    low = layer.height - margin
    brush.ellipse((margin * 0.7, low - margin * 0.3, layer.width - margin * 0.7, low + margin * 0.3), fill=255)
    layer.alpha_composite(tinted(soft(contact, max(margin * 0.16, 8)), (10, 6, 4), 0.85))
    layer.alpha_composite(body)
    return layer


def back_panel(shop: Shop, zoom: int) -> Image.Image:
    """A wall in the shade, with the holes of a steel one where the shop has those."""
    height, step = zoom * 5 // 4, zoom // 9
    wall = Image.new("RGB", (SPAN, height), shop.panel)
    brush = ImageDraw.Draw(wall)
    if shop.has_holes:
        for y in range(step // 2, height, step):
            for x in range(step // 2, SPAN, step):
                brush.rounded_rectangle((x, y, x + step // 5, y + step // 3), step // 12, fill=(70, 70, 70))
    for x in range(0, SPAN, zoom * 3 // 2):
        brush.rectangle((x, 0, x + step // 3, height), fill=toned(shop.panel, 0.75))
    return lit(wall, ramp(wall.size, ((0, 80), (1, 112)), down=True))


def front_rail(shop: Shop, zoom: int) -> Image.Image:
    """The board's lit surface, and below it the channel that holds the price tags."""
    floor, height = round(zoom * FLOOR), round(zoom * RAIL)
    strip = Image.new("RGB", (SPAN, floor + height), shop.metal)
    strip = lit(strip, ramp(strip.size, ((0, 84), (floor / strip.height, 164), (1, 164)), down=True))
    stops = ((0, 60), (0.05, 190), (0.12, 142), (0.5, 124), (0.84, 108), (0.9, 168), (0.96, 90), (1, 50))
    channel = lit(Image.new("RGB", (SPAN, height), shop.rail), ramp((SPAN, height), stops, down=True))
    brush = ImageDraw.Draw(channel)
    for x in range(zoom, SPAN, zoom * 3 // 2):
        brush.line((x, 0, x, height), fill=toned(shop.rail, 0.5), width=max(zoom // 200, 2))
    strip.paste(channel, (0, floor))
    return strip


def price_tag(product: Product, is_offer: bool) -> Image.Image:
    """The name, bars, number and price of a product, on white or as an offer on yellow."""
    paper = (
        gradient((480, 250), (255, 226, 64), (255, 212, 34))
        if is_offer
        else gradient((480, 250), WHITE, (244, 243, 238))
    )
    brush = ImageDraw.Draw(paper)
    brush.rectangle((0, 0, 479, 58), fill=(204, 24, 30) if is_offer else (226, 226, 220))
    name = f"{product.brand} {product.title[-1].title()}"
    write(paper, lettering(name, 44, WHITE if is_offer else INK, weight=0.03), (240, 30), 460)
    write(paper, lettering(product.variety, 38, INK, weight=0.02), (108, 92), 196)
    rng, x = Random(product.gtin), 18
    while x < 188:
        width = rng.randint(2, 7)
        brush.rectangle((x, 126, x + width, 198), fill=INK)
        x += width + rng.randint(3, 8)
    write(paper, lettering(product.gtin, 25, INK), (104, 221), 184)
    whole, cents = product.price.split(".")
    write(paper, lettering(f"${whole}", 150, INK, weight=0.03), (290, 160), 170)
    write(paper, lettering(cents, 84, INK, weight=0.03), (422, 136), 100)
    brush.rectangle((0, 0, 479, 249), outline=(150, 150, 146), width=4)
    return paper
