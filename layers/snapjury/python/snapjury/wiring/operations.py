"""The ports of the `operations` function."""

import os
from functools import cache

from snapjury.adapters.dead_letters import SqsDeadLetters
from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_operations import DynamoActivity
from snapjury.adapters.queue_lengths import SqsQueues
from snapjury.adapters.sqs import SqsNotificationQueue
from snapjury.adapters.table import Table
from snapjury.services.operations import OperationPorts
from snapjury.services.sign_in import CurrentTokens
from snapjury.settings import OperationsSettings, settings_from
from snapjury.wiring.clients import client
from snapjury.wiring.queues import queue_urls
from snapjury.wiring.tokens import current_tokens


@cache
def settings() -> OperationsSettings:
    return settings_from(os.environ, OperationsSettings)


@cache
def core_table() -> Table:
    return Table(client("dynamodb"), settings().core_table)


@cache
def tokens() -> CurrentTokens:
    return current_tokens(settings().token_secret, core_table())


@cache
def operation_ports() -> OperationPorts:
    urls = queue_urls(settings())
    return OperationPorts(
        DynamoActivity(core_table()),
        SqsQueues(client("sqs"), urls),
        SqsDeadLetters(client("sqs"), urls),
        DynamoAssets(core_table()),
        SqsNotificationQueue(client("sqs"), settings().notification_queue),
    )
