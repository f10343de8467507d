"""The food in front of each pack, by its name in the table of products."""

from collections.abc import Callable
from random import Random

from PIL import Image

from infra.shelf import breakfast, pantry, snacks


def motif(name: str, rng: Random) -> Image.Image:
    """A clear layer with this food, some 600 pixels wide."""
    return _MOTIFS[name](rng)


_MOTIFS: dict[str, Callable[[Random], Image.Image]] = {
    "salted chips": snacks.salted_chips,
    "lime chips": snacks.lime_chips,
    "one chili": lambda rng: snacks.salsa_garden(1),
    "three chilies": lambda rng: snacks.salsa_garden(3),
    "honey biscuits": breakfast.honey_biscuits,
    "chocolate biscuits": breakfast.chocolate_biscuits,
    "glass": lambda rng: breakfast.glass(),
    "cup": lambda rng: breakfast.cup(),
    "chopped tomatoes": pantry.chopped_tomatoes,
    "whole tomatoes": lambda rng: pantry.whole_tomatoes(),
    "olive branch": lambda rng: pantry.olive_branch(),
    "granola": breakfast.granola,
}
