"""The ports of the `importer` function."""

import os
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_catalog import DynamoProducts
from snapjury.adapters.dynamo_jobs import DynamoImports
from snapjury.adapters.sqs import SqsJobQueue, SqsValidationQueue
from snapjury.adapters.table import Table
from snapjury.services.import_rows import ImportPorts
from snapjury.services.known_products import KnownProducts
from snapjury.settings import ImporterSettings, settings_from
from snapjury.wiring.clients import client
from snapjury.wiring.sources import enabled_sources
from snapjury.wiring.submissions import enabled_locations


@cache
def settings() -> ImporterSettings:
    return settings_from(os.environ, ImporterSettings)


@cache
def import_ports() -> ImportPorts:
    given = settings()
    core = Table(client("dynamodb"), given.core_table)
    return ImportPorts(
        DynamoImports(core),
        SqsJobQueue(client("sqs"), given.import_queue),
        enabled_sources(given),
        KnownProducts(DynamoProducts(core)),
        DynamoAssets(core),
        SqsValidationQueue(client("sqs"), given.validation_queue),
        enabled_locations(given),
    )
