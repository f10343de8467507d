"""The ports of the `assets` function."""

import os
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_catalog import DynamoUsers
from snapjury.adapters.dynamo_customers import DynamoApiKeys
from snapjury.adapters.s3 import S3Uploads
from snapjury.adapters.sqs import SqsNotificationQueue
from snapjury.adapters.table import Table
from snapjury.services.api_keys import KeyCheck
from snapjury.services.assets import SubmissionPorts
from snapjury.services.recent_users import RecentUsers
from snapjury.services.sign_in import CurrentTokens
from snapjury.settings import AssetsSettings, settings_from
from snapjury.wiring.clients import client, now, public_s3
from snapjury.wiring.submissions import submission_ports_of
from snapjury.wiring.tokens import jwt_tokens


@cache
def settings() -> AssetsSettings:
    return settings_from(os.environ, AssetsSettings)


@cache
def core_table() -> Table:
    return Table(client("dynamodb"), settings().core_table)


@cache
def tokens() -> CurrentTokens:
    """Tokens of admins, who are read once a minute: customers' requests need no more than that."""
    return CurrentTokens(jwt_tokens(settings().token_secret), RecentUsers(DynamoUsers(core_table()), now))


@cache
def key_check() -> KeyCheck:
    return KeyCheck(DynamoApiKeys(core_table()), settings().require_api_keys, now)


@cache
def stored_assets() -> DynamoAssets:
    return DynamoAssets(core_table())


@cache
def notification_queue() -> SqsNotificationQueue:
    return SqsNotificationQueue(client("sqs"), settings().notification_queue)


@cache
def submission_ports() -> SubmissionPorts:
    return submission_ports_of(settings())


@cache
def uploads() -> S3Uploads:
    return S3Uploads(public_s3(settings().public_endpoint), settings().upload_bucket)
