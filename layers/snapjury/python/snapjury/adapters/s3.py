"""Buckets: accepted files are kept by their hash, images linked to, sources read with a cap, uploads get a form."""

import contextlib
import math
import time
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError, TooLargeError, UnreachableError
from snapjury.rules.types.data_type import DataType
from snapjury.rules.types.image.about import IMAGE
from snapjury.services.job_ports import ManifestPiece
from snapjury.services.ports import UploadForm

UPLOAD_PREFIX = "uploads/"
UPLOAD_SECONDS = 3600
LINK_SECONDS = 3600
LINK_REUSED_SECONDS = 1200
LINKS_KEPT = 10_000
FOR_A_DAY = "private, max-age=86400, immutable"
"""How browsers may keep pictures, so that those in hand are shown without a network too: an object never changes."""
REFUSED = {400, 403, 404, 405, 409, 416}
OUR_FAULTS = {"ExpiredToken", "InvalidAccessKeyId", "RequestTimeTooSkewed", "RequestTimeout", "SignatureDoesNotMatch"}
"""Refusals that say nothing about the object."""
MAX_KEY_BYTES = 1024
RANGE_NOT_SATISFIABLE = 416


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


def media_key(sha256: str, kind: DataType = IMAGE) -> str:
    """Where an accepted file is kept, for bytes that are good as two types once for each; the prefix spreads keys."""
    return f"sha256/{sha256[:2]}/{sha256}.{kind.extension}"


class S3Reader:
    """Reads objects of one bucket; UnreachableError for one that is missing or forbidden."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, max_bytes: int) -> bytes:
        """The object's bytes; TooLargeError without reading it."""
        with reading(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            with answer["Body"] as body:
                if answer["ContentLength"] > max_bytes:
                    raise TooLargeError(key)
                content: bytes = body.read()
        return content

    def read_piece(self, key: str, start: int, length: int) -> ManifestPiece:
        """At most `length` of the object's bytes; none where it is empty or ends before."""
        with reading(key):
            try:
                wanted = f"bytes={start}-{start + length - 1}"
                answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=wanted)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != RANGE_NOT_SATISFIABLE:
                    raise
                return ManifestPiece(b"", 0, "")
            with answer["Body"] as body:
                content: bytes = body.read()
        size = answer.get("ContentRange", "").rpartition("/")[2] or answer["ContentLength"]
        return ManifestPiece(content, int(size), answer["ETag"])


@contextlib.contextmanager
def reading(key: str) -> Iterator[None]:
    """Makes what may go wrong when this object is read an error of ours."""
    if not key or len(key.encode(errors="replace")) > MAX_KEY_BYTES:
        raise UnreachableError(key)
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in REFUSED and code not in OUR_FAULTS:
            raise UnreachableError(key) from error
        raise TemporaryFaultError(f"source bucket: {code}") from error
    except UnicodeEncodeError as error:
        raise UnreachableError(key) from error
    except BotoCoreError as error:
        raise TemporaryFaultError(f"source bucket: {type(error).__name__}") from error


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
    """Presigned URLs of accepted images, the same one for a while, so that browsers need not load an image again."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._links: dict[str, tuple[float, str]] = {}

    def link(self, sha256: str) -> str:
        made_at, url = self._links.get(sha256, (-math.inf, ""))
        if time.monotonic() - made_at > LINK_REUSED_SECONDS:
            url = self._signed(sha256)
            if len(self._links) >= LINKS_KEPT:
                self._links.clear()
            self._links[sha256] = time.monotonic(), url
        return url

    def _signed(self, sha256: str) -> str:
        image = {"Bucket": self._bucket, "Key": media_key(sha256)}
        url: str = self._client.generate_presigned_url("get_object", Params=image, ExpiresIn=LINK_SECONDS)
        return url
