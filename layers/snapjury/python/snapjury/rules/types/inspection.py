"""What a rule says of a file."""

from dataclasses import dataclass

DAMAGED = "is damaged"


@dataclass(frozen=True, slots=True)
class Inspection:
    """The broken rules, in a stable order, and what the file claims of its size (None if unknown)."""

    errors: tuple[str, ...]
    width: int | None = None
    height: int | None = None
    pages: int | None = None

    @property
    def ok(self) -> bool:
        return not self.errors


def larger_than_message(max_bytes: int) -> str:
    """The message for a file over `max_bytes`, for whoever stops reading it early."""
    return f"is larger than {max_bytes / 1024**2:g} MB"
