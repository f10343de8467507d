"""One reader for all locations that are enabled."""

from snapjury.adapters.http_files import HttpFiles
from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.s3 import UPLOAD_PREFIX
from snapjury.adapters.s3_reader import S3Reader
from snapjury.errors import UnreachableError
from snapjury.rules.asset import Location, Source
from snapjury.rules.types.data_type import DataType
from snapjury.services.job_ports import ManifestPiece


class EnabledSources:
    """Reads from the locations that this deployment has; any other is unreachable."""

    def __init__(
        self,
        uploads: S3Reader,
        local: LocalFiles | None,
        http: HttpFiles | None,
        bucket: S3Reader | None,
        bucket_name: str,
    ) -> None:
        self._uploads = uploads
        self._local = local
        self._http = http
        self._bucket = bucket
        self._bucket_url = f"s3://{bucket_name}/"

    def read(self, source: Source, kind: DataType) -> bytes:
        if source.location is Location.HTTP and self._http is not None:
            return self._http.read(source.path, kind)
        reader, path = self._find(source)
        return reader.read(path, kind.limits.max_bytes)

    def read_piece(self, source: Source, start: int, length: int) -> ManifestPiece:
        """A piece of a manifest; never over HTTP, where the next piece may be of another file."""
        reader, path = self._find(source)
        return reader.read_piece(path, start, length)

    def _find(self, source: Source) -> tuple[S3Reader | LocalFiles, str]:
        """What reads this location piece by piece, and the path as it says it."""
        match source.location:
            case Location.UPLOAD if source.path.startswith(UPLOAD_PREFIX):
                return self._uploads, source.path
            case Location.LOCAL if self._local is not None:
                return self._local, source.path
            case Location.S3 if self._bucket is not None and source.path.startswith(self._bucket_url):
                return self._bucket, source.path.removeprefix(self._bucket_url)
        raise UnreachableError(source.path)
