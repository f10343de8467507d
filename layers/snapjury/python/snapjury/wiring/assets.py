"""The ports of the `assets` function."""

import os
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.s3 import S3Uploads
from snapjury.adapters.sqs import SqsNotificationQueue, SqsValidationQueue
from snapjury.adapters.table import Table
from snapjury.services.assets import SubmissionPorts
from snapjury.settings import AssetsSettings, settings_from
from snapjury.wiring.clients import client, new_id, public_s3
from snapjury.wiring.locations import enabled_locations


@cache
def settings() -> AssetsSettings:
    return settings_from(os.environ, AssetsSettings)


@cache
def stored_assets() -> DynamoAssets:
    return DynamoAssets(Table(client("dynamodb"), settings().core_table))


@cache
def notification_queue() -> SqsNotificationQueue:
    return SqsNotificationQueue(client("sqs"), settings().notification_queue)


@cache
def submission_ports() -> SubmissionPorts:
    return SubmissionPorts(
        stored_assets(),
        SqsValidationQueue(client("sqs"), settings().validation_queue),
        enabled_locations(settings()),
        new_id,
    )


@cache
def uploads() -> S3Uploads:
    return S3Uploads(public_s3(settings().public_endpoint), settings().upload_bucket)
