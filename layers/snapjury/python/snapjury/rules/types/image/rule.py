"""Which images are accepted: a JPEG within the limits that a labeller's browser shows whole.

Only a JPEG that breaks no other rule is decoded.
"""

from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile

from snapjury.rules.types.formats import Size
from snapjury.rules.types.image import jpeg
from snapjury.rules.types.image.about import LIMITS, ImageLimits
from snapjury.rules.types.inspection import DAMAGED, Inspection
from snapjury.rules.types.pictures import inspect_other, limit_errors

NOT_A_JPEG = "is not a jpeg"
NOT_SHOWN_BY_BROWSERS = "uses a jpeg encoding that browsers do not show"


def inspect(data: bytes, limits: ImageLimits = LIMITS) -> Inspection:
    """Judge an image by all the rules; no bytes make it raise.

    A file over `max_bytes` is not called damaged: its reader may have stopped one byte past the limit.
    """
    try:
        structure = jpeg.read_structure(data, limits.max_scans)
    except jpeg.NotAJpegError:
        return inspect_other(data, NOT_A_JPEG, limits)
    except jpeg.NoFrameError:
        return Inspection(tuple(limit_errors(data, None, limits) or [DAMAGED]))

    size = structure.frame.width, structure.frame.height
    errors = limit_errors(data, size, limits)
    is_walked_through = structure.scans <= limits.max_scans and len(data) <= limits.max_bytes
    if structure.scans > limits.max_scans:
        errors.append(f"has more than {limits.max_scans} scans")
    if not structure.frame.is_shown_by_browsers:
        errors.append(NOT_SHOWN_BY_BROWSERS)
    if is_walked_through and not (structure.is_whole and (errors or _decodes(data, size))):
        errors.append(DAMAGED)
    return Inspection(tuple(errors), *size)


def _decodes(data: bytes, size: Size) -> bool:
    """Whether Pillow decodes the first frame to its last byte, at the size that was judged.

    Opening the file class, not `Image.open`, leaves out the frames that follow in a phone's MPO file, which browsers
    do not read either. Whatever Pillow raises over damaged bytes, and it is not one family, means the same.
    """
    try:
        with JpegImageFile(BytesIO(jpeg.without_metadata(data))) as image:
            if image.size != size:
                return False
            image.load()
    except Exception:
        return False
    return True
