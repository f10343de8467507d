"""The ports of the `notifier` function."""

import os
import random
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.secrets import signing_secrets
from snapjury.adapters.sqs import SqsVisibility
from snapjury.adapters.table import Table
from snapjury.adapters.webhooks import HttpWebhooks
from snapjury.rules.addresses import parse_networks
from snapjury.rules.delivery import DeliveryPolicy
from snapjury.rules.retry import RetryPolicy
from snapjury.services.delivery import DeliveryPorts
from snapjury.services.slow_receivers import SlowReceivers
from snapjury.settings import NotifierSettings, settings_from
from snapjury.wiring.clients import client, now


@cache
def settings() -> NotifierSettings:
    return settings_from(os.environ, NotifierSettings)


@cache
def secrets() -> tuple[str, ...]:
    return signing_secrets(client("secretsmanager"), settings().signing_secret)


@cache
def delivery_ports() -> DeliveryPorts:
    given = settings()
    retry = RetryPolicy(ladder=given.ladder, overload_pause=given.overload_pause)
    return DeliveryPorts(
        DynamoAssets(Table(client("dynamodb"), given.core_table)),
        HttpWebhooks(secrets, parse_networks(given.allowed_cidrs), given.webhook_timeout),
        DeliveryPolicy(given.webhook_timeout, retry),
        SlowReceivers(given.overload_pause),
        now,
        random.Random(),
    )


@cache
def visibility() -> SqsVisibility:
    return SqsVisibility(client("sqs"), settings().notification_queue)
