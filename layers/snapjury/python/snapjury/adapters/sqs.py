"""The queues in SQS. A message says which item to look at; what to do is always decided on the stored item.

The queues of validations and of notifications are fair queues: standard ones whose messages name a message group, here
the tenant. While one tenant has a backlog, SQS hands out the messages of others first.
"""

import json
from collections.abc import Sequence
from math import ceil
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError
from snapjury.messages import JobMessage, NotificationMessage, ScoreMessage, ValidationMessage
from snapjury.rules.asset import Asset, Event
from snapjury.services.ports import LONGEST_DELAY

LARGEST_BATCH = 10
"""Messages that one SendMessageBatch takes."""

BATCH_ROUNDS = 3
"""How often a batch is sent that the queue takes in part."""


class SqsValidationQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, asset: Asset) -> None:
        send(self._client, self._url, ValidationMessage(asset.id, asset), MessageGroupId=asset.owner)

    def send_many(self, ids: Sequence[str], tenant: str) -> None:
        for first in range(0, len(ids), LARGEST_BATCH):
            batch = ids[first : first + LARGEST_BATCH]
            send_batch(self._client, self._url, [ValidationMessage(each) for each in batch], tenant)


class SqsNotificationQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, asset: Asset, event: Event, delay: float = 0, *, is_news: bool = False) -> None:
        """A delay is of whole seconds, and at most a quarter of an hour: who receives it looks whether it is time."""
        later = {"DelaySeconds": min(max(1, ceil(delay)), LONGEST_DELAY)} if delay else {}
        message = NotificationMessage(asset.id, event, asset if is_news else None)
        send(self._client, self._url, message, MessageGroupId=asset.owner, **later)


class SqsJobQueue:
    """The queue of imports, or that of exports."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, job_id: str, delay: int = 0) -> None:
        send(self._client, self._url, JobMessage(job_id), DelaySeconds=delay)


class SqsScoringQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, due: int, delay: int) -> None:
        send(self._client, self._url, ScoreMessage(due), DelaySeconds=delay)


def send(client: Any, url: str, message: msgspec.Struct, **options: Any) -> None:
    """Send one message with options of SendMessage; TemporaryFaultError if the queue does not confirm it."""
    try:
        client.send_message(QueueUrl=url, MessageBody=body_of(message), **options)
    except (ClientError, BotoCoreError) as error:
        raise TemporaryFaultError(f"queue: {type(error).__name__}") from error


def body_of(message: msgspec.Struct) -> str:
    """The message as JSON of ASCII alone: SQS refuses some characters that a customer's path may have."""
    return json.dumps(msgspec.to_builtins(message, str_keys=True), separators=(",", ":"))


def send_batch(client: Any, url: str, messages: Sequence[msgspec.Struct], tenant: str) -> None:
    """Send up to ten messages; TemporaryFaultError if some are not confirmed, also when they are sent again."""
    bodies = {str(number): body_of(each) for number, each in enumerate(messages)}
    for _ in range(BATCH_ROUNDS):
        entries = [{"Id": number, "MessageBody": body, "MessageGroupId": tenant} for number, body in bodies.items()]
        try:
            answer = client.send_message_batch(QueueUrl=url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise TemporaryFaultError(f"queue: {type(error).__name__}") from error
        refused = {each["Id"] for each in answer.get("Failed", [])}
        bodies = {number: body for number, body in bodies.items() if number in refused}
        if not bodies:
            return
    raise TemporaryFaultError("queue: a batch stayed incomplete")
