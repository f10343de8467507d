"""What `POST /assets/image` takes, and how it is kept."""

from dataclasses import dataclass

from snapjury.rules.types.data_type import DataType, PictureLimits


@dataclass(frozen=True, slots=True)
class ImageLimits(PictureLimits):
    """Those of a picture, and scans."""

    max_scans: int = 100


LIMITS = ImageLimits()
IMAGE = DataType("image", "image/jpeg", "jpg", LIMITS)
