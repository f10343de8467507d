"""The ports of the `catalog` function."""

import os
import random
import secrets
from functools import cache, partial

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_catalog import DynamoProducts, DynamoSignIns, DynamoUsers
from snapjury.adapters.dynamo_customers import DynamoApiKeys
from snapjury.adapters.dynamo_jobs import DynamoExports, DynamoImports
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.queue_lengths import SqsQueues
from snapjury.adapters.s3 import S3MediaLinks
from snapjury.adapters.s3_exports import S3ExportLinks
from snapjury.adapters.sqs import SqsJobQueue
from snapjury.adapters.table import Table
from snapjury.rules.password import SALT_BYTES
from snapjury.services.api_keys import KeyCheck
from snapjury.services.assets import SubmissionPorts
from snapjury.services.exports import ExportRequestPorts
from snapjury.services.filing import FilingPorts
from snapjury.services.imports import ImportRequestPorts
from snapjury.services.products import ProductPorts
from snapjury.services.sign_in import CurrentTokens
from snapjury.services.snapshots import SnapshotPorts
from snapjury.services.users import UserPorts
from snapjury.settings import CatalogSettings, settings_from
from snapjury.wiring.clients import client, new_id, now, public_s3
from snapjury.wiring.queues import queue_urls
from snapjury.wiring.submissions import manifest_locations, submission_ports_of
from snapjury.wiring.tokens import current_tokens


@cache
def settings() -> CatalogSettings:
    return settings_from(os.environ, CatalogSettings)


@cache
def core_table() -> Table:
    return Table(client("dynamodb"), settings().core_table)


@cache
def tokens() -> CurrentTokens:
    return current_tokens(settings().token_secret, core_table())


@cache
def key_check() -> KeyCheck:
    return KeyCheck(DynamoApiKeys(core_table()), settings().require_api_keys, now)


@cache
def user_ports() -> UserPorts:
    sign_ins = DynamoSignIns(Table(client("dynamodb"), settings().sessions_table))
    return UserPorts(DynamoUsers(core_table()), sign_ins, partial(secrets.token_bytes, SALT_BYTES))


@cache
def product_ports() -> ProductPorts:
    return ProductPorts(DynamoProducts(core_table()), DynamoAssets(core_table()), DynamoSnapshots(core_table()))


@cache
def media_links() -> S3MediaLinks:
    return S3MediaLinks(public_s3(settings().public_endpoint), settings().media_bucket, now)


@cache
def import_ports() -> ImportRequestPorts:
    queue = SqsJobQueue(client("sqs"), settings().import_queue)
    return ImportRequestPorts(DynamoImports(core_table()), queue, manifest_locations(settings()), new_id)


@cache
def export_ports() -> ExportRequestPorts:
    queue = SqsJobQueue(client("sqs"), settings().export_queue)
    return ExportRequestPorts(DynamoExports(core_table()), queue, new_id)


@cache
def export_links() -> S3ExportLinks:
    return S3ExportLinks(public_s3(settings().public_endpoint), settings().export_bucket)


@cache
def submission_ports() -> SubmissionPorts:
    return submission_ports_of(settings())


@cache
def snapshot_ports() -> SnapshotPorts:
    return SnapshotPorts(DynamoSnapshots(core_table()), DynamoAssets(core_table()), queues(), random.SystemRandom())


@cache
def filing_ports() -> FilingPorts:
    return FilingPorts(DynamoAssets(core_table()), DynamoSnapshots(core_table()), random.SystemRandom())


@cache
def queues() -> SqsQueues:
    return SqsQueues(client("sqs"), queue_urls(settings()))
