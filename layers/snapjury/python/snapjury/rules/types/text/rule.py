"""Which texts are accepted: UTF-8 that a browser shows as it was written.

As `text/plain` a browser shows every character, and breaks lines only where the text does. What it would not show, or
hardly, is refused: control characters, lines without an end, and marks piled up on one character.
"""

import re
from itertools import groupby
from unicodedata import combining

from snapjury.rules.types.inspection import Inspection, larger_than_message
from snapjury.rules.types.text.about import LIMITS, TextLimits

EMPTY = "is empty"
NOT_A_TEXT = "is not a UTF-8 text"
CONTROL_CHARACTERS = "has control characters"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")  # Unicode's, but for tab, line ends and form feed
_LINE_END = re.compile(r"\r\n|\r|\n")


def inspect(data: bytes, limits: TextLimits = LIMITS) -> Inspection:
    """Judge a text by all the rules; a byte order mark of UTF-8 may come first."""
    if len(data) > limits.max_bytes:
        return Inspection((larger_than_message(limits.max_bytes),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Inspection((NOT_A_TEXT,))
    lines = _LINE_END.split(text)
    broken = {
        EMPTY: not text.strip(),
        CONTROL_CHARACTERS: _CONTROL.search(text) is not None,
        f"has more than {limits.max_lines} lines": len(lines) - (not lines[-1]) > limits.max_lines,
        f"has a line of more than {limits.max_line} characters": max(map(len, lines)) > limits.max_line,
        f"has more than {limits.max_marks} marks on one character": _most_marks(text) > limits.max_marks,
    }
    return Inspection(tuple(message for message, is_broken in broken.items() if is_broken))


def _most_marks(text: str) -> int:
    """The most marks, such as accents, that follow one character; each is drawn over or under it."""
    if text.isascii():
        return 0
    runs = groupby(text, lambda character: combining(character) > 0)
    return max((len(list(run)) for is_mark, run in runs if is_mark), default=0)
