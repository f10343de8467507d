"""Functions that queues call: whichever AWS call fails, or their process dies at, what comes again is finished once."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import count, cycle
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from infra.receiver import Callback, Receiver, Reply
from snapjury.adapters.dynamo import DynamoAssets
from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.rules.asset import Asset, Event, File, Location, Source, finish_validation, queue_asset, start_validation
from snapjury.rules.board import Window
from snapjury.rules.delivery import DeliveryState
from snapjury.rules.product import Product
from snapjury.services.exports import ExportRequest, request_export
from snapjury.services.imports import ImportRequest, request_import
from snapjury.wiring import catalog, clients
from snapjury.wiring.clients import new_id, now
from tests.builders import NOON
from tests.faults import AwsFaults, Fault, KilledError
from tests.images import jpeg
from tests.integration.deployment import Deployment, Invocation
from tests.integration.errands import SERVICES
from tests.jury import CHIPS, YES, judged
from tests.template import properties, resources

NOBODY_HOME = "http://127.0.0.1:9/hook"
VISIBILITY = 90_000
BRIEFLY = (tuple(Fault),)
"""Another fault at each call: enough where unit tests let the process die at each effect, and trials take long."""

PASSES = ((Fault.KILLED_AFTER,), *BRIEFLY)
"""Die after each call, which is before the next one; then the other faults."""
CONSUMERS = {
    source["Properties"]["Queue"]["Fn::GetAtt"].removesuffix(".Arn"): properties(function)["CodeUri"].rpartition("/")[2]
    for function in resources("AWS::Serverless::Function")
    for source in properties(function)["Events"].values()
    if source["Type"] == "SQS"
}
"""Each queue that a function is called for, with the function."""

BRINGING = pytest.mark.parametrize("brings", [True, False], ids=["brings the asset", "names the asset"])
"""Whether a message brings along what was seen of the asset, which it then does whatever has become of that since."""

T = TypeVar("T")


class Clock:
    """The time of all functions, which jumps to whatever is waited for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0
        start = clients.time.time_ns()
        monkeypatch.setattr(clients, "time", SimpleNamespace(time_ns=lambda: start + self.ahead * 1_000_000))


class Consumers:
    """What calls functions for messages, which have time for so many steps `more`; `faults` strike their calls."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.more: int | None = None
        self.faults = AwsFaults(clients.client(service) for service in SERVICES)
        catalog.product_ports().products.add(Product(CHIPS, "Tortilla chips", NOON, 1))

    def hand_over(self, queue: str, **message: object) -> bool:
        """Call the queue's function for this message, if need be until it dies; whether it is done with it."""
        return self.failures(queue, json.dumps(message)) == []

    def failures(self, queue: str, *bodies: str, receives: int = 1) -> list[int] | None:
        """Which of these messages come again; None if the process dies."""
        records = [
            {
                "messageId": str(number),
                "body": body,
                "receiptHandle": "receipt",
                "eventSourceARN": self.deployment.queue_arn(queue),
                "attributes": {"ApproximateReceiveCount": str(receives)},
            }
            for number, body in enumerate(bodies)
        ]
        handler = self.deployment.functions[CONSUMERS[queue]].handler
        try:
            answer = handler({"Records": records}, Invocation(self.more))
        except KilledError:
            return None
        return [int(each["itemIdentifier"]) for each in answer["batchItemFailures"]]

    def trials(
        self, begin: Callable[[], T], work: Callable[[T], bool], passes: Iterable[Iterable[Fault]] = PASSES
    ) -> Iterator[T]:
        """Work on a new thing each time, with the next fault, and then on it again until it is done with."""
        for kinds in passes:
            for fault in self.faults.steps(cycle(kinds)):
                with self.faults.ignoring():
                    thing = begin()
                work(thing)
                struck = self.faults.rest()
                if struck is None:
                    break
                assert any(work(thing) for _ in range(5)), (fault, struck)
                yield thing

    def is_final(self, jobs: Any, job: str) -> bool:
        with self.faults.ignoring():
            return bool(jobs.get(job).state.is_final)


@pytest.fixture(scope="module")
def consumers(shared_deployment: Deployment) -> Consumers:
    return Consumers(shared_deployment)


@BRINGING
def test_a_validation_is_finished_once(consumers: Consumers, brings: bool) -> None:
    assets, numbers = DynamoAssets(catalog.core_table()), count(10 if brings else 500)

    def begin() -> Asset:
        number = next(numbers)
        consumers.deployment.s3.put_object(Bucket="source", Key=f"{number}.jpg", Body=jpeg(number, 10))
        source = Source(Location.S3, f"s3://source/{number}.jpg")
        asset = queue_asset(new_id(), "local", source, dict.fromkeys(Event, NOBODY_HOME), now(), CHIPS)
        assets.add(asset)
        return asset

    def work(asset: Asset) -> bool:
        seen = to_builtins(asset) if brings else None
        return consumers.hand_over("ValidationQueue", asset=asset.id, seen=seen)

    ended = [asset.id for asset in consumers.trials(begin, work)]

    snapshots = DynamoSnapshots(catalog.core_table()).get_many(ended)
    told = consumers.deployment.take_all("NotificationQueue")
    assert len(ended) > 10
    assert {each.state for each in assets.get_many(ended).values()} == {"success"}
    assert {each.status for each in snapshots.values()} == {"pending"}
    assert {each.duplicate_of for each in snapshots.values()} == {None}
    for each in ended:
        assert {one["event"] for one in told if one["asset"] == each} == {"onStart", "onSuccess"}


