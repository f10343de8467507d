"""What `POST /assets/png` takes, and how it is kept."""

from snapjury.rules.types.data_type import DataType, PictureLimits

LIMITS = PictureLimits()
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG = DataType("png", "image/png", "png", LIMITS)
