"""Snapshots from their submission to the decision, over the real handlers: what QAs see, and what each step costs."""

import pytest
from msgspec.structs import replace

from snapjury.rules.policy import FinalLabel
from snapjury.rules.user import Role
from snapjury.wiring import jury
from snapjury.wiring import reviews as wiring
from tests.images import jpeg, png
from tests.integration.deployment import Deployment
from tests.integration.floor import VOTE, Floor, spent
from tests.jury import CHIPS, id_of


@pytest.fixture
def floor(deployment: Deployment) -> Floor:
    return Floor(deployment, 130)


def test_a_picture_of_a_product_is_submitted_validated_and_in_the_pool(deployment: Deployment) -> None:
    floor = Floor(deployment, 0)
    (deployment.root / "chips.jpg").write_bytes(jpeg(320, 240))
    picture = {"product": "815099021634", "assetPath": {"location": "local", "path": "chips.jpg"}}

    status, accepted, headers = deployment.request("POST", "/snapshots", picture, function="catalog")
    read = {"function": "catalog", "snapshot_id": accepted["id"]}
    before = floor.ask("anna", "GET", "/snapshots/{snapshot_id}", **read)
    deployment.receive("ValidationQueue", "validator")
    after = floor.ask("anna", "GET", "/snapshots/{snapshot_id}", **read)

    assert (status, accepted["state"], headers["location"]) == (202, "queued", f"snapshots/{accepted['id']}")
    assert (before[1]["state"], before[1]["status"], before[1]["product"]) == ("queued", None, CHIPS)
    assert (after[1]["state"], after[1]["status"], after[1]["votes"]) == ("success", "pending", [])
    assert after[1]["assetPath"]["path"] == "chips.jpg"
    assert [each["snapshot"] for each in floor.session("kevin")["items"]] == [accepted["id"]]


def test_a_picture_that_is_no_jpeg_is_submitted_as_what_it_is_and_shown_so(deployment: Deployment) -> None:
    floor = Floor(deployment, 0)
    (deployment.root / "screenshot").write_bytes(png(320, 240))
    picture = {"product": CHIPS, "assetPath": {"location": "local", "path": "screenshot"}}

    _, accepted, _ = deployment.request("POST", "/snapshots", picture | {"type": "png"}, function="catalog")
    refused, problem, _ = deployment.request("POST", "/snapshots", picture | {"type": "pdf"}, function="catalog")
    deployment.receive("ValidationQueue", "validator")

    [item] = floor.session("kevin")["items"]
    address = item["snapshot_url"].partition("?")[0]
    kept = deployment.s3.get_object(Bucket="media", Key=address.partition("/media/")[2])
    assert (item["snapshot"], kept["ContentType"]) == (accepted["id"], "image/png")
    assert kept["Body"].read() == png(320, 240)
    assert (refused, problem["errors"][0]["field"]) == (422, "type")
    assert problem["errors"][0]["message"] == "must be one of: image, png, webp (image is a JPEG)"


def test_kevin_gets_a_hundred_random_ones_and_remaining_counts_down_to_zero(floor: Floor) -> None:
    first = floor.session("kevin")

    assert (first["target"], first["remaining"], len(first["items"])) == (100, 100, 10)
    assert floor.work_through("kevin", first) == list(range(99, -1, -1))
    second = floor.session("kevin")
    assert second["target"] == 30
    assert floor.work_through("kevin", second) == list(range(29, -1, -1))
    assert floor.session("kevin")["target"] == 0


def test_an_item_shows_what_the_page_needs(floor: Floor) -> None:
    item = floor.session("kevin")["items"][0]

    assert item["product"] == {"gtin": CHIPS, "name": "Tortilla Chips"}
    assert "/media/sha256/00/" in item["snapshot_url"]
    assert f"/media/sha256/ab/{'ab' * 32}.jpg" in item["reference_url"]
    assert (item["width"], item["height"]) == (640, 480)
    assert item["lease_expires_at"] > "2026"


