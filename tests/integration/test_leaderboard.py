"""From votes over the API to the leaderboard, over the real handlers: what QAs see, and what it costs."""

import json
from collections import Counter
from typing import Any

import pytest
from botocore.stub import Stubber
from msgspec.structs import replace

from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.sqs import SqsScoringQueue
from snapjury.rules.board import Window
from snapjury.rules.crowd import NOBODY_KNOWN
from snapjury.rules.snapshot import Decision, Reason, Verdict, Vote
from snapjury.wiring import clients
from snapjury.wiring import reviews as wiring
from snapjury.wiring import scorer as scorer_wiring
from snapjury.wiring.clients import now
from snapjury.wiring.jury import known_boards
from tests.boards import a_board
from tests.integration.deployment import Deployment
from tests.integration.floor import Floor, spent
from tests.jury import chips_snapshot

MISTAKES = {"maria": 40, "ahmed": 7, "kevin": 3}
"""Each is wrong about one snapshot in so many."""


@pytest.fixture
def floor(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Floor:
    """A pool of twenty, and hints that wait for nothing."""
    monkeypatch.setattr(SqsScoringQueue, "send", send_at_once)
    return Floor(deployment, 20)


@pytest.fixture
def judged(floor: Floor) -> Floor:
    """The same after sixty decisions."""
    moment = now() - 60_000
    for number in range(100, 160):
        votes = tuple(Vote(qa, said(qa, number), moment + 2500 * number, qa, moment, 0) for qa in MISTAKES)
        decision = Decision(said("", number), Reason.MAJORITY, 0.8, moment, "three-votes/1", 0)
        floor.snapshots.add(chips_snapshot(number, votes=votes, decision=decision))
    return floor


def said(qa: str, number: int) -> Verdict:
    """What somebody says of a snapshot; nobody is always right."""
    is_correct = number % 4 > 0
    is_wrong = qa in MISTAKES and number % MISTAKES[qa] == 1
    return Verdict.CORRECT if is_correct is not is_wrong else Verdict.INCORRECT_OR_UNSURE


def send_at_once(queue: SqsScoringQueue, due: int, delay: int) -> None:
    """A message that is due now: moto keeps delayed ones back by the clock."""
    queue._client.send_message(QueueUrl=queue._url, MessageBody=json.dumps({"due": now()}))


def score(floor: Floor) -> int:
    """Hand a hint to the scorer; how many messages it was done with."""
    floor.deployment.send("ScoringQueue", json.dumps({"due": now()}))
    return floor.deployment.receive("ScoringQueue", "scorer")


def leaderboard(floor: Floor, name: str, **query: str) -> dict[str, Any]:
    status, shown = floor.ask(name, "GET", "/leaderboard", query=query)
    assert status == 200, shown
    return shown


def test_before_any_scoring_the_leaderboard_is_empty(floor: Floor) -> None:
    shown = leaderboard(floor, "kevin")

    assert (shown["window"], shown["scored_at"], shown["top"], shown["own"]) == ("week", None, [], None)
    assert (shown["decided"], shown["votes"], shown["neighbours"]) == (0, 0, [])
    assert "balanced accuracy" in shown["about"]


def test_whose_votes_look_copied_is_for_admins_to_know(floor: Floor) -> None:
    board = a_board(Window.WEEK, until=now())
    suspect = replace(board.rows[-1], is_copy=True)
    DynamoBoards(wiring.core_table()).save(replace(board, rows=(*board.rows[:-1], suspect)))

    assert leaderboard(floor, "anna")["suspected"] == [suspect.qa]
    assert leaderboard(floor, "kevin")["suspected"] == []


def test_votes_lead_to_a_leaderboard(floor: Floor) -> None:
    for name in MISTAKES:
        floor.work_through(name, floor.session(name))

    done = floor.deployment.receive("ScoringQueue", "scorer")
    shown = leaderboard(floor, "kevin")

    assert done >= 1
    assert (shown["decided"], shown["votes"], len(shown["top"])) == (20, 60, 3)
    assert shown["own"]["votes"] == 20


def test_the_best_qa_comes_first_in_each_window(judged: Floor) -> None:
    score(judged)

    shown = {window: leaderboard(judged, "ahmed", window=window) for window in ("week", "month", "all")}

    for window, each in shown.items():
        assert (each["window"], each["decided"], each["votes"], each["complete"]) == (window, 60, 180, True)
        assert [row["qa"] for row in each["top"]] == ["maria", "ahmed", "kevin"]
        assert each["own"] == next(row for row in each["top"] if row["you"])
        assert each["own"]["qa"] == "ahmed"
        assert each["scored_at"] >= each["until"] > "2026"
    assert shown["all"]["since"] is None
    assert shown["week"]["since"] > shown["month"]["since"]


def test_a_row_says_all_that_there_is_to_know_of_a_qa(judged: Floor) -> None:
    score(judged)

    row = leaderboard(judged, "maria")["own"]

    assert (row["rank"], row["qa"], row["votes"], row["you"]) == (1, "maria", 60, True)
    assert row["agreement"] == pytest.approx(59 / 60, abs=1e-4)
    assert row["score"] == pytest.approx((row["accuracy_on_correct"] + row["accuracy_on_incorrect"]) / 2, abs=1e-3)
    low, high = row["interval"]
    assert 0.5 < low < row["score"] < high <= 1
    assert row["median_seconds"] == 2.5


def test_an_admin_sees_it_without_being_on_it(judged: Floor) -> None:
    score(judged)

    shown = leaderboard(judged, "anna")

    assert (shown["own"], shown["neighbours"]) == (None, [])
    assert len(shown["top"]) == 3
    assert not any(row["you"] for row in shown["top"])


def test_somebody_far_down_sees_the_ten_best_and_their_own_neighbours(floor: Floor) -> None:
    board = a_board(Window.WEEK, qas=40)
    rows = tuple(replace(row, qa="kevin") if row.rank == 25 else row for row in board.rows)
    DynamoBoards(wiring.core_table()).save(replace(board, rows=rows))

    shown = leaderboard(floor, "kevin")

    assert [row["rank"] for row in shown["top"]] == list(range(1, 11))
    assert shown["own"]["rank"] == 25
    assert [row["rank"] for row in shown["neighbours"]] == [23, 24, 26, 27]


@pytest.mark.parametrize("window", ["year", "WEEK", ""])
def test_an_unknown_window_is_refused_with_those_that_there_are(floor: Floor, window: str) -> None:
    status, problem = floor.ask("kevin", "GET", "/leaderboard", query={"window": window})

    assert (status, problem["detail"]) == (400, "must be one of: week, month, all")
    assert problem["errors"][0]["field"] == "window"


def test_who_is_not_signed_in_or_was_disabled_sees_nothing(floor: Floor) -> None:
    leaderboard(floor, "kevin")
    wiring.users().save(replace(wiring.users().get("kevin"), disabled=True, version=2))

    wiring.recent_users.cache_clear()  # a minute later

    assert floor.ask("kevin", "GET", "/leaderboard")[0] == 401
    assert floor.deployment.request("GET", "/leaderboard", function="reviews")[0] == 401


def test_only_the_vote_that_decides_sends_a_hint_and_closely_following_ones_none(floor: Floor) -> None:
    before = floor.deployment.calls.copy()
    for name in ("kevin", "maria"):
        floor.work_through(name, floor.session(name))
    undecided = spent(floor, before)

    floor.work_through("ahmed", floor.session("ahmed"))
    decided = spent(floor, before)

    assert "SendMessage" not in undecided
    assert decided["SendMessage"] == 1


def test_a_vote_stands_although_no_hint_can_be_sent_and_the_next_one_sends_it(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    floor = Floor(deployment, 2)
    queue = clients.client("sqs")
    for name in ("kevin", "maria"):
        floor.work_through(name, floor.session(name))
    last = floor.session("ahmed")
    first_one, second_one = (item["snapshot"] for item in last["items"])

    with Stubber(queue) as down:
        down.add_client_error("send_message", "ServiceUnavailable", http_status_code=503)
        unheard = floor.vote("ahmed", last["id"], first_one)
    heard = floor.vote("ahmed", last["id"], second_one)

    assert (unheard[0], unheard[1]["counted"], heard[0]) == (200, True, 200)
    assert floor.snapshots.get(first_one).decision is not None
    assert "scoring_hint_failed" in capsys.readouterr().out
    waiting = deployment.sqs.get_queue_attributes(
        QueueUrl=deployment.queues["ScoringQueue"], AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )["Attributes"]
    assert waiting["ApproximateNumberOfMessagesDelayed"] == "1"


def test_the_schedule_scores_without_any_hint(judged: Floor) -> None:
    answer = judged.deployment.functions["scorer"].handler({"source": "aws.events"}, judged.deployment.context)

    assert answer is None
    assert leaderboard(judged, "kevin", window="all")["decided"] == 60


def test_hints_that_come_together_are_one_scoring_and_unreadable_ones_fail_alone(
    judged: Floor, capsys: pytest.CaptureFixture[str]
) -> None:
    for body in (f'{{"due": {now()}}}', '{"due": "now"}', "?"):
        judged.deployment.send("ScoringQueue", body)
    capsys.readouterr()

    done = score(judged)

    logged = Counter(json.loads(line)["event"] for line in capsys.readouterr().out.splitlines())
    assert done == 2
    assert logged == {"record_failed": 2, "scored": 3}


def test_a_scoring_that_fails_comes_again_with_all_its_hints(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scorer_wiring, "scoring_ports", lambda: 1 / 0)

    done = score(floor)

    assert done == 0
    assert "batch_failed" in capsys.readouterr().out


def test_what_reading_a_leaderboard_and_knowing_the_crowd_cost(floor: Floor) -> None:
    """Requests to AWS: the promise of docs/access-patterns.md."""
    for window in (Window.WEEK, Window.ALL):
        DynamoBoards(wiring.core_table()).save(a_board(window))
    leaderboard(floor, "kevin", window="month")
    before = floor.deployment.calls.copy()

    for _ in range(5):
        leaderboard(floor, "kevin")
    shown = spent(floor, before)
    for _ in range(5):
        assert known_boards().crowd() != NOBODY_KNOWN
    known = spent(floor, before)

    assert shown == {"GetItem": 5, "BatchGetItem": 1}
    assert known == {"GetItem": 6, "BatchGetItem": 2}
