"""The jury for real: people who sign in over HTTP, draw and vote, on a deployed system."""

import pytest
import requests

from snapjury.cli.simulation import Mischief, Plan, Qa, simulate
from snapjury.cli.tally import Tally
from snapjury.cli.truth import made_up
from snapjury.rules.snapshot import Verdict
from tests.e2e.floor import PASSWORD, Floor, signed_in
from tests.e2e.stack import Stack, wait_until
from tests.images import jpeg
from tests.jury import CHIPS


@pytest.fixture(scope="module")
def floor(stack: Stack) -> Floor:
    return Floor(stack)


def test_kevin_reviews_a_hundred_and_after_three_qas_the_majority_stands(floor: Floor) -> None:
    ids = floor.fill_pool(105)
    kevin = floor.person("kevin")

    first = kevin.begin_session()
    seen, remaining = kevin.work_through(first)
    second = kevin.begin_session()
    seen_later, rest = kevin.work_through(second)
    for name, verdict in (("maria", "incorrect_or_unsure"), ("ahmed", "incorrect_or_unsure")):
        for _ in range(2):
            floor.person(name).work_through(floor.person(name).begin_session(), verdict)

    assert (first["target"], first["remaining"], len(first["items"])) == (100, 100, 10)
    assert remaining == list(range(99, -1, -1))
    assert (second["target"], rest) == (5, list(range(4, -1, -1)))
    assert sorted(seen + seen_later) == sorted(ids), "something was shown twice, or not at all"
    decided = floor.snapshots.get_many(ids).values()
    assert {(each.status, len(each.votes)) for each in decided} == {("incorrect_or_unsure", 3)}
    assert floor.person("zoe").begin_session()["target"] == 0


def test_a_submitted_picture_is_validated_judged_and_in_the_record(floor: Floor, stack: Stack) -> None:
    floor.fill_pool(0)
    (stack.root / "jury-chips.jpg").write_bytes(jpeg(480, 320))
    picture = {"product": CHIPS, "assetPath": {"location": "local", "path": "jury-chips.jpg"}}

    accepted = stack.request("POST", "/snapshots", json=picture)
    snapshot = accepted.json()["id"]
    stack.ended(snapshot)
    votes = [("kevin", "correct"), ("maria", "incorrect_or_unsure"), ("ahmed", "correct")]
    for name, verdict in votes:
        shown, _ = floor.person(name).work_through(floor.person(name).begin_session(), verdict)
        assert shown == [snapshot]
    record = floor.anna.ask("GET", f"/snapshots/{snapshot}").json()

    assert accepted.status_code == 202
    assert [(each["qa"], each["verdict"]) for each in record["votes"]] == votes
    assert (record["decision"]["status"], record["decision"]["reason"]) == ("correct", "majority")
    assert requests.get(record["image_url"], timeout=10).content == jpeg(480, 320)


def test_an_abandoned_page_comes_to_others_and_its_late_vote_is_surplus(floor: Floor) -> None:
    (snapshot,) = floor.fill_pool(1)
    late = floor.person("kevin").begin_session()
    for name in ("maria", "ahmed"):
        floor.person(name).work_through(floor.person(name).begin_session())
    zoe = floor.person("zoe")

    assert zoe.begin_session()["items"] == [], "kevin has the last seat"
    wait_until(lambda: bool(zoe.begin_session()["items"]), 20, "kevin's seat to be free again")
    receipt = floor.person("kevin").vote(late["id"], snapshot)

    assert receipt.json() == {"counted": False, "reason": "no_open_seat", "remaining": 0}
    assert floor.person("kevin").vote(late["id"], snapshot).json() == receipt.json()


def test_signing_in_is_refused_alike_for_a_wrong_password_and_an_unknown_name(floor: Floor, stack: Stack) -> None:
    floor.person("kevin")

    wrong = stack.request("POST", "/auth/token", json={"name": "kevin", "password": "not his password"})
    unknown = stack.request("POST", "/auth/token", json={"name": "nobody", "password": PASSWORD})

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json() == unknown.json()
    assert wrong.headers["www-authenticate"] == "Bearer"


def test_twelve_qas_at_once_with_every_mishap_leave_three_votes_of_three_qas_on_each_snapshot(floor: Floor) -> None:
    ids = floor.fill_pool(80)
    qas = [Qa(f"qa-{number:02}", 0.9, signed_in(floor, f"qa-{number:02}")) for number in range(1, 13)]
    mischief = Mischief(double_click=0.1, late=0.04, undo=0.05, abandon=0.03, lost=0.05, tabs=2)

    told = simulate(qas, Plan(patience=12, mischief=mischief), made_up, Tally()).result()

    assert (told["disagreements"], told["shown_again"], told["stalled"]) == (0, 0, 0), told
    assert min(told[each] for each in ("repeated", "late", "undone", "abandoned", "lost")) > 0, told
    judged = floor.snapshots.get_many(ids)
    for snapshot in judged.values():
        verdicts = [vote.verdict for vote in snapshot.votes]
        assert len({vote.qa for vote in snapshot.votes}) == len(verdicts) == 3, snapshot
        assert verdicts.count(Verdict(snapshot.status)) >= 2
        surplus = {vote.qa for vote in snapshot.surplus}
        assert surplus.isdisjoint(snapshot.voters)
    assert len(judged) == 80
