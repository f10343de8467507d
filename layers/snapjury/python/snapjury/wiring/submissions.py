"""The ports of the functions that take images in."""

from typing import Protocol

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.sqs import SqsValidationQueue
from snapjury.adapters.table import Table
from snapjury.rules.asset import Location
from snapjury.services.assets import SubmissionPorts
from snapjury.wiring.clients import client, new_id


class LocationSettings(Protocol):
    """The first two are empty, and the third 0, where there is no such location."""

    @property
    def asset_root(self) -> str: ...
    @property
    def source_bucket(self) -> str: ...
    @property
    def http_timeout(self) -> float: ...


class SubmissionSettings(LocationSettings, Protocol):
    """What such a function is told."""

    @property
    def core_table(self) -> str: ...
    @property
    def validation_queue(self) -> str: ...


def enabled_locations(settings: LocationSettings) -> tuple[Location, ...]:
    """Where images may be submitted from."""
    has = {
        Location.LOCAL: bool(settings.asset_root),
        Location.S3: bool(settings.source_bucket),
        Location.UPLOAD: True,
        Location.HTTP: settings.http_timeout > 0,
    }
    return tuple(location for location, is_enabled in has.items() if is_enabled)


def manifest_locations(settings: LocationSettings) -> tuple[Location, ...]:
    """Where manifests may be submitted from: what can be read piece by piece."""
    return tuple(location for location in enabled_locations(settings) if location is not Location.HTTP)


def submission_ports_of(settings: SubmissionSettings) -> SubmissionPorts:
    """Ports with the locations that are enabled here."""
    return SubmissionPorts(
        DynamoAssets(Table(client("dynamodb"), settings.core_table)),
        SqsValidationQueue(client("sqs"), settings.validation_queue),
        enabled_locations(settings),
        new_id,
    )
