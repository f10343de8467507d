import json
from typing import Any

import pytest

from snapjury.adapters.sqs import body_of
from snapjury.batch import Record, process_batch, process_together, time_for_more
from snapjury.messages import NotificationMessage
from snapjury.rules.asset import Event
from tests.builders import chips_asset


def event_of(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"message-{body}",
                "body": body,
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:queue",
                "attributes": {"ApproximateReceiveCount": "2"},
            }
            for body in bodies
        ]
    }


def handle(record: Record) -> None:
    if record.body == "poison":
        raise ValueError("cannot be read")


@pytest.mark.parametrize("workers", [1, 10])
def test_only_records_that_are_not_done_come_again(workers: int, capsys: pytest.CaptureFixture[str]) -> None:
    failures = process_batch(event_of("good", "poison", "fine"), handle, workers)

    assert failures == {"batchItemFailures": [{"itemIdentifier": "message-poison"}]}
    logged = json.loads(capsys.readouterr().out)
    assert logged["event"] == "record_failed"
    assert logged["error"] == "ValueError: cannot be read"
    assert logged["message"] == "message-poison"


def test_the_log_of_a_record_that_fails_has_nothing_of_the_asset_that_it_brought(
    capsys: pytest.CaptureFixture[str],
) -> None:
    message = body_of(NotificationMessage("chips", Event.START, chips_asset()))

    process_batch(event_of(message), number_of)

    assert json.loads(capsys.readouterr().out)["body"] == '{"asset":"chips","event":"onStart",'


def test_a_record_says_where_it_comes_from_and_how_often_it_was_received() -> None:
    seen: list[Record] = []

    process_batch(event_of("good"), seen.append)

    assert seen == [Record("message-good", "good", "arn:aws:sqs:us-east-1:000000000000:queue", receives=2)]


@pytest.mark.parametrize("workers", [1, 10])
def test_an_empty_batch_has_no_failures(workers: int) -> None:
    assert process_batch({"Records": []}, handle, workers) == {"batchItemFailures": []}


def number_of(record: Record) -> int:
    return int(record.body)


def test_records_that_can_be_read_are_dealt_with_at_once() -> None:
    handled: list[list[int]] = []

    failures = process_together(event_of("3", "poison", "5"), number_of, handled.append)

    assert handled == [[3, 5]]
    assert failures == {"batchItemFailures": [{"itemIdentifier": "message-poison"}]}


def test_where_no_record_can_be_read_there_is_nothing_to_deal_with() -> None:
    handled: list[list[int]] = []

    failures = process_together(event_of("poison"), number_of, handled.append)

    assert handled == []
    assert len(failures["batchItemFailures"]) == 1


def test_records_that_are_dealt_with_at_once_fail_together(capsys: pytest.CaptureFixture[str]) -> None:
    failures = process_together(event_of("3", "5"), number_of, lambda numbers: numbers[7])

    assert [each["itemIdentifier"] for each in failures["batchItemFailures"]] == ["message-3", "message-5"]
    assert json.loads(capsys.readouterr().out)["event"] == "batch_failed"


class Clockwork:
    """An invocation with so many milliseconds left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


def test_more_work_is_begun_in_the_first_sixty_percent_of_an_invocation() -> None:
    context = Clockwork(50_000)
    has_time = time_for_more(context)

    begun = []
    for left in (50_000, 30_000, 20_001, 20_000, 0):
        context.left = left
        begun.append(has_time())

    assert begun == [True, True, True, False, False]
