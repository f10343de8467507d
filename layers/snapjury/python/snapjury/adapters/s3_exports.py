"""The bucket of exports: objects written in parts, and links that download them."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import LostUploadError, TemporaryFaultError
from snapjury.rules.export_job import ExportFile

LINK_SECONDS = 3600
LOST = {"NoSuchUpload", "InvalidPart", "InvalidPartOrder"}
TYPES = {ExportFile.MANIFEST: "application/jsonl", ExportFile.DECISIONS: "text/csv; charset=utf-8"}


class S3ExportFiles:
    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes) -> None:
        with writing():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=type_of(key))

    def begin(self, key: str) -> str:
        with writing():
            begun = self._client.create_multipart_upload(Bucket=self._bucket, Key=key, ContentType=type_of(key))
        upload: str = begun["UploadId"]
        return upload

    def put_part(self, key: str, upload: str, number: int, content: bytes) -> str:
        part = {"Bucket": self._bucket, "Key": key, "UploadId": upload, "PartNumber": number}
        with writing():
            tag: str = self._client.upload_part(**part, Body=content)["ETag"]
        return tag

    def complete(self, key: str, upload: str, tags: Sequence[str], size: int) -> None:
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, start=1)]
        wanted = {"Bucket": self._bucket, "Key": key, "UploadId": upload, "MultipartUpload": {"Parts": parts}}
        try:
            with writing():
                self._client.complete_multipart_upload(**wanted)
        except LostUploadError:
            if self._size(key) != size:  # else it was completed before, and the confirmation lost
                raise

    def abort(self, key: str, upload: str) -> None:
        with contextlib.suppress(LostUploadError), writing():
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)

    def _size(self, key: str) -> int | None:
        try:
            size: int = self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):  # 403: without the right to list
                return None
            raise TemporaryFaultError("export bucket: HeadObject") from error
        except BotoCoreError as error:
            raise TemporaryFaultError(f"export bucket: {type(error).__name__}") from error
        return size


class S3ExportLinks:
    """Presigned URLs that download a file under a name of its own."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def link(self, key: str) -> str:
        name = key.replace("/", "-")
        disposition = f'attachment; filename="{name}"'
        wanted = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition}
        url: str = self._client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=LINK_SECONDS)
        return url


def type_of(key: str) -> str:
    return TYPES[ExportFile(key.rpartition("/")[2])]


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Makes what may go wrong in the bucket an error of ours."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in LOST:
            raise LostUploadError(code) from error
        raise TemporaryFaultError(f"export bucket: {code}") from error
    except BotoCoreError as error:
        raise TemporaryFaultError(f"export bucket: {type(error).__name__}") from error
