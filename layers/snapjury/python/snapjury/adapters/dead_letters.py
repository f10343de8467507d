"""The dead-letter queues in SQS: looked at, and sent again."""

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError
from snapjury.services.operation_ports import DeadLetter

LARGEST_BATCH = 10
HIDDEN_BY_A_LOOK = 10
HIDDEN_BY_A_MOVE = 30
"""Seconds that a message stays hidden if whoever received it here dies. Both show again what they leave."""

ALL_SERVERS = 1
"""Seconds to wait for messages: a receive that waits asks all servers of the queue, one that does not only some."""

SENT, RECEIVES, TENANT = "SentTimestamp", "ApproximateReceiveCount", "MessageGroupId"
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"

Message = dict[str, Any]


class SqsDeadLetters:
    """Queues by the names that people know them by, each with its dead letters: pairs of URLs."""

    def __init__(self, client: Any, urls: Mapping[str, tuple[str, str]]) -> None:
        self._client = client
        self._urls = urls

    @property
    def queues(self) -> Iterable[str]:
        return self._urls

    def peek(self, queue: str, limit: int) -> tuple[DeadLetter, ...]:
        _, url = self._urls[queue]
        seen: dict[str, Message] = {}
        try:
            received = self._receive(url, limit, HIDDEN_BY_A_LOOK, ALL_SERVERS)
            while received:
                seen |= {each["MessageId"]: each for each in received}
                missing = limit - len(seen)
                received = self._receive(url, missing, HIDDEN_BY_A_LOOK) if missing > 0 else []
        finally:
            self._show_again(url, list(seen.values()))
        return tuple(letter_of(each) for each in seen.values())

    def redrive(self, queue: str, limit: int) -> int:
        """TemporaryFaultError if a message cannot be moved; it stays, and those before it have been."""
        target, url = self._urls[queue]
        moved = 0
        while moved < limit and (received := self._receive(url, limit - moved, HIDDEN_BY_A_MOVE, ALL_SERVERS)):
            while received:
                try:
                    self._move(received[0], url, target)
                except TemporaryFaultError:
                    self._show_again(url, received)
                    raise
                received = received[1:]
                moved += 1
        return moved

    def held(self, queue: str) -> int:
        _, url = self._urls[queue]
        answer = self._call("get_queue_attributes", QueueUrl=url, AttributeNames=[IN_FLIGHT])
        return int(answer["Attributes"].get(IN_FLIGHT, 0))

    def _move(self, message: Message, url: str, target: str) -> None:
        """Send first and delete after: who dies in between leaves two, and consumers take duplicates."""
        tenant = message["Attributes"].get(TENANT)
        group = {"MessageGroupId": tenant} if tenant else {}
        attributes = message.get("MessageAttributes", {})
        self._call("send_message", QueueUrl=target, MessageBody=message["Body"], MessageAttributes=attributes, **group)
        self._call("delete_message", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def _receive(self, url: str, limit: int, hidden: int, wait: int = 0) -> list[Message]:
        answer = self._call(
            "receive_message",
            QueueUrl=url,
            MaxNumberOfMessages=min(limit, LARGEST_BATCH),
            VisibilityTimeout=hidden,
            WaitTimeSeconds=wait,
            AttributeNames=[SENT, RECEIVES, TENANT],
            MessageAttributeNames=["All"],
        )
        received: list[Message] = answer.get("Messages", [])
        return received

    def _show_again(self, url: str, messages: list[Message]) -> None:
        """End their hiding now; it ends by itself a moment later if that fails."""
        for first in range(0, len(messages), LARGEST_BATCH):
            batch = messages[first : first + LARGEST_BATCH]
            entries = [
                {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"], "VisibilityTimeout": 0}
                for number, each in enumerate(batch)
            ]
            with contextlib.suppress(TemporaryFaultError):
                self._call("change_message_visibility_batch", QueueUrl=url, Entries=entries)

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise TemporaryFaultError(f"dead letters: {type(error).__name__}") from error
        return answer


def letter_of(message: Message) -> DeadLetter:
    attributes = message["Attributes"]
    return DeadLetter(message["MessageId"], message["Body"], int(attributes[SENT]), int(attributes[RECEIVES]))