def test_an_import_is_finished_once(consumers: Consumers) -> None:
    numbers, ports = count(1000), catalog.import_ports()

    def begin() -> str:
        number = next(numbers)
        lines = [json.dumps({"source-ref": f"s3://source/{number}-{each}", "product": CHIPS}) for each in "ab"]
        body = "\n".join([*lines, "nonsense"]).encode()
        consumers.deployment.s3.put_object(Bucket="source", Key=f"{number}.jsonl", Body=body)
        manifest = Source(Location.S3, f"s3://source/{number}.jsonl")
        return request_import(ImportRequest("ada", "local", manifest), ports, now()).id

    def work(job: str) -> bool:
        return consumers.hand_over("ImportQueue", job=job) and consumers.is_final(ports.jobs, job)

    before = len(consumers.deployment.take_all("ValidationQueue"))
    ended = [ports.jobs.get(each) for each in consumers.trials(begin, work)]

    sent = {each["asset"] for each in consumers.deployment.take_all("ValidationQueue")}
    assert (before, len(ended) > 10) == (0, True)
    assert {(each.state, each.accepted, each.known, each.rejected) for each in ended} == {("done", 2, 0, 1)}
    assert len(sent) >= 2 * len(ended)
    assert all(len(ports.jobs.bad_rows(each.id, 10, 0).bad_rows) == 1 for each in ended)


def test_an_export_is_finished_once(consumers: Consumers) -> None:
    ports = catalog.export_ports()
    snapshots = DynamoSnapshots(catalog.core_table())
    for number in (1, 2):
        snapshots.add(replace(judged(YES, YES, YES, number=number), version=1))

    def work(job: str) -> bool:
        return consumers.hand_over("ExportQueue", job=job) and consumers.is_final(ports.jobs, job)

    def begin() -> str:
        return request_export(ExportRequest("ada", since=NOON), ports, now()).id

    ended = list(consumers.trials(begin, work, BRIEFLY))

    s3 = consumers.deployment.s3
    files = {s3.get_object(Bucket="exports", Key=f"exports/{each}/decisions.csv")["Body"].read() for each in ended}
    assert len(ended) >= len(Fault)
    assert {(ports.jobs.get(each).state, ports.jobs.get(each).snapshots) for each in ended} == {("done", 2)}
    assert len(files) == 1


def test_leaderboards_are_scored_in_the_end(consumers: Consumers, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, boards = Clock(monkeypatch), DynamoBoards(catalog.core_table())
    monkeypatch.setattr(consumers, "more", 0)  # read little: it is the writes that are struck

    def begin() -> int:
        clock.ahead += 3_600_000
        return now()

    def work(due: int) -> bool:
        clock.ahead += 1
        consumers.hand_over("ScoringQueue", due=due)
        with consumers.faults.ignoring():
            return all((board := boards.get(window)) and board.until >= due for window in Window)

    trials = list(consumers.trials(begin, work, BRIEFLY))

    assert len(trials) >= len(Fault)


@BRINGING
def test_a_webhook_is_delivered_under_one_id(
    consumers: Consumers, monkeypatch: pytest.MonkeyPatch, brings: bool
) -> None:
    clock, assets = Clock(monkeypatch), DynamoAssets(catalog.core_table())
    callbacks: list[Callback] = []

    def take(callback: Callback) -> Reply:
        callbacks.append(callback)
        return Reply(204)

    def begin() -> Asset:
        url = {Event.SUCCESS: receiver.url}
        queued = queue_asset(new_id(), "acme", Source(Location.LOCAL, "foo.jpg"), url, now())
        started = start_validation(queued, {}, now())
        assets.add(queued)
        assets.save(started)
        ended = finish_validation(started, (), {}, File("ab" * 32, 5, 10, 10), now())
        assets.save(ended)
        return ended

    def work(asset: Asset) -> bool:
        clock.ahead += VISIBILITY
        seen = to_builtins(asset) if brings else None
        return consumers.hand_over("NotificationQueue", asset=asset.id, event="onSuccess", seen=seen)

    with Receiver(secret=lambda: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI", report=lambda _: None, answer=take) as receiver:
        everywhere = ((Fault.KILLED_BEFORE,), *PASSES)  # there is more than AWS's calls
        trials = list(consumers.trials(begin, work, everywhere))

    ids = [each.webhook_id for each in callbacks]
    assert len(trials) > len(Fault)
    for asset in (each.id for each in trials):
        assert assets.history(asset).deliveries[Event.SUCCESS].state is DeliveryState.DELIVERED
        assert 1 <= ids.count(f"msg_{asset}_onSuccess") <= 2
    assert set(ids) >= {f"msg_{asset.id}_onSuccess" for asset in trials}


POISON = {
    "not JSON": "nonsense",
    "nothing": "",
    "the wrong shape": "[]",
    "the wrong types": '{"asset": 5, "event": [], "job": null, "due": "now"}',
    "fields of a version that is not known here": '{"asset": "a", "event": "onStart", "job": "b", "due": 1, "v": 9}',
    "nested too deeply": '{"asset":' + "[" * 100_000,
    "256 kB": json.dumps({"padding": "x" * 261_000}),
}
GOOD = {
    "ValidationQueue": '{"asset": "unknown"}',
    "NotificationQueue": '{"asset": "unknown", "event": "onStart"}',
    "ScoringQueue": '{"due": 1}',
}
"""A message that leads to nothing; for all others that of an import or export."""


@pytest.mark.parametrize("queue", CONSUMERS)
def test_poison_is_left_for_the_dead_letters_and_nothing_else_with_it(
    consumers: Consumers, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = GOOD.get(queue.replace("DeadLetters", "Queue"), '{"job": "unknown"}')

    failures = consumers.failures(queue, *POISON.values(), good)

    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert failures == list(range(len(POISON)))
    assert sorted(each["message"] for each in logged if each["event"] == "record_failed") == list(map(str, failures))
    assert all(len(each.get("body", "")) <= 500 for each in logged)
