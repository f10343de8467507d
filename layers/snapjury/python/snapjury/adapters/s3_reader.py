"""Objects that others have put into a bucket, read with a cap."""

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError, TooLargeError, UnreachableError
from snapjury.services.job_ports import ManifestPiece

REFUSED = {400, 403, 404, 405, 409, 416}
OUR_FAULTS = {"ExpiredToken", "InvalidAccessKeyId", "RequestTimeTooSkewed", "RequestTimeout", "SignatureDoesNotMatch"}
"""Refusals that say nothing about the object."""
MAX_KEY_BYTES = 1024
RANGE_NOT_SATISFIABLE = 416


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
