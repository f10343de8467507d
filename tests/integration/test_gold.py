"""Gold over the real handlers: what admins do with it, what QAs are shown of it, and what it costs."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.rules.board import Window
from snapjury.rules.export_job import ExportFile, export_key
from snapjury.rules.snapshot import PENDING
from snapjury.services.gold import gold_answers
from snapjury.wiring import catalog, jury, scorer
from snapjury.wiring import reviews as wiring
from snapjury.wiring.clients import now
from tests.boards import a_board
from tests.images import jpeg
from tests.integration.deployment import Deployment
from tests.integration.floor import VOTE, Floor, spent
from tests.jury import CHIPS, NO, YES, chips_snapshot, id_of, judged

ANSWER = "/snapshots/{snapshot_id}/answer"
HOUR = 3_600_000


def mark(floor: Floor, snapshot: str, answer: str = "correct") -> tuple[int, dict[str, Any]]:
    return floor.ask("anna", "PUT", ANSWER, {"answer": answer}, function="catalog", snapshot_id=snapshot)


def unmark(floor: Floor, snapshot: str) -> tuple[int, dict[str, Any]]:
    return floor.ask("anna", "DELETE", ANSWER, function="catalog", snapshot_id=snapshot)


def read(floor: Floor, snapshot: str) -> tuple[int, dict[str, Any]]:
    return floor.ask("anna", "GET", "/snapshots/{snapshot_id}", function="catalog", snapshot_id=snapshot)


def with_gold(deployment: Deployment, real: int, gold: int) -> Floor:
    """A floor with so many open snapshots, and behind them in number so many that are marked as correct."""
    floor = Floor(deployment, real + gold)
    for number in range(real, real + gold):
        assert mark(floor, id_of(number))[0] == 200
    return floor


def copies_in(floor: Floor, ids: list[str]) -> list[str]:
    return [each.id for each in floor.snapshots.get_many(ids).values() if each.gold]


def test_an_admin_marks_a_snapshot_and_takes_it_back(deployment: Deployment) -> None:
    floor = Floor(deployment, 2)
    floor.vote("kevin", floor.session("kevin")["id"], id_of(0))

    marked = mark(floor, id_of(0), "incorrect_or_unsure")
    again = mark(floor, id_of(0), "incorrect_or_unsure")
    pool = floor.session("maria")["target"]
    unmarked = unmark(floor, id_of(0))

    assert marked[0] == 200
    assert (marked[1]["status"], marked[1]["known_answer"]) == ("incorrect_or_unsure", "incorrect_or_unsure")
    assert marked[1]["decision"]["reason"] == "known_answer"
    assert marked[1]["decision"]["policy"] == "known-answer/1"
    assert [each["qa"] for each in marked[1]["votes"]] == ["kevin"]
    assert again == marked
    assert pool == 1
    assert (unmarked[0], unmarked[1]["status"], unmarked[1]["known_answer"]) == (200, PENDING, None)
    assert [each["qa"] for each in unmarked[1]["votes"]] == ["kevin"]
    assert unmark(floor, id_of(0)) == unmarked
    assert floor.session("zoe")["target"] == 2


def test_a_known_answer_wins_over_the_jurys_and_goes_back_to_it(deployment: Deployment) -> None:
    floor = Floor(deployment, 0)
    decided = replace(judged(YES, YES, NO), version=1)
    floor.snapshots.add(decided)
    before = now()

    marked = mark(floor, decided.id, "incorrect_or_unsure")[1]
    corrected = floor.snapshots.decided(before, now() + 1, 10, None).snapshots
    unmarked = unmark(floor, decided.id)[1]

    assert (marked["status"], len(marked["votes"])) == ("incorrect_or_unsure", 3)
    assert [each.id for each in corrected] == [decided.id]  # so that the next export has the correction
    assert (unmarked["status"], unmarked["decision"]["reason"]) == ("correct", "majority")
    assert unmarked["decision"]["decided_at"] >= marked["decision"]["decided_at"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_admins_say_what_is_known(deployment: Deployment, method: str) -> None:
    floor = Floor(deployment, 1)

    status, problem = floor.ask(
        "kevin", method, ANSWER, {"answer": "correct"}, function="catalog", snapshot_id=id_of(0)
    )

    assert (status, problem["detail"]) == (403, "this is for the role admin; yours is qa")
    assert floor.snapshots.get(id_of(0)).known is None


@pytest.mark.parametrize("body", [{}, {"answer": "yes"}, {"answer": None}, {"answer": "correct", "known": True}])
def test_an_answer_is_one_of_the_two_verdicts(deployment: Deployment, body: object) -> None:
    floor = Floor(deployment, 1)

    status, problem = floor.ask("anna", "PUT", ANSWER, body, function="catalog", snapshot_id=id_of(0))

    assert (status, bool(problem["errors"][0]["field"])) == (422, True)
    assert floor.snapshots.get(id_of(0)).known is None


def test_what_is_no_snapshot_yet_or_judged_elsewhere_is_refused_and_says_why(deployment: Deployment) -> None:
    floor = Floor(deployment, 60)
    (deployment.root / "broken.jpg").write_bytes(b"no image")
    (deployment.root / "chips.jpg").write_bytes(jpeg(320, 240))
    broken, waiting = (submit(deployment, path)["id"] for path in ("broken.jpg", "chips.jpg"))
    deployment.receive("ValidationQueue", "validator", 1)
    reference = deployment.request("POST", "/assets/image", source("chips.jpg"))[1]["id"]
    floor.snapshots.add(chips_snapshot(70, duplicate_of=id_of(1)))
    mark(floor, id_of(0))
    floor.work_through("kevin", floor.session("kevin"))
    (copy, _known), *_ = gold_answers(0, now() + 1, floor.snapshots)

    answers = {each: mark(floor, each) for each in (broken, waiting, reference, id_of(70), copy.id, id_of(99), "x")}

    assert {status for status, _ in answers.values()} == {404, 409}
    assert {each for each, (status, _) in answers.items() if status == 404} == {reference, id_of(99), "x"}
    assert "is failed" in answers[broken][1]["detail"]
    assert "is queued" in answers[waiting][1]["detail"]
    assert f"together with {id_of(1)}" in answers[id_of(70)][1]["detail"]
    assert id_of(0) in answers[copy.id][1]["detail"]
    assert {each: unmark(floor, each)[0] for each in answers} == {each: answers[each][0] for each in answers}


def test_a_page_with_gold_looks_like_any_other_and_so_do_its_answers(deployment: Deployment) -> None:
    floor = with_gold(deployment, real=60, gold=40)
    page = floor.session("kevin")
    seen: dict[bool, list[Any]] = {True: [], False: []}

    gold = copies_in(floor, [each["snapshot"] for each in page["items"]])
    for item in page["items"]:
        where = {"session_id": page["id"], "snapshot_id": item["snapshot"]}
        answers = [
            full(floor, method, body, **where)
            for method, body in (
                ("PUT", {"verdict": "correct"}),
                ("PUT", {"verdict": "correct"}),
                ("PUT", {"verdict": "maybe"}),
                ("DELETE", None),
                ("DELETE", None),
                ("PUT", {"verdict": "incorrect_or_unsure"}),
            )
        ]
        seen[item["snapshot"] in gold].append((set(item), item["product"], item["reference_url"], answers))

    assert page["target"] == 100
    assert len(gold) == len(seen[True]) > 0
    assert all(each == seen[True][0] for each in (*seen[True], *seen[False]))
    assert len({len(item["snapshot_url"]) for item in page["items"]}) == 1


def full(floor: Floor, method: str, body: object, **where: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of the answer to Kevin, but for the count, which no two votes have alike."""
    headers = {"authorization": f"Bearer {floor.tokens['kevin']}"}
    status, answer, answered = floor.deployment.request(
        method, VOTE, body, path=where, headers=headers, function="reviews"
    )
    if "remaining" in answer:
        answer["remaining"] = type(answer["remaining"]).__name__
    return status, answer, answered


