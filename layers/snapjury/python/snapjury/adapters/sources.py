"""One reader for all locations that are enabled."""

from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.s3 import UPLOAD_PREFIX, S3Reader
from snapjury.errors import UnreachableError
from snapjury.rules.asset import Location, Source


class EnabledSources:
    """Reads from the locations that this deployment has; any other is unreachable."""

    def __init__(self, uploads: S3Reader, local: LocalFiles | None, bucket: S3Reader | None, bucket_name: str) -> None:
        self._uploads = uploads
        self._local = local
        self._bucket = bucket
        self._bucket_url = f"s3://{bucket_name}/"

    def read(self, source: Source, max_bytes: int) -> bytes:
        match source.location:
            case Location.UPLOAD if source.path.startswith(UPLOAD_PREFIX):
                return self._uploads.read(source.path, max_bytes)
            case Location.LOCAL if self._local is not None:
                return self._local.read(source.path, max_bytes)
            case Location.S3 if self._bucket is not None and source.path.startswith(self._bucket_url):
                return self._bucket.read(source.path.removeprefix(self._bucket_url), max_bytes)
        raise UnreachableError(source.path)
