"""A shop shelf drawn in code: products, a reference of each, and snapshots of them, some filed under the wrong one."""

from infra.shelf.drawing import draw_shelf
from infra.shelf.products import PRODUCTS, Product

__all__ = ["PRODUCTS", "Product", "draw_shelf"]
