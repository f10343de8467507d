"""The queues in SQS. A message says which item to look at; what to do is always decided on the stored item."""

from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError
from snapjury.messages import NotificationMessage, ValidationMessage
from snapjury.rules.asset import Event

LONGEST_VISIBILITY = 12 * 3600 - 300
"""SQS keeps a message hidden for at most twelve hours from its receipt, and the attempt has taken some of them."""


class SqsValidationQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, asset_id: str) -> None:
        send(self._client, self._url, ValidationMessage(asset_id))


class SqsNotificationQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, asset_id: str, event: Event) -> None:
        send(self._client, self._url, NotificationMessage(asset_id, event))


def send(client: Any, url: str, message: msgspec.Struct) -> None:
    """Send one message; TemporaryFaultError if the queue does not confirm it."""
    try:
        client.send_message(QueueUrl=url, MessageBody=msgspec.json.encode(message).decode())
    except (ClientError, BotoCoreError) as error:
        raise TemporaryFaultError(f"queue: {type(error).__name__}") from error


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
