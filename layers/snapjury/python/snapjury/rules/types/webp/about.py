"""What `POST /assets/webp` takes, and how it is kept."""

from snapjury.rules.types.data_type import DataType, PictureLimits

LIMITS = PictureLimits()
WEBP = DataType("webp", "image/webp", "webp", LIMITS)
