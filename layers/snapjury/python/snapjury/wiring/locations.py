"""Where this deployment reads assets and manifests from."""

from typing import Protocol

from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.s3 import S3Reader
from snapjury.adapters.sources import EnabledSources
from snapjury.rules.asset import Location
from snapjury.wiring.clients import client


class LocationSettings(Protocol):
    """`asset_root` and `source_bucket` are empty where there is no such location."""

    @property
    def asset_root(self) -> str: ...

    @property
    def source_bucket(self) -> str: ...


class SourceSettings(LocationSettings, Protocol):
    @property
    def upload_bucket(self) -> str: ...


def enabled_locations(given: LocationSettings) -> tuple[Location, ...]:
    has = {
        Location.LOCAL: bool(given.asset_root),
        Location.S3: bool(given.source_bucket),
        Location.UPLOAD: True,
    }
    return tuple(location for location, is_enabled in has.items() if is_enabled)


def enabled_sources(given: SourceSettings) -> EnabledSources:
    return EnabledSources(
        S3Reader(client("s3"), given.upload_bucket),
        LocalFiles(given.asset_root) if given.asset_root else None,
        S3Reader(client("s3"), given.source_bucket) if given.source_bucket else None,
        given.source_bucket,
    )
