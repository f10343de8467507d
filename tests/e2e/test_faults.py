"""What goes wrong in the system itself, on a deployed one: nothing is lost, and owners hear of it."""

import socket
from collections.abc import Iterator

import pytest

from tests.command_line import lines_of, run
from tests.e2e.floor import Floor
from tests.e2e.stack import Mailbox, Stack, wait_until
from tests.images import jpeg
from tests.template import resources


@pytest.fixture
def silent_bucket(stack: Stack) -> Iterator[None]:
    """The validator talks to an S3 that takes connections and never answers, so each of its runs times out."""
    name = next(
        each["FunctionName"]
        for each in stack.functions.list_functions()["Functions"]
        if "ValidatorFunction" in each["FunctionName"]
    )
    variables = stack.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with socket.create_server((stack.host, 0)) as silence:
        address = f"http://{stack.host}:{silence.getsockname()[1]}"
        changed = variables | {"AWS_ENDPOINT_URL_S3": address}
        stack.functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
        yield
    stack.functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.mark.usefixtures("silent_bucket")
def test_a_validation_that_times_out_on_every_receive_fails_and_tells(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "unlucky.jpg").write_bytes(jpeg(10, 10))

    asset_id = stack.submit("unlucky.jpg", mailbox.urls())

    asset = stack.ended(asset_id, seconds=60)
    assert (asset["state"], asset["errors"]) == ("failed", {"asset": ["could not be validated"]})
    wait_until(lambda: len(mailbox.accepted()[asset_id]) == 2, 30, "both webhooks")
    assert mailbox.accepted()[asset_id] == [
        {"id": asset_id, "state": "started"},
        {"id": asset_id, "state": "failed", "errors": {"asset": ["could not be validated"]}},
    ]
    wait_until(lambda: stack.messages("ValidationDeadLetters") == 0, 30, "the dead letter to be dealt with")


def test_messages_that_come_again_and_again_change_nothing(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "repeated.jpg").write_bytes(jpeg(10, 10))
    asset_id = stack.submit("repeated.jpg", mailbox.urls())
    for _ in range(5):
        stack.send("ValidationQueue", asset=asset_id)
        stack.send("NotificationQueue", asset=asset_id, event="onSuccess")
        stack.send("NotificationQueue", asset=asset_id, event="onStart")

    before = stack.ended(asset_id)
    wait_until(lambda: stack.messages("ValidationQueue") + stack.messages("NotificationQueue") == 0, 60, "quiet")

    assert stack.asset(asset_id) == before
    assert [body["state"] for body in mailbox.accepted()[asset_id]] == ["started", "success"]


@pytest.mark.usefixtures("queues")
def test_a_message_that_is_not_ours_becomes_a_dead_letter(stack: Stack) -> None:
    before = stack.messages("ValidationDeadLetters")

    stack.send("ValidationQueue", nonsense="yes")

    wait_until(lambda: stack.messages("ValidationDeadLetters") == before + 1, 60, "the dead letter")


def test_a_dead_letter_is_shown_and_sent_again(stack: Stack, mailbox: Mailbox) -> None:
    anna = Floor(stack).anna
    asset_id = stack.submit("missing.jpg", mailbox.urls())
    stack.ended(asset_id)
    wait_until(lambda: len(mailbox.accepted()[asset_id]) == 2, 30, "both webhooks")
    stack.send("NotificationDeadLetters", asset=asset_id, event="onFailure")

    piles = {each["queue"]: each for each in anna.ask("GET", "/dead-letters").json()["dead_letters"]}
    moved = anna.ask("POST", "/dead-letters/notification/redrive").json()

    assert [each["about"] for each in piles["notification"]["messages"]] == [{"asset": asset_id, "event": "onFailure"}]
    assert moved == {"queue": "notification", "moved": 1, "more": False, "held": 0}
    wait_until(lambda: stack.messages("NotificationQueue") == 0, 30, "the message to be dealt with")
    assert stack.messages("NotificationDeadLetters") == 0
    failed = anna.ask("GET", "/operations/failed-assets?limit=100").json()["assets"]
    assert asset_id in {each["id"] for each in failed}


@pytest.fixture
def queues(stack: Stack) -> Iterator[dict[str, str]]:
    """The beginnings of the queues' logical names, by what admins call them; afterwards all queues are empty."""
    names = [each.removesuffix("Queue") for each in resources("AWS::SQS::Queue") if each.endswith("Queue")]
    yield {each.lower(): each for each in names}
    for name in names:
        for queue in (f"{name}Queue", f"{name}DeadLetters"):
            stack.sqs.purge_queue(QueueUrl=stack.outputs[queue])


def test_poison_in_every_queue_is_in_nobodys_way(stack: Stack, mailbox: Mailbox, queues: dict[str, str]) -> None:
    for name in queues.values():
        stack.send(f"{name}Queue", nonsense="yes")
    (stack.root / "behind-poison.jpg").write_bytes(jpeg(10, 10))

    asset_id = stack.submit("behind-poison.jpg", mailbox.urls())

    assert stack.ended(asset_id)["state"] == "success"
    wait_until(lambda: len(mailbox.accepted()[asset_id]) == 2, 30, "both webhooks")
    for name in queues.values():
        assert stack.messages(f"{name}Queue") + stack.messages(f"{name}DeadLetters") > 0, name


def test_every_queue_has_its_dead_letters_redriven_or_says_who_holds_them(stack: Stack, queues: dict[str, str]) -> None:
    token = Floor(stack).anna.headers["authorization"].removeprefix("Bearer ")

    def told(queue: str) -> dict[str, int]:
        [line] = lines_of(run("redrive", queue, "--url", stack.url, env={"SNAPJURY_TOKEN": token}))
        return {name: line[name] for name in ("moved", "held")}

    for queue, name in queues.items():
        stack.send(f"{name}DeadLetters", nonsense="yes")
        wait_until(lambda queue=queue: sum(told(queue).values()) > 0, 10, f"a redrive of {queue}")
        assert stack.messages(f"{name}Queue") + stack.messages(f"{name}DeadLetters") > 0, name
