"""Whatever call of a request its process dies after, or whose answer is lost: asked again, it is done once."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count, cycle, repeat

import pytest

from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.keys import asset_partition
from snapjury.wiring import catalog, clients, customers
from snapjury.wiring.clients import now
from tests.faults import AwsFaults, Fault, KilledError
from tests.integration.errands import PHOTO, Answer, Town, assets_body
from tests.jury import YES, chips_snapshot, drawn_by, id_of, voted_by
from tests.people import KEVINS_PASSWORD

FAULTS = (Fault.KILLED_AFTER, Fault.UNCONFIRMED, Fault.REPEATED)
"""To die before a call is to die after the one before."""

Ask = Callable[[int], Answer]


def trials(
    faults: AwsFaults, ask: Ask, passes: Iterable[Iterable[Fault]] | None = None
) -> Iterator[tuple[int, Fault, Answer | None, Answer]]:
    """For each fault at each call of a request: its number, the fault, what it was answered, and the repetition.

    `ask` makes the request of a number. There is no first answer where the process died. In each pass the calls are
    struck in turn, each with the next fault of the pass.
    """
    numbers = count(1)
    for kinds in passes or map(repeat, FAULTS):
        for fault in faults.steps(kinds):
            number = next(numbers)
            first = answer_of(ask, number)
            if faults.rest() is None:
                break
            assert first is None or first[0] < 300 or first[0] == 503, (fault, first)
            yield number, fault, first, ask(number)


def answer_of(ask: Ask, number: int) -> Answer | None:
    try:
        return ask(number)
    except KilledError:
        return None


def stored(town: Town, partition: str) -> int:
    """How many items whose partition begins so the table has."""
    found = clients.client("dynamodb").scan(TableName="core")["Items"]
    return sum(item["pk"]["S"].startswith(partition) for item in found)


def test_a_session_begun_again_under_its_key_is_the_same(town: Town, faults: AwsFaults) -> None:
    def ask(number: int) -> Answer:
        return town.ask("POST /sessions", **{"idempotency-key": f"morning {number}"})

    for _, _, first, again in trials(faults, ask, [cycle(FAULTS)]):
        assert again[0] == 201
        assert first is None or first[0] == 503 or first[1]["id"] == again[1]["id"]


KEYED = [
    ("POST /assets/image", assets_body(), "ValidationQueue", "asset", "ASSET#"),
    ("POST /imports", {"manifest": PHOTO}, "ImportQueue", "job", "IMPORT#"),
    ("POST /exports", {}, "ExportQueue", "job", "EXPORT#"),
]


@pytest.mark.parametrize(("route", "body", "queue", "field", "partition"), KEYED)
def test_what_is_asked_for_again_under_its_key_is_one_thing_and_queued(
    town: Town, faults: AwsFaults, route: str, body: object, queue: str, field: str, partition: str
) -> None:
    def ask(number: int) -> Answer:
        return town.ask(route, body, **{"idempotency-key": f"week {number}"})

    before = stored(town, partition)
    ids = []
    for _, fault, first, again in trials(faults, ask):
        assert again[0] == 202
        assert first is None or first[0] == (202 if fault is Fault.REPEATED else 503)
        assert first is None or first[1].get("id", again[1]["id"]) == again[1]["id"]
        ids.append(again[1]["id"])

    assert len(set(ids)) == len(ids) >= 2 * len(FAULTS)
    assert {each[field] for each in town.deployment.take_all(queue)} >= set(ids)
    assert stored(town, partition) - before == len(ids) + len(FAULTS), "one each, and one for each that was not struck"


def test_a_user_who_was_made_is_one_and_is_there(town: Town, faults: AwsFaults) -> None:
    def ask(number: int) -> Answer:
        return town.ask("POST /users", {"name": f"qa-{number}", "password": KEVINS_PASSWORD, "role": "qa"})

    for number, fault, first, again in trials(faults, ask, [cycle(FAULTS), repeat(Fault.REPEATED)]):
        assert again[0] in (201, 409)
        assert fault is not Fault.REPEATED or (first and first[0] == 201)
        assert catalog.user_ports().users.get(f"qa-{number}").version == 1


def test_a_key_that_is_shown_opens_and_one_that_was_not_shown_can_be_found(town: Town, faults: AwsFaults) -> None:
    def ask(number: int) -> Answer:
        return town.ask("POST /keys", {"owner": f"acme-{number}", "scopes": ["assets:read"]})

    for number, fault, first, again in trials(faults, ask):
        assert again[0] == 201
        for answer in (first, again):
            if answer and answer[0] == 201:
                shown = {"authorization": f"Bearer {answer[1]['key']}"}
                assert town.deployment.request("GET", "/assets", headers=shown)[0] == 200
        listed = customers.api_key_ports().keys.page(f"acme-{number}", 10, None).keys
        assert again[1]["id"] in {each.id for each in listed}
        assert fault is not Fault.REPEATED or (first and first[0] == 201)


def test_a_secret_that_is_shown_signs_and_older_ones_still_do(town: Town, faults: AwsFaults) -> None:
    def ask(number: int) -> Answer:
        return town.ask("POST /customers/{owner}/secrets", {}, {"owner": f"acme-{number}"})

    for number, _, first, again in trials(faults, ask):
        signing = [each.text for each in customers.signing_ports().secrets.get(f"acme-{number}").signing(now())]
        assert again[0] == 201
        assert signing[0] == again[1]["secret"]
        assert first is None or first[0] == 503 or first[1]["secret"] == signing[1]
        assert len(signing) <= 2


def test_a_deciding_vote_counts_once_and_is_answered_alike(town: Town, faults: AwsFaults) -> None:
    snapshots = DynamoSnapshots(catalog.core_table())

    def ask(number: int) -> Answer:
        path = {"session_id": town.session_id, "snapshot_id": id_of(1000 + number)}
        return town.ask("PUT /sessions/{session_id}/votes/{snapshot_id}", {"verdict": "correct"}, path)

    for number in range(1, 30):
        snapshot = chips_snapshot(1000 + number)
        for qa in ("maria", "ahmed"):
            snapshot = voted_by(drawn_by(snapshot, qa, now()), qa, YES, now())
        seated = drawn_by(snapshot, "kevin", now(), session=town.session_id)
        snapshots.save(chips_snapshot(1000 + number, votes=seated.votes, leases=seated.leases))
    for number, _, first, again in trials(faults, ask):
        judged = snapshots.get(id_of(1000 + number))
        assert [each.qa for each in judged.votes] == ["maria", "ahmed", "kevin"]
        assert judged.decision is not None
        assert (again[0], again[1]["counted"]) == (200, True)
        assert first is None or first[0] == 503 or first[1] == again[1]


@pytest.mark.parametrize("route", ["/assets/{type_or_id}", "/operations/deliveries/{asset_id}/{event}"])
def test_a_replay_asked_for_again_is_one_replay_under_the_old_id(town: Town, faults: AwsFaults, route: str) -> None:
    middle = "/deliveries/{event}" if route.startswith("/assets") else ""
    ids = [town.ask("POST /assets/image", assets_body())[1]["id"] for _ in range(12)]
    while town.deployment.receive("ValidationQueue", "validator", 1):
        pass

    def ask(number: int) -> Answer:
        path = {"asset_id": ids[number], "type_or_id": ids[number], "event": "onSuccess"}
        return town.ask(f"POST {route}{middle}/replay", None, path)

    replayed = set()
    for number, _, _, again in trials(faults, ask, [repeat(Fault.REPEATED), cycle(FAULTS)]):
        replayed.add(ids[number])
        delivery = catalog.core_table().query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": asset_partition(ids[number])}, ":sk": {"S": "DELIVERY"}},
        )
        assert again[0] == 202
        assert again[1]["webhook_id"] == f"msg_{ids[number]}_onSuccess"
        assert [item["replays"]["N"] for item in delivery] == ["1"]

    assert {each["asset"] for each in town.deployment.take_all("NotificationQueue")} >= replayed


BREAKS = {
    "validation": (Fault.KILLED_AFTER, "SendMessage"),
    "notification": (Fault.KILLED_AFTER, "DeleteMessage"),
    "import": (Fault.UNCONFIRMED, "SendMessage"),
    "export": (Fault.UNCONFIRMED, "DeleteMessage"),
    "scoring": (Fault.REPEATED, "SendMessage"),
}


def test_a_redrive_that_breaks_off_loses_nothing_and_is_gone_on_with(town: Town, faults: AwsFaults) -> None:
    for name, (fault, operation) in BREAKS.items():
        queue = f"{name.capitalize()}Queue"
        dead_letters = f"{name.capitalize()}DeadLetters"
        town.deployment.take_all(queue)
        for number in range(3):
            town.deployment.send(dead_letters, json.dumps({"number": number}))
        ask = partial(town.ask, "POST /dead-letters/{queue}/redrive", None, {"queue": name})
        faults.strike(fault, 3 if operation == "SendMessage" else 4)  # after reading who asks, and receiving

        first = answer_of(lambda _, ask=ask: ask(), 0)

        assert faults.rest() == operation
        moved = [each["number"] for each in town.deployment.take_all(queue)]
        held = town.deployment.length(dead_letters)
        assert len(set(moved)) + held >= 3, "each is here or there"
        if first is not None:
            ask()
            moved += [each["number"] for each in town.deployment.take_all(queue)]
            assert (set(moved), town.deployment.length(dead_letters)) == ({0, 1, 2}, 0)
