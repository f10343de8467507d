"""Messages sent many at a time: all of them, or a fault; and who they are for."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError

from snapjury.adapters.sqs import SqsJobQueue, SqsNotificationQueue, SqsValidationQueue, body_of
from snapjury.errors import TemporaryFaultError
from snapjury.messages import NotificationMessage, ValidationMessage
from snapjury.rules.asset import Event, Location, Source
from snapjury.rules.urls import MAX_URL_LENGTH
from snapjury.schemas import MAX_PATH_CHARACTERS
from tests.aws import mocked_aws
from tests.builders import chips_asset

REGION = "us-east-1"
LARGEST_MESSAGE = 262_144
"""Bytes that SQS has always taken; today it is a megabyte."""


@pytest.fixture
def queue() -> Iterator[Any]:
    with mocked_aws():
        client = boto3.client("sqs", REGION)
        client.create_queue(QueueName="queue")
        yield client


def bodies(client: Any) -> list[str]:
    received = []
    while messages := client.receive_message(QueueUrl="queue", MaxNumberOfMessages=10).get("Messages"):
        received += [each["Body"] for each in messages]
    return sorted(received)


def test_many_messages_are_sent_ten_at_a_time(queue: Any) -> None:
    SqsValidationQueue(queue, "queue").send_many([f"chips{number:02}" for number in range(23)], "trax")

    assert bodies(queue) == [f'{{"asset":"chips{number:02}"}}' for number in range(23)]


class Refusing:
    """A queue that refuses the messages of this number, so often."""

    def __init__(self, client: Any, times: int) -> None:
        self._client = client
        self._times = count(1)
        self._last = times

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> Any:  # noqa: N803
        if next(self._times) > self._last:
            return self._client.send_message_batch(QueueUrl=QueueUrl, Entries=Entries)
        others = [each for each in Entries if each["Id"] != "1"]
        if others:
            self._client.send_message_batch(QueueUrl=QueueUrl, Entries=others)
        return {"Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]}


def test_messages_that_the_queue_refuses_are_sent_again(queue: Any) -> None:
    SqsValidationQueue(Refusing(queue, 2), "queue").send_many(["chips", "salsa", "dip"], "trax")

    assert len(bodies(queue)) == 3


def test_messages_that_the_queue_refuses_again_and_again_are_a_fault(queue: Any) -> None:
    with pytest.raises(TemporaryFaultError):
        SqsValidationQueue(Refusing(queue, 9), "queue").send_many(["chips", "salsa"], "trax")


def test_messages_name_their_tenant_so_that_the_queue_can_be_fair(queue: Any) -> None:
    SqsValidationQueue(queue, "queue").send(chips_asset())
    SqsValidationQueue(queue, "queue").send_many(["salsa", "dip"], "import-week27")
    SqsNotificationQueue(queue, "queue").send(chips_asset(owner="acme"), Event.START)

    received = queue.receive_message(QueueUrl="queue", MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
    tenants = sorted(each["Attributes"]["MessageGroupId"] for each in received)
    assert tenants == ["acme", "import-week27", "import-week27", "trax"]


def test_messages_bring_the_asset_along_in_characters_that_sqs_takes(queue: Any) -> None:
    odd = chips_asset(
        source=Source(Location.LOCAL, "ch\uffffps \U0001f35f \x7f.jpg"), errors={Event.START: ("is odd",)}
    )
    SqsValidationQueue(queue, "queue").send(odd)
    SqsNotificationQueue(queue, "queue").send(odd, Event.SUCCESS, is_news=True)

    to_tell, to_validate = bodies(queue)

    assert to_tell.isascii()
    assert to_validate.isascii()
    assert msgspec.json.decode(to_validate, type=ValidationMessage) == ValidationMessage("chips", odd)
    assert msgspec.json.decode(to_tell, type=NotificationMessage) == NotificationMessage("chips", Event.SUCCESS, odd)


def test_the_message_of_the_largest_asset_is_no_larger_than_sqs_takes() -> None:
    bun = "\U0001f35f"
    urls = dict.fromkeys(Event, bun * (MAX_URL_LENGTH + 1))
    largest = chips_asset(source=Source(Location.LOCAL, bun * MAX_PATH_CHARACTERS), notifications=urls)

    assert len(body_of(NotificationMessage("chips", Event.FAILURE, largest))) < 200_000 < LARGEST_MESSAGE


def test_a_queue_that_is_not_there_is_a_fault(queue: Any) -> None:
    with pytest.raises(TemporaryFaultError) as caught:
        SqsJobQueue(queue, "https://sqs.us-east-1.amazonaws.com/123456789012/unknown").send("week27")

    assert isinstance(caught.value.__cause__, ClientError)


@pytest.mark.parametrize(("delay", "kept_back"), [(0.2, 1), (4.1, 5), (900, 900), (36_000, 900)])
def test_a_webhook_is_kept_back_in_whole_seconds_and_a_quarter_of_an_hour_at_the_most(
    delay: float, kept_back: int
) -> None:
    sent: dict[str, Any] = {}

    class Client:
        def send_message(self, **options: Any) -> None:
            sent.update(options)

    SqsNotificationQueue(Client(), "queue").send(chips_asset(owner="acme"), Event.START, delay)

    assert (sent["DelaySeconds"], sent["MessageGroupId"]) == (kept_back, "acme")
    assert sent["MessageBody"] == '{"asset":"chips","event":"onStart"}'


def test_a_job_may_be_looked_at_later(queue: Any) -> None:
    SqsJobQueue(queue, "queue").send("week27")
    SqsJobQueue(queue, "queue").send("week28", 30)

    assert bodies(queue) == ['{"job":"week27"}']
