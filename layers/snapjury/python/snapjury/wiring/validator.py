"""The ports of the `validator` function."""

import os
import random
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.http_files import HttpFiles
from snapjury.adapters.s3 import S3Media
from snapjury.adapters.sqs import SqsNotificationQueue
from snapjury.adapters.table import Table
from snapjury.rules.addresses import parse_networks
from snapjury.services.validation import ValidationPorts
from snapjury.settings import ValidatorSettings, settings_from
from snapjury.wiring.clients import client
from snapjury.wiring.sources import enabled_sources


@cache
def settings() -> ValidatorSettings:
    return settings_from(os.environ, ValidatorSettings)


@cache
def validation_ports() -> ValidationPorts:
    given = settings()
    core = Table(client("dynamodb"), given.core_table)
    allowed = parse_networks(given.allowed_cidrs)
    http = HttpFiles(allowed, given.http_timeout) if given.http_timeout else None
    return ValidationPorts(
        DynamoAssets(core),
        DynamoSnapshots(core),
        enabled_sources(given, http),
        S3Media(client("s3"), given.media_bucket),
        SqsNotificationQueue(client("sqs"), given.notification_queue),
        allowed,
        random.SystemRandom(),
    )
