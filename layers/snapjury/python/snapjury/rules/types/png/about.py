"""What `POST /assets/png` takes, and how it is kept."""

from snapjury.rules.types.data_type import DataType, PictureLimits

LIMITS = PictureLimits()
PNG = DataType("png", "image/png", "png", LIMITS)
