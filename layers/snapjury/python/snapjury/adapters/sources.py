"""One reader for all locations that are enabled."""

from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.s3 import UPLOAD_PREFIX, S3Reader
from snapjury.errors import UnreachableError
from snapjury.rules.asset import Location, Source
from snapjury.services.job_ports import ManifestPiece


class EnabledSources:
    """Reads from the locations that this deployment has; any other is unreachable."""

    def __init__(self, uploads: S3Reader, local: LocalFiles | None, bucket: S3Reader | None, bucket_name: str) -> None:
        self._uploads = uploads
        self._local = local
        self._bucket = bucket
        self._bucket_url = f"s3://{bucket_name}/"

    def read(self, source: Source, max_bytes: int) -> bytes:
        reader, path = self._find(source)
        return reader.read(path, max_bytes)

    def read_piece(self, source: Source, start: int, length: int) -> ManifestPiece:
        reader, path = self._find(source)
        return reader.read_piece(path, start, length)

    def _find(self, source: Source) -> tuple[S3Reader | LocalFiles, str]:
        """What reads this location, and the path as it says it."""
        match source.location:
            case Location.UPLOAD if source.path.startswith(UPLOAD_PREFIX):
                return self._uploads, source.path
            case Location.LOCAL if self._local is not None:
                return self._local, source.path
            case Location.S3 if self._bucket is not None and source.path.startswith(self._bucket_url):
                return self._bucket, source.path.removeprefix(self._bucket_url)
        raise UnreachableError(source.path)
