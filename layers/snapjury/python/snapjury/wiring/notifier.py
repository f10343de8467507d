"""The ports of the `notifier` function."""

import os
import random
import time
from functools import cache

from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_customers import DynamoSigningSecrets
from snapjury.adapters.sqs import SqsNotificationQueue
from snapjury.adapters.table import Table
from snapjury.adapters.webhooks import HttpWebhooks
from snapjury.rules.addresses import parse_networks
from snapjury.rules.delivery import DeliveryPolicy
from snapjury.rules.retry import RetryPolicy
from snapjury.rules.signing import PREFIX
from snapjury.services.delivery import DeliveryPorts
from snapjury.services.signing import Signers
from snapjury.services.slow_receivers import SlowReceivers
from snapjury.settings import NotifierSettings, settings_from
from snapjury.wiring.clients import client, now
from snapjury.wiring.secrets import parts_of


@cache
def settings() -> NotifierSettings:
    return settings_from(os.environ, NotifierSettings)


@cache
def signers() -> Signers:
    own = DynamoSigningSecrets(Table(client("dynamodb"), settings().secrets_table))
    return Signers(own, secrets_of_deployment, now)


def secrets_of_deployment() -> tuple[str, ...]:
    """The stored text is base64, with or without the prefix of Standard Webhooks, several parted by spaces."""
    return tuple(PREFIX + part.removeprefix(PREFIX) for part in parts_of(settings().signing_secret))


@cache
def delivery_ports() -> DeliveryPorts:
    given = settings()
    retry = RetryPolicy(ladder=given.ladder, overload_pause=given.overload_pause)
    return DeliveryPorts(
        DynamoAssets(Table(client("dynamodb"), given.core_table)),
        SqsNotificationQueue(client("sqs"), given.notification_queue),
        HttpWebhooks(parse_networks(given.allowed_cidrs), given.webhook_timeout),
        signers().secrets,
        DeliveryPolicy(given.webhook_timeout, retry),
        SlowReceivers(given.overload_pause),
        now,
        time.sleep,
        random.Random(),
    )
