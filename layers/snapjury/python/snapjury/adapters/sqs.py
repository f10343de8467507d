"""The queues in SQS. A message says which item to look at; what to do is always decided on the stored item.

The queues of validations and of notifications are fair queues: standard ones whose messages name a message group, here
the tenant. While one tenant has a backlog, SQS hands out the messages of others first.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError
from snapjury.messages import JobMessage, NotificationMessage, ScoreMessage, ValidationMessage
from snapjury.rules.asset import Event

LONGEST_VISIBILITY = 12 * 3600 - 300
"""SQS keeps a message hidden for at most twelve hours from its receipt, and the attempt has taken some of them."""


LARGEST_BATCH = 10
"""Messages that one SendMessageBatch takes."""

BATCH_ROUNDS = 3
"""How often a batch is sent that the queue takes in part."""


class SqsValidationQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, asset_id: str, tenant: str) -> None:
        send(self._client, self._url, ValidationMessage(asset_id), MessageGroupId=tenant)

    def send_many(self, ids: Sequence[str], tenant: str) -> None:
        for first in range(0, len(ids), LARGEST_BATCH):
            batch = ids[first : first + LARGEST_BATCH]
            send_batch(self._client, self._url, [ValidationMessage(each) for each in batch], tenant)


class SqsNotificationQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, asset_id: str, event: Event, tenant: str) -> None:
        send(self._client, self._url, NotificationMessage(asset_id, event), MessageGroupId=tenant)


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


class SqsUnreadable:
    """Dead letters that a consumer sends there itself, before their receives are used up."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str) -> None:
        send_text(self._client, self._url, body)


def send(client: Any, url: str, message: msgspec.Struct, **options: Any) -> None:
    """Send one message with options of SendMessage; TemporaryFaultError if the queue does not confirm it."""
    send_text(client, url, msgspec.json.encode(message).decode(), **options)


def send_text(client: Any, url: str, body: str, **options: Any) -> None:
    try:
        client.send_message(QueueUrl=url, MessageBody=body, **options)
    except (ClientError, BotoCoreError) as error:
        raise TemporaryFaultError(f"queue: {type(error).__name__}") from error


def send_batch(client: Any, url: str, messages: Sequence[msgspec.Struct], tenant: str) -> None:
    """Send up to ten messages; TemporaryFaultError if some are not confirmed, also when they are sent again."""
    bodies = {str(number): msgspec.json.encode(each).decode() for number, each in enumerate(messages)}
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


class SqsVisibility:
    """Puts off messages of one queue that this consumer has received."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put_off(self, receipt_handle: str, seconds: float) -> None:
        """Have the message delivered again after so many seconds, at least one, at most nearly twelve hours."""
        timeout = min(max(1, round(seconds + 0.5)), LONGEST_VISIBILITY)
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=timeout
            )
        except (ClientError, BotoCoreError) as error:
            raise TemporaryFaultError(f"queue: {type(error).__name__}") from error
