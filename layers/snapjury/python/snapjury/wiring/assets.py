"""The ports of the `assets` function."""

import os
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.s3 import S3Uploads
from snapjury.adapters.sqs import SqsNotificationQueue
from snapjury.adapters.table import Table
from snapjury.services.assets import SubmissionPorts
from snapjury.settings import AssetsSettings, settings_from
from snapjury.wiring.clients import client, public_s3
from snapjury.wiring.submissions import submission_ports_of


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
    return submission_ports_of(settings())


@cache
def uploads() -> S3Uploads:
    return S3Uploads(public_s3(settings().public_endpoint), settings().upload_bucket)
