"""What each function is told by its environment; a missing or unreadable variable fails at start, by its name."""

import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from snapjury.errors import MissingSettingError
from snapjury.rules.jury import DecidingVote
from snapjury.rules.policy import FinalLabel, Policy, policy_named

T = TypeVar("T")


class AssetsSettings(Struct, frozen=True):
    """`asset_root`, `source_bucket` and `public_endpoint` may be empty: then there is no such location or endpoint.

    `http_timeout` is in seconds; with 0 there is no location `http`.
    """

    core_table: str
    validation_queue: str
    notification_queue: str
    upload_bucket: str
    asset_root: str
    source_bucket: str
    http_timeout: float
    public_endpoint: str
    token_secret: str
    require_api_keys: bool


class CatalogSettings(Struct, frozen=True):
    """`public_endpoint` may be empty: then people reach buckets where this function does. Of each queue, the URL.

    `asset_root` and `source_bucket` may be empty and `http_timeout` 0, too: then there is no such location.
    """

    core_table: str
    sessions_table: str
    media_bucket: str
    export_bucket: str
    import_queue: str
    import_dead_letters: str
    export_queue: str
    export_dead_letters: str
    token_secret: str
    public_endpoint: str
    asset_root: str
    source_bucket: str
    http_timeout: float
    validation_queue: str
    validation_dead_letters: str
    notification_queue: str
    notification_dead_letters: str
    scoring_queue: str
    scoring_dead_letters: str
    require_api_keys: bool


class CustomersSettings(Struct, frozen=True):
    core_table: str
    secrets_table: str
    token_secret: str


class OperationsSettings(Struct, frozen=True):
    """Of each queue, the URL."""

    core_table: str
    token_secret: str
    validation_queue: str
    validation_dead_letters: str
    notification_queue: str
    notification_dead_letters: str
    import_queue: str
    import_dead_letters: str
    export_queue: str
    export_dead_letters: str
    scoring_queue: str
    scoring_dead_letters: str


class ReviewsSettings(Struct, frozen=True):
    """`public_endpoint` may be empty, as for the catalog; `scoring_delay` is in seconds.

    `grid_size` is how many snapshots of one product a QA is shown at a time, 0 for one at a time.
    """

    core_table: str
    sessions_table: str
    media_bucket: str
    token_secret: str
    public_endpoint: str
    scoring_queue: str
    scoring_delay: int
    grid_size: int


class JurySettings(Struct, frozen=True):
    """What the functions that decide are told; `review_policy` by its name among `rules.policy.POLICIES`.

    `audit_share` is in percent; a deciding vote waits `referee_minutes` for the best-ranked, if they are to cast it.
    """

    core_table: str
    review_policy: Policy
    final_label: FinalLabel
    audit_share: float
    deciding_vote: DecidingVote
    referee_minutes: float
    lease_seconds: int


class ValidatorSettings(Struct, frozen=True):
    """`asset_root` and `source_bucket` may be empty, and `http_timeout` (seconds) 0: then there is no such location."""

    core_table: str
    notification_queue: str
    validation_dead_letters_arn: str
    upload_bucket: str
    media_bucket: str
    asset_root: str
    source_bucket: str
    http_timeout: float
    allowed_cidrs: str


class ImporterSettings(Struct, frozen=True):
    """`asset_root` and `source_bucket` may be empty, and `http_timeout` (seconds) 0: then there is no such location."""

    core_table: str
    import_queue: str
    import_dead_letters_arn: str
    validation_queue: str
    upload_bucket: str
    asset_root: str
    source_bucket: str
    http_timeout: float


class ExporterSettings(Struct, frozen=True):
    core_table: str
    export_queue: str
    export_dead_letters_arn: str
    media_bucket: str
    export_bucket: str
    reader_secret: str


class ScorerSettings(Struct, frozen=True):
    """`scoring_pause` is in seconds."""

    core_table: str
    scoring_queue: str
    scoring_pause: int


class NotifierSettings(Struct, frozen=True):
    """`retry_ladder` is a comma-separated list of seconds; the other times are seconds too."""

    core_table: str
    secrets_table: str
    notification_queue: str
    signing_secret: str
    allowed_cidrs: str
    webhook_timeout: float
    retry_ladder: str
    overload_pause: float

    @property
    def ladder(self) -> tuple[float, ...]:
        return tuple(float(step) for step in self.retry_ladder.split(","))


def switch(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither 'true' nor 'false'")
    return text == "true"


PARSERS: Mapping[type, Callable[[str], Any]] = {bool: switch, Policy: policy_named}
"""How a variable of a type is read, where the type itself cannot, or does it wrong."""


def settings_from(environment: Mapping[str, str], kind: type[T]) -> T:
    """The settings of this kind, each from the variable of its name in capitals."""
    types = typing.get_type_hints(kind)
    values = {}
    for name, type_of in types.items():
        variable = name.upper()
        if variable not in environment:
            raise MissingSettingError(f"environment variable {variable} is not set")
        try:
            parse = PARSERS.get(type_of, type_of)
            values[name] = parse(environment[variable])
        except ValueError as error:
            raise MissingSettingError(f"environment variable {variable}: {error}") from error
    return kind(**values)
