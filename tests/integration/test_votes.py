"""Several votes in one request, over the real handlers: each as if it had been sent alone, for fewer requests."""

from typing import Any

import pytest

from snapjury.rules.session import PAGE
from tests.integration.deployment import Deployment
from tests.integration.floor import Floor, spent
from tests.jury import id_of

VOTES = "/sessions/{session_id}/votes"


def cast(floor: Floor, name: str, session: str, votes: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return floor.ask(name, "PATCH", VOTES, {"votes": votes}, session_id=session)


def drawn_for(floor: Floor, name: str) -> tuple[str, list[str]]:
    """The id of a new session, and the snapshots of its first page."""
    session = floor.session(name)
    return session["id"], [each["snapshot"] for each in session["items"]]


@pytest.fixture
def floor(deployment: Deployment) -> Floor:
    return Floor(deployment, 20)


def test_ten_votes_at_once_are_one_read_and_ten_writes_and_answered_as_single_ones_are(floor: Floor) -> None:
    session, drawn = drawn_for(floor, "kevin")
    before = floor.deployment.calls.copy()

    status, answer = cast(floor, "kevin", session, dict.fromkeys(drawn, "correct"))

    assert spent(floor, before) == {"BatchGetItem": 1, "PutItem": 10}
    assert (status, answer["problems"]) == (200, {})
    assert [answer["receipts"][each]["remaining"] for each in drawn] == list(range(19, 9, -1))
    assert answer["receipts"][drawn[0]] == floor.vote("kevin", session, drawn[0])[1]
    assert cast(floor, "kevin", session, dict.fromkeys(drawn, "correct")) == (status, answer)


def test_a_vote_is_changed_and_another_taken_back_in_the_same_request(floor: Floor) -> None:
    session, drawn = drawn_for(floor, "kevin")
    cast(floor, "kevin", session, dict.fromkeys(drawn[:2], "correct"))

    _, answer = cast(floor, "kevin", session, {drawn[0]: "incorrect_or_unsure", drawn[1]: None})

    assert answer["receipts"][drawn[1]]["reason"] == "withdrawn"
    assert [each.verdict for each in floor.snapshots.get(drawn[0]).votes] == ["incorrect_or_unsure"]
    assert floor.snapshots.get(drawn[1]).votes == ()


def test_what_cannot_be_voted_on_is_refused_by_itself_and_the_others_count(floor: Floor) -> None:
    session, drawn = drawn_for(floor, "kevin")
    foreign = min({id_of(number) for number in range(20)} - set(drawn))

    _, answer = cast(floor, "kevin", session, {"no id": "correct", foreign: "correct", drawn[0]: "correct"})

    assert list(answer["receipts"]) == [drawn[0]]
    assert list(answer["problems"]) == ["no id", foreign]
    for problem in answer["problems"].values():
        assert (problem["status"], problem["detail"]) == (404, "the snapshot was not drawn in this session")
    assert len(floor.snapshots.get(drawn[0]).votes) == 1


def test_who_comes_after_the_decision_is_told_so_for_that_snapshot_alone(floor: Floor) -> None:
    session, drawn = drawn_for(floor, "kevin")
    for name in ("maria", "ahmed"):
        floor.work_through(name, floor.session(name))
    cast(floor, "kevin", session, {drawn[0]: "correct"})

    _, answer = cast(floor, "kevin", session, {drawn[0]: None, drawn[1]: "correct"})

    assert answer["problems"][drawn[0]]["status"] == 409
    assert answer["receipts"][drawn[1]]["counted"] is True
    assert floor.snapshots.get(drawn[1]).decision is not None


def test_ten_decisions_in_a_request_ask_for_one_scoring(floor: Floor) -> None:
    session, drawn = drawn_for(floor, "kevin")
    for name in ("maria", "ahmed"):
        floor.work_through(name, floor.session(name))
    before = floor.deployment.calls.copy()

    cast(floor, "kevin", session, dict.fromkeys(drawn, "correct"))

    assert all(floor.snapshots.get(each).decision for each in drawn)
    assert spent(floor, before).get("SendMessage", 0) <= 1


def test_votes_in_what_cannot_be_a_session_are_refused_as_a_whole(floor: Floor) -> None:
    status, answer = cast(floor, "kevin", "no session", {id_of(1): "correct"})

    assert (status, answer["detail"]) == (404, "the snapshot was not drawn in this session")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "votes"),
        ({"votes": {}}, "votes"),
        ({"votes": {id_of(number): "correct" for number in range(PAGE + 1)}}, "votes"),
        ({"votes": {id_of(1): "yes"}}, "votes[...]"),
        ({"votes": {id_of(1): "correct"}, "note": ""}, "note"),
    ],
)
def test_a_request_that_is_not_understood_is_refused_as_a_whole(floor: Floor, body: Any, field: str) -> None:
    session, _ = drawn_for(floor, "kevin")

    status, answer = floor.ask("kevin", "PATCH", VOTES, body, session_id=session)

    assert (status, answer["errors"][0]["field"]) == (422, field)
