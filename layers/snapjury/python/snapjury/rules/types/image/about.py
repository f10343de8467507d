"""What `POST /assets/image` takes, and how it is kept."""

from snapjury.rules.types.data_type import DataType, PictureLimits


class ImageLimits(PictureLimits, frozen=True):
    """Those of a picture, and scans."""

    max_scans: int = 100


LIMITS = ImageLimits()
IMAGE = DataType("image", "image/jpeg", "jpg", LIMITS)
