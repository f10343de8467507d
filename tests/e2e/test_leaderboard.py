"""The leaderboard for real: QAs of different skill vote over HTTP, and the scorer, told by their votes, ranks them."""

import json
import time
import zlib
from functools import partial
from typing import Any

import pytest

from infra.aws import client, resource_names
from snapjury.cli.simulation import Plan, Qa, simulate
from snapjury.cli.tally import Tally
from snapjury.rules.board import Window
from tests.e2e.floor import Floor, signed_in
from tests.e2e.stack import Stack, wait_until

SKILLS = {"petra": 0.98, "quinn": 0.95, "rosa": 0.55}
"""Far enough apart that chance cannot turn them round: two who are good, and one who hardly looks."""

SNAPSHOTS = 60
PATIENCE = 300
"""Seconds. A window that took ten to score, on a cold start and a busy machine, is left alone for two hundred."""


@pytest.fixture(scope="module")
def floor(stack: Stack) -> Floor:
    return Floor(stack)


def shown_to(floor: Floor, name: str, window: str = "week") -> dict[str, Any]:
    answer = floor.person(name).ask("GET", f"/leaderboard?window={window}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def half_of_them(snapshot: str) -> bool:
    """Made up: what is true of this one."""
    return zlib.crc32(snapshot.encode()) % 2 == 0


def has_all_votes_of(floor: Floor, name: str, window: Window) -> bool:
    own = shown_to(floor, name, window)["own"]
    return own is not None and own["votes"] == SNAPSHOTS


def test_good_qas_stand_above_a_poor_one_soon_after_the_last_vote(floor: Floor) -> None:
    floor.forget_decisions()
    floor.forget_scores()
    floor.fill_pool(SNAPSHOTS)
    qas = [Qa(name, skill, signed_in(floor, name)) for name, skill in SKILLS.items()]

    simulate(qas, Plan(patience=3), half_of_them, Tally())
    voted = time.monotonic()
    for window in Window:
        wait_until(partial(has_all_votes_of, floor, "rosa", window), PATIENCE, f"the leaderboard of: {window}")
    print(f"on all leaderboards {time.monotonic() - voted:.1f} s after the last vote")

    petra, quinn, rosa = (shown_to(floor, name)["own"] for name in SKILLS)
    assert min(petra["score"], quinn["score"]) > rosa["score"]
    assert [each["votes"] for each in (petra, quinn, rosa)] == [SNAPSHOTS] * 3
    assert petra["you"]
    assert petra["median_seconds"] < 60
    assert shown_to(floor, floor.anna.name)["own"] is None


def test_an_unknown_window_is_refused(floor: Floor) -> None:
    answer = floor.person("petra").ask("GET", "/leaderboard?window=year")

    assert (answer.status_code, answer.json()["detail"]) == (400, "must be one of: week, month, all")


def test_nobody_sees_it_without_signing_in(stack: Stack) -> None:
    assert stack.request("GET", "/leaderboard").status_code == 401


def test_each_hour_the_scorer_is_called_without_a_hint(stack: Stack) -> None:
    events = client("events", stack.endpoint)
    scorer = resource_names(stack.endpoint)["ScorerFunction"]

    called = {
        target["Arn"].rpartition(":")[2]: rule["ScheduleExpression"]
        for rule in events.list_rules()["Rules"]
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    }
    answer = stack.functions.invoke(FunctionName=scorer, Payload=json.dumps({"source": "aws.events"}))

    assert called == {scorer: "rate(1 hour)"}
    assert "FunctionError" not in answer
    assert answer["StatusCode"] == 200
