"""What `POST /assets/webp` takes, and how it is kept."""

import re

from snapjury.rules.types.data_type import DataType, PictureLimits

LIMITS = PictureLimits()
WEBP_SIGNATURE = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
WEBP = DataType("webp", "image/webp", "webp", LIMITS)