def test_after_three_qas_the_majority_stands_in_the_record_and_nobody_is_asked_again(deployment: Deployment) -> None:
    floor = Floor(deployment, 1)
    for name, verdict in (("kevin", "correct"), ("maria", "incorrect_or_unsure"), ("ahmed", "correct")):
        floor.work_through(name, floor.session(name), verdict)

    record = floor.ask("anna", "GET", "/snapshots", function="catalog", query={"status": "correct"})[1]["snapshots"][0]

    assert [(each["qa"], each["verdict"]) for each in record["votes"]] == [
        ("kevin", "correct"),
        ("maria", "incorrect_or_unsure"),
        ("ahmed", "correct"),
    ]
    decision = record["decision"]
    assert (decision["status"], decision["reason"], decision["policy"]) == ("correct", "majority", "three-votes/1")
    assert decision["confidence"] == 0.6
    assert (decision["majority"], decision["audit"], decision["votes_spared"]) == ("correct", None, 0)
    assert decision["posterior"] == {"label": "correct", "confidence": 0.8}
    assert floor.session("zoe")["items"] == []


def test_undo_takes_the_vote_back_until_the_decision(deployment: Deployment) -> None:
    floor = Floor(deployment, 1)
    sessions = {name: floor.session(name) for name in ("kevin", "maria", "ahmed")}
    where = {"session_id": sessions["kevin"]["id"], "snapshot_id": id_of(0)}
    floor.vote("kevin", where["session_id"], id_of(0))

    undone = floor.ask("kevin", "DELETE", VOTE, **where)
    for name, session in sessions.items():
        floor.vote(name, session["id"], id_of(0), "incorrect_or_unsure")
    refused = floor.ask("kevin", "DELETE", VOTE, **where)
    changed = floor.vote("kevin", where["session_id"], id_of(0), "correct")

    assert undone == (200, {"counted": False, "reason": "withdrawn", "remaining": 1})
    assert refused[0] == 409
    assert changed[0] == 409
    assert "stands and cannot be changed" in changed[1]["detail"]


@pytest.mark.parametrize(
    ("name", "method", "resource", "body", "status"),
    [
        ("maria", "GET", "/sessions/{session_id}", None, 404),
        ("maria", "POST", "/sessions/{session_id}/draw", None, 404),
        ("maria", "PUT", VOTE, {"verdict": "correct"}, 404),
        ("maria", "DELETE", VOTE, None, 404),
        ("anna", "PUT", VOTE, {"verdict": "correct"}, 403),
        ("anna", "POST", "/sessions", None, 403),
        ("kevin", "PUT", VOTE, {"verdict": "yes"}, 422),
        ("kevin", "PUT", VOTE, {}, 422),
        ("kevin", "PUT", VOTE, {"verdict": "correct", "qa": "maria"}, 422),
    ],
)
def test_what_may_not_be_done_is_refused_and_says_why(
    deployment: Deployment, name: str, method: str, resource: str, body: object, status: int
) -> None:
    floor = Floor(deployment, 12)
    session = floor.session("kevin")
    where = {"session_id": session["id"], "snapshot_id": session["items"][0]["snapshot"]}

    answer = floor.ask(name, method, resource, body, **where)

    assert answer[0] == status
    assert answer[1]["detail"]


def test_a_disabled_qa_gets_nothing_more_to_see(deployment: Deployment) -> None:
    floor = Floor(deployment, 12)
    session = floor.session("kevin")
    wiring.users().save(replace(wiring.users().get("kevin"), disabled=True, version=2))

    wiring.recent_users.cache_clear()  # a minute later

    where = {"session_id": session["id"], "snapshot_id": session["items"][0]["snapshot"]}
    assert floor.ask("kevin", "POST", "/sessions")[0] == 401
    assert floor.ask("kevin", "GET", "/sessions/{session_id}", session_id=session["id"])[0] == 401
    assert floor.ask("kevin", "POST", "/sessions/{session_id}/draw", session_id=session["id"])[0] == 401
    assert floor.ask("kevin", "PUT", VOTE, {"verdict": "correct"}, **where)[0] == 401
    assert floor.ask("kevin", "DELETE", VOTE, **where)[0] == 401


def test_who_was_made_an_admin_is_a_qa_no_more(deployment: Deployment) -> None:
    floor = Floor(deployment, 12)
    wiring.users().save(replace(wiring.users().get("kevin"), role=Role.ADMIN, version=2))

    status, problem = floor.ask("kevin", "POST", "/sessions")

    assert (status, problem["detail"]) == (403, "this is for the role qa; yours is admin")


def test_the_same_key_gives_the_same_session(floor: Floor) -> None:
    key = {"idempotency-key": "monday morning"}

    assert floor.session("kevin", **key) == floor.session("kevin", **key)
    assert floor.session("kevin", **key)["id"] != floor.session("maria", **key)["id"]


