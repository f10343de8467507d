"""How long the queues in SQS are."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError
from snapjury.services.ports import QueueLengths

WAITING = "ApproximateNumberOfMessages"
DELAYED = "ApproximateNumberOfMessagesDelayed"
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"


class SqsQueues:
    """Queues by the names that people know them by, each with its dead letters: pairs of URLs."""

    def __init__(self, client: Any, urls: Mapping[str, tuple[str, str]]) -> None:
        self._client = client
        self._urls = urls

    def lengths(self) -> dict[str, QueueLengths]:
        return {name: self._lengths_of(*urls) for name, urls in self._urls.items()}

    def _lengths_of(self, url: str, dead_letters_url: str) -> QueueLengths:
        return QueueLengths(*self._counts(url), dead=sum(self._counts(dead_letters_url)))

    def _counts(self, url: str) -> tuple[int, int, int]:
        try:
            answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[WAITING, DELAYED, IN_FLIGHT])
        except (ClientError, BotoCoreError) as error:
            raise TemporaryFaultError(f"queue: {type(error).__name__}") from error
        counts = answer["Attributes"]
        return int(counts.get(WAITING, 0)), int(counts.get(DELAYED, 0)), int(counts.get(IN_FLIGHT, 0))
