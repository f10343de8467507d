"""Where this deployment reads assets and manifests from."""

from typing import Protocol

from snapjury.adapters.http_files import HttpFiles
from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.s3_reader import S3Reader
from snapjury.adapters.sources import EnabledSources
from snapjury.wiring.clients import client


class SourceSettings(Protocol):
    """What a function that reads them is told; the first two are empty where there is no such location."""

    @property
    def asset_root(self) -> str: ...
    @property
    def source_bucket(self) -> str: ...
    @property
    def upload_bucket(self) -> str: ...


def enabled_sources(given: SourceSettings, http: HttpFiles | None = None) -> EnabledSources:
    """One reader for the locations that are enabled here; `http` is for images alone."""
    return EnabledSources(
        S3Reader(client("s3"), given.upload_bucket),
        LocalFiles(given.asset_root) if given.asset_root else None,
        http,
        S3Reader(client("s3"), given.source_bucket) if given.source_bucket else None,
        given.source_bucket,
    )