def test_a_session_with_gold_counts_down_like_any_other_and_only_the_jurys_votes_count(
    deployment: Deployment,
) -> None:
    floor = with_gold(deployment, real=30, gold=40)
    began = now()

    remaining = floor.work_through("kevin", floor.session("kevin"), "incorrect_or_unsure")
    statistics = floor.ask("anna", "GET", "/stats", function="catalog")[1]
    listed = floor.ask("anna", "GET", "/snapshots", function="catalog", query={"limit": "100"})[1]["snapshots"]
    answers = list(gold_answers(began, now() + HOUR, floor.snapshots))

    assert remaining == list(range(49, -1, -1))
    assert len(answers) == 20
    assert {(copy.votes[0].qa, copy.votes[0].verdict, known) for copy, known in answers} == {("kevin", NO, YES)}
    originals = floor.snapshots.get_many([id_of(number) for number in range(30, 70)]).values()
    assert all(each.votes == each.surplus == each.leases == () for each in originals)
    assert statistics["pending"] == {"snapshots": 30, "estimated": False}
    assert (statistics["last_hour"]["decided"], statistics["last_hour"]["votes"]) == (40, 0)
    assert {each["id"] for each in listed} == {id_of(number) for number in range(70)}


def test_who_was_asked_gold_is_told_nothing_by_an_admins_record_which_shows_the_original(
    deployment: Deployment,
) -> None:
    floor = Floor(deployment, 40)
    (deployment.root / "chips.jpg").write_bytes(jpeg(320, 240))
    original = submit(deployment, "chips.jpg")["id"]
    deployment.receive("ValidationQueue", "validator", 1)
    mark(floor, original)
    session = floor.session("kevin")
    floor.work_through("kevin", session)
    ((copy, _),) = gold_answers(0, now() + 1, floor.snapshots)

    status, record = read(floor, copy.id)

    assert (status, record["id"], record["known_answer"]) == (200, original, "correct")
    assert record["votes"] == []
    read_as_kevin = floor.ask("kevin", "GET", "/snapshots/{snapshot_id}", function="catalog", snapshot_id=copy.id)
    assert read_as_kevin[0] == 403


