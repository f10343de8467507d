"""What `POST /assets/text` takes, and how it is kept."""

from snapjury.rules.types.data_type import DataType, Limits


class TextLimits(Limits, frozen=True):
    """Bytes, lines, characters per line, and marks on one character (30 is what Unicode calls stream-safe)."""

    max_bytes: int = 1024 * 1024
    max_lines: int = 20_000
    max_line: int = 10_000
    max_marks: int = 30


LIMITS = TextLimits()
TEXT = DataType("text", "text/plain; charset=utf-8", "txt", LIMITS, is_attachment=True)
