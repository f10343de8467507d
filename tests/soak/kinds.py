"""What customers submit and how their receivers answer, each with what has to come of it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.images import (
    huge_header,
    jpeg,
    jpeg_without_eoi,
    mpo,
    png,
    scan_bomb,
    truncated_jpeg,
    with_frame,
    with_segment,
)
from tests.soak.ledger import SUCCESS, Errors

EVENTS = ("onStart", "onSuccess", "onFailure")
COMMENT = 0xFE
NOT_REACHABLE: Errors = {"asset": ["is not reachable"]}
NO_URL = ["is not a valid URL"]
TOO_WIDE, TOO_HIGH = "width is greater than 1000px", "height is greater than 1000px"


@dataclass(frozen=True)
class Kind:
    """A file, and the errors that it comes to; `share` is how often it is submitted, in relation to the others."""

    name: str
    share: int
    content: Callable[[], bytes]
    errors: tuple[str, ...] = ()

    @property
    def end(self) -> Errors:
        return {"asset": list(self.errors)} if self.errors else SUCCESS


KINDS = (
    Kind("good", 60, cache(lambda: jpeg(320, 240))),
    Kind("good, as phones write", 5, cache(mpo)),
    Kind("text", 2, lambda: b"Dear customer", ("is not an image",)),
    Kind("empty", 2, lambda: b"", ("is not an image",)),
    Kind("png", 2, cache(png), ("is not a jpeg",)),
    Kind("large png", 2, cache(lambda: png(1200, 1100)), ("is not a jpeg", TOO_WIDE, TOO_HIGH)),
    Kind("too wide", 2, cache(lambda: jpeg(1001, 20)), (TOO_WIDE,)),
    Kind("too high", 2, cache(lambda: jpeg(20, 1001)), (TOO_HIGH,)),
    Kind("truncated", 2, cache(truncated_jpeg), ("is damaged",)),
    Kind("without an end", 2, cache(jpeg_without_eoi), ("is damaged",)),
    Kind("scan bomb", 1, cache(scan_bomb), ("has more than 100 scans",)),
    Kind(
        "twelve bits",
        2,
        cache(lambda: with_frame(jpeg(), precision=12)),
        ("uses a jpeg encoding that browsers do not show",),
    ),
    Kind("huge header", 1, cache(huge_header), (TOO_WIDE, TOO_HIGH, "has more than 100 megapixels")),
)
GOOD = KINDS[0]

serial = itertools.count(1)


def distinct(content: bytes) -> bytes:
    """A good picture as bytes that no other has: with a comment that is counted up."""
    return with_segment(COMMENT, b"soak %d" % next(serial), content)


def some_kind(chance: Random) -> Kind:
    return chance.choices(KINDS, [each.share for each in KINDS])[0]


@dataclass(frozen=True)
class Behaviour:
    """What a receiver does at each call of a webhook, the last one again and again: a status, or one of the two below.

    `arrives` says whether the webhook has to arrive in the end.
    """

    answers: tuple[int, ...]

    @property
    def arrives(self) -> bool:
        return self.answers[-1] == OK


OK = 200
HANGS_UP = -1
SAYS_NOTHING = -2

BEHAVIOURS = {
    "good": Behaviour((OK,)),
    "error-once": Behaviour((500, OK)),
    "busy-once": Behaviour((429, OK)),
    "hangs-up-once": Behaviour((HANGS_UP, OK)),
    "silent-once": Behaviour((SAYS_NOTHING, OK)),
    "error": Behaviour((500,)),
    "gone": Behaviour((410,)),
    "redirects": Behaviour((302,)),
    "hangs-up": Behaviour((HANGS_UP,)),
    "silent": Behaviour((SAYS_NOTHING,)),
}
UNKIND = tuple(name for name in BEHAVIOURS if name != "good")