def test_what_gold_costs(deployment: Deployment) -> None:
    """Requests to AWS: the promise of docs/access-patterns.md."""
    floor = with_gold(deployment, real=100, gold=50)
    floor.session("maria")  # products and secrets have been read since
    before = floor.deployment.calls.copy()
    session = floor.session("kevin")
    begun = spent(floor, before)

    before = floor.deployment.calls.copy()
    for item in session["items"]:
        floor.vote("kevin", session["id"], item["snapshot"])
    voted = spent(floor, before)

    undone = []
    for item in session["items"]:
        before = floor.deployment.calls.copy()
        where = {"session_id": session["id"], "snapshot_id": item["snapshot"]}
        floor.ask("kevin", "DELETE", VOTE, **where)
        undone.append(spent(floor, before))
        floor.vote("kevin", session["id"], item["snapshot"])

    before = floor.deployment.calls.copy()
    page = floor.ask("kevin", "POST", "/sessions/{session_id}/draw", session_id=session["id"])[1]
    drawn = spent(floor, before)

    before = floor.deployment.calls.copy()
    mark(floor, id_of(0))
    marked = spent(floor, before)

    first, next_ones = (len(copies_in(floor, [each["snapshot"] for each in of["items"]])) for of in (session, page))
    assert first + next_ones > 0
    assert voted == {"GetItem": 10, "PutItem": 10}  # the same as without gold
    assert undone == [{"GetItem": 1, "BatchGetItem": 1, "PutItem": 1}] * 10  # the same for gold and for others
    assert drawn == {"GetItem": 1, "BatchGetItem": 2, "UpdateItem": 30 - next_ones, "PutItem": 1 + next_ones}  # as many
    assert begun.pop("Query") in range(5, 10)
    begun_with = {"UpdateItem": 10 - first, "PutItem": 3 + first}
    assert begun == {"GetItem": 2, "BatchGetItem": 2, **begun_with}  # one batch more: which gold was answered
    assert marked == {"GetItem": 2, "PutItem": 1}  # who asks; the snapshot


