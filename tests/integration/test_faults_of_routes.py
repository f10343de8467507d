"""Whichever AWS call of whichever route fails: the answer is 503 and asks for a repetition, which succeeds."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from snapjury.wiring import clients
from tests.faults import FAULTS_BEFORE, AwsFaults
from tests.integration.errands import Town, forget_containers
from tests.integration.test_callers import FUNCTION_OF_ROUTE

ROUTES = sorted(FUNCTION_OF_ROUTE, key=lambda route: route == "POST /sessions")  # which closes older sessions

DONE_WITHOUT = {"board_unreadable", "scoring_hint_failed"}
"""What a request can do without, and says so in the log: what is known of the QAs, and a hint to the scorer."""

DONE_BY_ITSELF = {"ChangeMessageVisibilityBatch"}
"""What happens a moment later if it fails: messages that were looked at are shown again."""


def test_every_route_answers_503_whichever_of_its_calls_fails_and_succeeds_when_asked_again(
    town: Town, faults: AwsFaults, capsys: pytest.CaptureFixture[str]
) -> None:
    town.deployment.send("ScoringDeadLetters", "nonsense")
    kinds = itertools.cycle(FAULTS_BEFORE)
    for route in ROUTES:
        for fault in faults.steps(kinds):
            forget_containers()
            capsys.readouterr()
            status, body, headers = town.errand(route)
            struck = faults.rest()
            if struck is None:
                assert status < 300, (route, body)
                break
            where = f"{route}, {struck}: {fault}: {body}"
            if status == 503:
                assert headers["retry-after"] == "2", where
                assert "secret detail" not in str(body), where
            else:
                said = {json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()}
                assert status < 300, where
                assert said & DONE_WITHOUT or struck in DONE_BY_ITSELF, where


@contextmanager
def unprocessed(times: int) -> Iterator[list[str]]:
    """So often the table answers a batch with nothing but the keys that it did not get to; what was asked of it."""
    asked: list[str] = []

    def answer(model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, Any] | None:
        if model.name != "BatchGetItem":
            return None
        asked.append(model.name)
        if len(asked) > times:
            return None
        wanted = json.loads(params["body"])["RequestItems"]
        return SimpleNamespace(status_code=200), {"Responses": {}, "UnprocessedKeys": wanted}

    events = clients.client("dynamodb").meta.events
    events.register("before-call", answer)
    yield asked
    events.unregister("before-call", answer)


def test_a_batch_that_a_throttled_table_answers_in_part_is_gone_on_with_for_a_while(town: Town) -> None:
    whole = town.errand("GET /assets")[1]

    with unprocessed(2) as asked:
        gone_on_with = town.errand("GET /assets")
    with unprocessed(99):
        given_up = town.errand("GET /assets")

    assert (gone_on_with[0], gone_on_with[1], len(asked)) == (200, whole, 3)
    assert given_up[0] == 503