def test_statistics_say_what_waits_where_and_what_the_last_hour_brought(deployment: Deployment) -> None:
    floor = Floor(deployment, 5)
    for name in ("kevin", "maria", "ahmed"):
        session = floor.session(name)
        floor.vote(name, session["id"], id_of(3))
    deployment.send("ImportQueue", "{}")

    status, statistics = floor.ask("anna", "GET", "/stats", function="catalog")

    assert status == 200
    assert statistics["pending"] == {"snapshots": 4, "estimated": False}
    assert (statistics["last_hour"]["decided"], statistics["last_hour"]["votes"]) == (1, 3)
    assert (statistics["last_hour"]["audited"], statistics["last_hour"]["audit_agreed"]) == (0, 0)
    assert statistics["queues"]["import"] == {"waiting": 1, "in_flight": 0, "dead": 0}
    assert set(statistics["queues"]) == {"validation", "notification", "import", "export", "scoring"}


def test_statistics_say_how_often_a_full_jury_agreed_with_the_early_decision(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEW_POLICY", "stop-when-decided")
    monkeypatch.setenv("AUDIT_SHARE", "100")
    jury.settings.cache_clear()
    floor = Floor(deployment, 2)
    for name, verdict in (("kevin", "correct"), ("maria", "correct"), ("ahmed", "incorrect_or_unsure")):
        floor.work_through(name, floor.session(name), verdict)

    record = floor.ask("anna", "GET", "/snapshots", function="catalog", query={"status": "correct"})[1]["snapshots"][0]
    statistics = floor.ask("anna", "GET", "/stats", function="catalog")[1]["last_hour"]

    assert (record["decision"]["audit"], record["decision"]["policy"]) == ("correct", "stop-when-decided/1")
    assert (statistics["decided"], statistics["votes"], statistics["votes_spared"]) == (2, 6, 0)
    assert (statistics["audited"], statistics["audit_agreed"]) == (2, 2)


def test_a_deciding_vote_waits_for_the_best_ranked_if_that_is_set(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DECIDING_VOTE", "best-ranked")
    monkeypatch.setenv("REFEREE_MINUTES", "1.5")
    monkeypatch.setenv("FINAL_LABEL", "posterior")
    jury.settings.cache_clear()

    rules = jury.rules()

    assert (rules.referee_time, rules.label, rules.audit_share) == (90_000, FinalLabel.POSTERIOR, 5)


def test_what_each_step_costs(floor: Floor) -> None:
    """Requests to AWS: the promise of docs/access-patterns.md."""
    floor.session("maria")  # products and secrets have been read since
    before = floor.deployment.calls.copy()
    session = floor.session("kevin")
    begun = spent(floor, before)

    before = floor.deployment.calls.copy()
    for item in session["items"]:
        floor.vote("kevin", session["id"], item["snapshot"])
    voted = spent(floor, before)

    before = floor.deployment.calls.copy()
    floor.ask("kevin", "POST", "/sessions/{session_id}/draw", session_id=session["id"])
    drawn = spent(floor, before)

    before = floor.deployment.calls.copy()
    _, page = floor.ask("kevin", "POST", "/sessions/{session_id}/draw", session_id=session["id"])
    asked_again = spent(floor, before)

    for item in page["items"][:10]:
        floor.vote("kevin", session["id"], item["snapshot"])
    before = floor.deployment.calls.copy()
    floor.ask("kevin", "POST", "/sessions/{session_id}/draw", session_id=session["id"])
    topped_up = spent(floor, before)

    assert voted == {"GetItem": 10, "PutItem": 10}  # a vote is one read and one conditional write
    assert drawn == {
        "GetItem": 1,
        "BatchGetItem": 2,
        "UpdateItem": 30,
        "PutItem": 1,
    }  # the session; what comes; thirty seats; the session
    assert asked_again == {"GetItem": 1, "BatchGetItem": 1}
    assert topped_up == {
        "GetItem": 1,
        "BatchGetItem": 1,
        "UpdateItem": 10,
        "PutItem": 1,
    }  # ten lacked: one read of all that it takes
    assert begun.pop("Query") in range(5, 10)  # a window of each of four shards, two where it goes round the end; gold
    assert begun == {
        "GetItem": 2,
        "BatchGetItem": 1,
        "UpdateItem": 10,
        "PutItem": 3,
    }  # the QA, the desk; ...; ten seats; the session twice, the desk
