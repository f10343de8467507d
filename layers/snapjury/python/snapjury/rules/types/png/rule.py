"""Which PNG images are accepted: those within the limits that a labeller's browser shows whole."""

from snapjury.rules.types.data_type import PictureLimits
from snapjury.rules.types.inspection import DAMAGED, Inspection
from snapjury.rules.types.pictures import ANIMATED, inspect_other, limit_errors
from snapjury.rules.types.png.about import LIMITS, PNG_SIGNATURE
from snapjury.rules.types.png.chunks import has_all_rows, read_chunks, read_header

NOT_A_PNG = "is not a png"


def inspect(data: bytes, limits: PictureLimits = LIMITS) -> Inspection:
    """Judge a PNG by all the rules; its rows are unpacked only if it breaks no other."""
    if not data.startswith(PNG_SIGNATURE):
        return inspect_other(data, NOT_A_PNG, limits)
    header = read_header(data)
    if header is None:
        return Inspection(tuple(limit_errors(data, None, limits) or [DAMAGED]))
    size, chunks = (header.width, header.height), read_chunks(data)
    errors = limit_errors(data, size, limits)
    if chunks.is_animated:
        errors.append(ANIMATED)
    is_read_whole = len(data) <= limits.max_bytes
    if is_read_whole and not (chunks.are_whole(header) and (errors or has_all_rows(chunks.data, header))):
        errors.append(DAMAGED)
    return Inspection(tuple(errors), *size)
