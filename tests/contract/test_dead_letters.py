"""One suite for dead letters: the in-memory twin and SQS behave alike. What goes wrong on the way is for SQS alone."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from snapjury.adapters.dead_letters import SqsDeadLetters
from snapjury.adapters.memory_operations import MemoryDeadLetters
from snapjury.errors import TemporaryFaultError
from snapjury.services.operation_ports import DeadLetter, DeadLetters
from tests.aws import mocked_aws
from tests.builders import NOON

Put = Callable[[str], object]
Sent = Callable[[], list[str]]
Stores = tuple[DeadLetters, Put, Sent]


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mocked_aws():
        client = boto3.client("sqs", "us-east-1")
        for name in ("validation", "validation-dead"):
            client.create_queue(QueueName=name)
        yield client


@pytest.fixture(params=["memory", "sqs"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The dead letters, what puts one there, and what was sent to their queue again."""
    if request.param == "memory":
        memory = MemoryDeadLetters("validation")
        return memory, lambda body: memory.add("validation", body, NOON), lambda: memory.sent["validation"]
    sqs = request.getfixturevalue("sqs")
    return (
        SqsDeadLetters(sqs, {"validation": ("validation", "validation-dead")}),
        lambda body: sqs.send_message(QueueUrl="validation-dead", MessageBody=body),
        lambda: bodies_in(sqs, "validation"),
    )


def bodies_in(sqs: Any, queue: str) -> list[str]:
    found = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [each["Body"] for each in messages]
    return found


def test_a_look_tells_what_is_there_and_hides_nothing_from_the_next_one(stores: Stores) -> None:
    letters, put, _ = stores
    put('{"asset":"chips"}')
    put("nonsense")

    first, second = letters.peek("validation", 10), letters.peek("validation", 10)

    assert sorted(each.body for each in first) == ["nonsense", '{"asset":"chips"}']
    assert {each.id for each in first} == {each.id for each in second}
    assert all(each.sent_at > 1_600_000_000_000 for each in first)


def test_a_look_tells_of_no_more_than_was_asked_for(stores: Stores) -> None:
    letters, put, _ = stores
    for number in range(13):
        put(f"message {number}")

    assert len(letters.peek("validation", 10)) == 10
    assert len(letters.peek("validation", 12)) == 12


def test_all_are_sent_again_and_leave_the_dead_letters(stores: Stores) -> None:
    letters, put, sent = stores
    for number in range(23):
        put(f"message {number}")

    assert letters.redrive("validation", 100) == 23

    assert sorted(sent()) == sorted(f"message {number}" for number in range(23))
    assert letters.peek("validation", 10) == ()
    assert letters.redrive("validation", 100) == 0


def test_no_more_are_moved_than_was_asked_for(stores: Stores) -> None:
    letters, put, sent = stores
    for number in range(13):
        put(f"message {number}")

    assert letters.redrive("validation", 12) == 12
    assert len(sent()) == 12
    assert len(letters.peek("validation", 10)) == 1


def test_what_somebody_else_has_received_is_held_and_not_moved(sqs: Any) -> None:
    letters = SqsDeadLetters(sqs, {"validation": ("validation", "validation-dead")})
    for body in ("poison", "good"):
        sqs.send_message(QueueUrl="validation-dead", MessageBody=body)
    sqs.receive_message(QueueUrl="validation-dead", MaxNumberOfMessages=1)

    assert (letters.redrive("validation", 10), letters.held("validation")) == (1, 1)


def test_a_message_keeps_its_attributes(sqs: Any) -> None:
    attributes = {"trace": {"DataType": "String", "StringValue": "42"}}
    sqs.send_message(QueueUrl="validation-dead", MessageBody="foreign", MessageAttributes=attributes)

    SqsDeadLetters(sqs, {"validation": ("validation", "validation-dead")}).redrive("validation", 10)

    [moved] = sqs.receive_message(QueueUrl="validation", MessageAttributeNames=["All"])["Messages"]
    assert moved["MessageAttributes"]["trace"]["StringValue"] == "42"


def test_a_message_keeps_its_tenant(sqs: Any) -> None:
    sqs.send_message(QueueUrl="validation-dead", MessageBody="chips", MessageGroupId="trax")

    SqsDeadLetters(sqs, {"validation": ("validation", "validation-dead")}).redrive("validation", 10)

    [moved] = sqs.receive_message(QueueUrl="validation", AttributeNames=["MessageGroupId"])["Messages"]
    assert moved["Attributes"] == {"MessageGroupId": "trax"}


class Refusing:
    """SQS, of which one operation fails from its second call on."""

    def __init__(self, client: Any, operation: str) -> None:
        self._client = client
        self._operation = operation
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        if name == self._operation:
            self._calls += 1
            if self._calls > 1:
                return self._fail
        return getattr(self._client, name)

    def _fail(self, **_: Any) -> None:
        raise self._client.exceptions.ClientError({"Error": {"Code": "InternalError"}}, self._operation)


@pytest.mark.parametrize("operation", ["send_message", "delete_message"])
def test_where_a_queue_fails_midway_nothing_is_lost(sqs: Any, operation: str) -> None:
    bodies = {json.dumps({"asset": f"chips{number}"}) for number in range(4)}
    for body in bodies:
        sqs.send_message(QueueUrl="validation-dead", MessageBody=body)
    letters = SqsDeadLetters(Refusing(sqs, operation), {"validation": ("validation", "validation-dead")})

    with pytest.raises(TemporaryFaultError):
        letters.redrive("validation", 10)

    left, sent = bodies_in(sqs, "validation-dead"), bodies_in(sqs, "validation")
    assert len(left) == 3
    assert {*left, *sent} == bodies
    assert len(sent) == (1 if operation == "send_message" else 2)


def test_a_look_whose_hiding_cannot_be_ended_tells_what_it_saw(sqs: Any) -> None:
    sqs.send_message(QueueUrl="validation-dead", MessageBody="nonsense")
    client = Refusing(sqs, "change_message_visibility_batch")
    client._calls = 1

    [seen] = SqsDeadLetters(client, {"validation": ("validation", "validation-dead")}).peek("validation", 10)

    assert isinstance(seen, DeadLetter)
    assert (seen.body, seen.receives) == ("nonsense", 1)
