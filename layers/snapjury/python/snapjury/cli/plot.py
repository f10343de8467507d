"""A plot of accuracy over votes, as text and as a picture."""

import os
from collections.abc import Iterator, Sequence
from itertools import cycle
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from snapjury.cli.terminal import UsageError

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COLUMNS, ROWS = 60, 14
WIDTH, HEIGHT, MARGIN, LEGEND = 1100, 600, 90, 330
"""Pixels of the picture, around the plot, and beside it for the legend."""
COLOURS = ("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#c9a227", "#b07aa1", "#9c755f")
INK, GRID = "#333333", "#dddddd"
TITLES = ("votes a task", "accuracy as decided, %")
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
"""How far apart grid lines may be."""


class Point(NamedTuple):
    name: str
    votes: float
    accuracy: float


class Scale(NamedTuple):
    """A range of values, with grid lines at multiples of a round step."""

    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def lines(self) -> Iterator[float]:
        for number in range(round((self.high - self.low) / self.step) + 1):
            yield self.low + number * self.step


def scale_of(values: Sequence[float]) -> Scale:
    """A scale with a few grid lines that no value lies outside of."""
    spread = max(values) - min(values)
    step = next((step for step in STEPS if spread / step <= 6), STEPS[-1])
    return Scale(step * floor(min(values) / step), step * (floor(max(values) / step) + 1), step)


def plot_of(points: Sequence[Point]) -> str:
    """The plot as lines of text, a letter for each point, and a legend."""
    across, up = scale_of([each.votes for each in points]), scale_of([each.accuracy for each in points])
    grid = [[" "] * (COLUMNS + 1) for _ in range(ROWS + 1)]
    for letter, point in zip(LETTERS, points, strict=False):
        row = grid[ROWS - round(ROWS * up.share(point.accuracy))]
        column = round(COLUMNS * across.share(point.votes))
        free = next((place for place in range(column, COLUMNS) if row[place] == " "), column)
        row[free] = letter
    lines = [f"{'':8}{TITLES[1]}"]
    labels = {ROWS - round(ROWS * up.share(value)): f"{value:.1f}" for value in up.lines()}
    lines += [f"{labels.get(number, ''):>7} |{''.join(row)}" for number, row in enumerate(grid)]
    lines.append(f"{'':8}+{'-' * COLUMNS}")
    axis = [" "] * (COLUMNS + 14)
    for value in across.lines():
        place = 7 + round(COLUMNS * across.share(value))
        axis[place : place + 4] = f"{value:4.1f}"
    lines.append("".join(axis).rstrip() + f"  {TITLES[0]}")
    lines += [f"{'':8}{letter} {point.name}" for letter, point in zip(LETTERS, points, strict=False)]
    return "\n".join(lines)


def check_picture(file: Path) -> None:
    """UsageError if no picture can be written there."""
    if file.suffix.lower() != ".png":
        raise UsageError(f"the plot {file} is a PNG, so its name must end with .png")
    if not file.parent.is_dir():
        raise UsageError(f"the plot {file} needs the folder {file.parent}, which is not there; make it first")
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise UsageError(f"the plot {file} cannot be written; name a file in a folder that can be written to")


def draw_points(points: Sequence[Point], file: Path) -> None:
    """Write the plot as a PNG, with a legend beside it."""
    from PIL import Image, ImageDraw  # only this command draws

    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    if points:
        draw_plot(pen, points)
    image.save(file, format="PNG")


def draw_plot(pen: "ImageDraw", points: Sequence[Point]) -> None:
    across, up = scale_of([each.votes for each in points]), scale_of([each.accuracy for each in points])
    right, bottom = WIDTH - LEGEND, HEIGHT - MARGIN
    for value in across.lines():
        x = MARGIN + (right - MARGIN) * across.share(value)
        pen.line((x, MARGIN, x, bottom), GRID)
        pen.text((x, bottom + 10), f"{value:.1f}", INK, anchor="ma", font_size=16)
    for value in up.lines():
        y = bottom - (bottom - MARGIN) * up.share(value)
        pen.line((MARGIN, y, right, y), GRID)
        pen.text((MARGIN - 10, y), f"{value:.1f}", INK, anchor="rm", font_size=16)
    pen.text(((MARGIN + right) / 2, HEIGHT - 40), TITLES[0], INK, anchor="ma", font_size=18)
    pen.text((MARGIN, MARGIN - 30), TITLES[1], INK, anchor="ls", font_size=18)
    for place, (letter, colour, point) in enumerate(zip(LETTERS, cycle(COLOURS), points, strict=False)):
        x = MARGIN + (right - MARGIN) * across.share(point.votes)
        y = bottom - (bottom - MARGIN) * up.share(point.accuracy)
        draw_dot(pen, x, y, letter, colour)
        beside = MARGIN + 20 + 32 * place
        draw_dot(pen, right + 40, beside, letter, colour)
        pen.text((right + 62, beside), point.name, INK, anchor="lm", font_size=17)


def draw_dot(pen: "ImageDraw", x: float, y: float, letter: str, colour: str) -> None:
    pen.ellipse((x - 11, y - 11, x + 11, y + 11), colour, outline="white")
    pen.text((x, y), letter, "white", anchor="mm", font_size=14)
