"""The ports of the `importer` function."""

import os
import random
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_catalog import DynamoProducts
from snapjury.adapters.dynamo_jobs import DynamoImports
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.sqs import SqsJobQueue, SqsValidationQueue
from snapjury.adapters.table import Table
from snapjury.services.filing import FilingPorts
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
    assets = DynamoAssets(core)
    return ImportPorts(
        DynamoImports(core),
        SqsJobQueue(client("sqs"), given.import_queue),
        enabled_sources(given),
        KnownProducts(DynamoProducts(core)),
        assets,
        SqsValidationQueue(client("sqs"), given.validation_queue),
        enabled_locations(given),
        given.source_bucket,
        FilingPorts(assets, DynamoSnapshots(core), random.SystemRandom()),
    )
