"""The ports of the `exporter` function."""

import os
from functools import cache, partial

from snapjury.adapters.dynamo_jobs import DynamoExports
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.s3 import media_key
from snapjury.adapters.s3_exports import S3ExportFiles
from snapjury.adapters.secrets import secrets_in
from snapjury.adapters.sqs import SqsJobQueue
from snapjury.adapters.table import Table
from snapjury.rules.types.registry import TYPES
from snapjury.services.export_rows import reader_of
from snapjury.services.exports import ExportPorts
from snapjury.settings import ExporterSettings, settings_from
from snapjury.wiring.clients import client


@cache
def settings() -> ExporterSettings:
    return settings_from(os.environ, ExporterSettings)


@cache
def export_ports() -> ExportPorts:
    given = settings()
    core = Table(client("dynamodb"), given.core_table)
    secret = secrets_in(client("secretsmanager"), given.reader_secret)[0]
    return ExportPorts(
        DynamoExports(core),
        SqsJobQueue(client("sqs"), given.export_queue),
        DynamoSnapshots(core),
        S3ExportFiles(client("s3"), given.export_bucket),
        lambda sha256, type_name: f"s3://{given.media_bucket}/{media_key(sha256, TYPES[type_name])}",
        partial(reader_of, secret),
    )