def test_the_decision_of_a_marked_snapshot_is_exported_with_its_reason(deployment: Deployment) -> None:
    floor = with_gold(deployment, real=30, gold=1)
    floor.work_through("kevin", floor.session("kevin"))
    export = floor.ask("anna", "POST", "/exports", {}, function="catalog")[1]["id"]
    deployment.receive("ExportQueue", "exporter", 1)

    job = floor.ask("anna", "GET", "/exports/{export_id}", function="catalog", export_id=export)[1]
    key = export_key(export, ExportFile.DECISIONS)
    lines = deployment.s3.get_object(Bucket="exports", Key=key)["Body"].read().decode()

    assert (job["state"], job["snapshots"]) == ("done", 1)
    assert f"{id_of(30)},{CHIPS}" in lines
    assert ",correct,known_answer,1.0,0,0," in lines
    assert catalog.snapshot_ports().snapshots.get(id_of(30)).votes == ()


def source(path: str) -> dict[str, Any]:
    return {"assetPath": {"location": "local", "path": path}}


def submit(deployment: Deployment, path: str) -> dict[str, Any]:
    """A picture of chips, on its way to be a snapshot."""
    status, accepted, _ = deployment.request(
        "POST", "/snapshots", {"product": CHIPS} | source(path), function="catalog"
    )
    assert status == 202
    return accepted


def test_answers_to_gold_make_a_score_without_any_decision_though_not_at_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = with_gold(deployment, real=15, gold=20)
    for number in range(25, 35):
        mark(floor, id_of(number), "incorrect_or_unsure")
    floor.work_through("kevin", floor.session("kevin"))

    at_once = scored_for(floor, deployment, now())
    monkeypatch.setattr(scorer, "now", lambda: now() + HOUR)
    scorer.scoring_ports.cache_clear()
    shown = scored_for(floor, deployment, now() + HOUR)

    assert (at_once["votes"], at_once["own"]) == (0, None)
    answers = [answer for _, answer in gold_answers(0, now() + 1, floor.snapshots)]
    assert shown["votes"] == shown["own"]["votes"] == len(answers) == 10
    assert shown["own"]["agreement"] == answers.count(YES) / 10
    assert shown["own"]["rank"] is None


def scored_for(floor: Floor, deployment: Deployment, due: int) -> dict[str, Any]:
    """The leaderboard that kevin is shown once it was scored, by a container that has not read one before."""
    deployment.send("ScoringQueue", json.dumps({"due": due}))
    deployment.receive("ScoringQueue", "scorer")
    jury.known_boards.cache_clear()
    return floor.ask("kevin", "GET", "/leaderboard")[1]


def test_who_has_cast_many_votes_is_asked_less_gold(deployment: Deployment) -> None:
    floor = with_gold(deployment, real=100, gold=60)
    rows = tuple(replace(row, votes=500) for row in a_board(Window.ALL, qas=2).rows)
    known = replace(rows[0], qa="maria"), replace(rows[1], qa="ahmed", votes=250)
    DynamoBoards(wiring.core_table()).save(replace(a_board(Window.ALL), rows=known))

    asked = {}
    for name in ("kevin", "ahmed", "maria"):
        floor.work_through(name, floor.session(name))
        copies = [each for each, _ in gold_answers(0, now() + 1, floor.snapshots)]
        asked[name] = sum(each.votes[0].qa == name for each in copies)

    assert asked == {"kevin": 40, "ahmed": 25, "maria": 10}
