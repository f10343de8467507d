"""Buckets: accepted files are kept by their hash, images linked to, uploads get a form."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError
from snapjury.rules.types.data_type import DataType
from snapjury.rules.types.registry import TYPES
from snapjury.services.ports import UploadForm

UPLOAD_PREFIX = "uploads/"
UPLOAD_SECONDS = 3600
LINK_SECONDS = 3600
LINK_REUSED_MS = 1_200_000
LINKS_KEPT = 10_000
FOR_A_DAY = "private, max-age=86400, immutable"
"""How browsers may keep pictures, so that those in hand are shown without a network too: an object never changes."""


class S3Media:
    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, sha256: str, content: bytes, kind: DataType) -> None:
        disposition = {"ContentDisposition": "attachment"} if kind.is_attachment else {}
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=media_key(sha256, kind),
                Body=content,
                ContentType=kind.media_type,
                CacheControl=FOR_A_DAY,
                **disposition,
            )
        except (ClientError, BotoCoreError) as error:
            raise TemporaryFaultError(f"media bucket: {type(error).__name__}") from error


def media_key(sha256: str, kind: DataType) -> str:
    """Where an accepted file is kept, for bytes that are good as two types once for each; the prefix spreads keys."""
    return f"sha256/{sha256[:2]}/{sha256}.{kind.extension}"


class S3Uploads:
    """Presigned POST forms, which cap the size that S3 itself accepts."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def form(self, upload_id: str, max_bytes: int, now: int) -> UploadForm:
        presigned = self._client.generate_presigned_post(
            self._bucket,
            f"{UPLOAD_PREFIX}{upload_id}",
            Conditions=[["content-length-range", 0, max_bytes]],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return UploadForm(upload_id, presigned["url"], presigned["fields"], now + 1000 * UPLOAD_SECONDS)


class S3MediaLinks:
    """Presigned URLs of accepted pictures, the same one for a while, so that browsers need not load one again.

    `clock` is in epoch ms: one that counts from some start may stand still while a container is frozen.
    """

    def __init__(self, client: Any, bucket: str, clock: Callable[[], int]) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._links: dict[tuple[str, str], tuple[int, str]] = {}

    def link(self, sha256: str, type_name: str) -> str:
        picture, now = (sha256, type_name), self._clock()
        made_at, url = self._links.get(picture, (-LINK_REUSED_MS, ""))
        if not 0 <= now - made_at < LINK_REUSED_MS:  # below 0 the clock was set back
            url = self._signed(media_key(sha256, TYPES[type_name]))
            if len(self._links) >= LINKS_KEPT:
                self._links.clear()
            self._links[picture] = now, url
        return url

    def _signed(self, key: str) -> str:
        picture = {"Bucket": self._bucket, "Key": key}
        url: str = self._client.generate_presigned_url("get_object", Params=picture, ExpiresIn=LINK_SECONDS)
        return url
