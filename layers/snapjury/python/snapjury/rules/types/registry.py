"""The types that assets can have. A new one is a folder here, and a line in `TYPES`."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from snapjury.errors import UnknownTypeError
from snapjury.rules.types.data_type import DataType
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.inspection import Inspection
from snapjury.rules.types.pdf.about import PDF
from snapjury.rules.types.png.about import PNG
from snapjury.rules.types.text.about import TEXT
from snapjury.rules.types.webp.about import WEBP

TYPES: Mapping[str, DataType] = {each.name: each for each in (IMAGE, PDF, PNG, TEXT, WEBP)}

PICTURES = tuple(name for name, each in TYPES.items() if not each.is_attachment)
"""The types that a jury can compare: those that browsers show in place."""

PICTURES_IN_WORDS = f"{', '.join(PICTURES)} ({IMAGE.name} is a JPEG)"

MAX_BYTES = max(each.limits.max_bytes for each in TYPES.values())
"""What a file of any type may have."""


class Rule(Protocol):
    def __call__(self, data: bytes, limits: Any = ...) -> Inspection:
        """Judge a file by all the rules of its type, within the type's limits or others; no bytes make it raise.

        A file over `max_bytes` is not called damaged: its reader may have stopped one byte past the limit.
        """


def type_named(name: str) -> DataType:
    """The type of this name; UnknownTypeError, which names those that there are."""
    if name not in TYPES:
        raise UnknownTypeError(name, tuple(TYPES))
    return TYPES[name]


def rule_of(kind: DataType) -> Rule:
    """The type's rule, imported when it is first asked for: who sees no PDF does not load what reads them."""
    rule: Rule = import_module(f"{__package__}.{kind.name}.rule").inspect
    return rule
