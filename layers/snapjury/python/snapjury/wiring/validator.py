"""The ports of the `validator` function."""

import os
import random
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.s3 import S3Media, S3Reader
from snapjury.adapters.sources import EnabledSources
from snapjury.adapters.sqs import SqsNotificationQueue
from snapjury.adapters.table import Table
from snapjury.rules.addresses import parse_networks
from snapjury.rules.limits import ImageLimits
from snapjury.services.validation import ValidationPorts
from snapjury.settings import ValidatorSettings, settings_from
from snapjury.wiring.clients import client


@cache
def settings() -> ValidatorSettings:
    return settings_from(os.environ, ValidatorSettings)


@cache
def validation_ports() -> ValidationPorts:
    given = settings()
    sources = EnabledSources(
        S3Reader(client("s3"), given.upload_bucket),
        LocalFiles(given.asset_root) if given.asset_root else None,
        S3Reader(client("s3"), given.source_bucket) if given.source_bucket else None,
        given.source_bucket,
    )
    core = Table(client("dynamodb"), given.core_table)
    return ValidationPorts(
        DynamoAssets(core),
        DynamoSnapshots(core),
        sources,
        S3Media(client("s3"), given.media_bucket),
        SqsNotificationQueue(client("sqs"), given.notification_queue),
        ImageLimits(),
        parse_networks(given.allowed_cidrs),
        random.SystemRandom(),
    )
