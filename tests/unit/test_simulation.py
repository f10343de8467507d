from collections import Counter
from typing import Any

import pytest

from snapjury.cli.api import ApiError
from snapjury.cli.simulation import Mischief, Plan, Qa, simulate
from snapjury.cli.tally import Tally
from snapjury.cli.truth import made_up
from snapjury.rules.policy import POLICIES
from snapjury.rules.snapshot import Standing, Verdict
from tests.jury_api import JuryApi, SignedIn

NAMES = ["kevin", "maria", "ahmed", "zoe", "li", "ines", "tom", "ana", "joe", "eva", "ben", "kim"]


def people(api: JuryApi, count: int = 12, accuracy: float = 0.95) -> list[Qa]:
    return [Qa(name, accuracy, api.as_user(name)) for name in NAMES[:count]]


def run(api: JuryApi, plan: Plan, qas: list[Qa] | None = None, policy: str = "three-votes") -> dict[str, Any]:
    return simulate(qas or people(api), plan, made_up, Tally(POLICIES[policy])).result()


def assert_judged(api: JuryApi, size: int = 3) -> None:
    """Every snapshot has as many votes as the jury has members, of different QAs."""
    for snapshot in api.snapshots.snapshots.values():
        assert snapshot.decision is not None
        assert len(snapshot.votes) == len(set(snapshot.voters)) == size


def test_qas_work_until_every_snapshot_is_decided() -> None:
    api = JuryApi(120)

    result = run(api, Plan(patience=0.2))

    assert_judged(api)
    assert (result["votes"], result["counted"], result["sent"]) == (360, 360, 360)
    assert (result["snapshots"], result["decided"]) == (120, 120)
    assert (result["surplus"], result["refused"], result["abandoned"], result["stalled"]) == ({}, {}, 0, 0)


def test_a_hundred_votes_take_few_other_requests() -> None:
    api = JuryApi(100)

    run(api, Plan(sessions=1), people(api, 1))

    asked = Counter(method + path.rpartition("/")[2][:5] for _, method, path in api.calls if method == "POST")
    assert asked == {"POSTsessi": 1, "POSTdraw": 4}
    assert sum(method == "PUT" for _, method, _ in api.calls) == 100


def test_the_same_seed_gives_the_same_verdicts_and_another_one_others() -> None:
    def verdicts(seed: int) -> dict[str, Verdict]:
        api = JuryApi(100)
        run(api, Plan(sessions=1, seed=seed), people(api, 1, accuracy=0.5))
        return {name: each.votes[0].verdict for name, each in api.snapshots.snapshots.items()}

    first = verdicts(1)

    assert verdicts(1) == first
    assert verdicts(2) != first


def test_qas_are_as_accurate_as_they_are_said_to_be() -> None:
    api = JuryApi(300)

    run(api, Plan(patience=0.2), [Qa("kevin", 1.0, api.as_user("kevin")), Qa("maria", 0.0, api.as_user("maria"))])

    for name, snapshot in api.snapshots.snapshots.items():
        truth = Verdict.CORRECT if made_up(name) else Verdict.INCORRECT_OR_UNSURE
        assert {vote.qa: vote.verdict is truth for vote in snapshot.votes} == {"kevin": True, "maria": False}


def test_about_one_in_seven_made_up_truths_is_wrong() -> None:
    wrong = sum(not made_up(name) for name in JuryApi(1000).snapshots.snapshots)

    assert 120 < wrong < 180


def test_each_vote_takes_its_time() -> None:
    api = JuryApi(50)
    pauses: list[float] = []

    simulate(people(api, 1), Plan(sessions=1, seconds_per_vote=4), made_up, Tally(), pauses.append)

    assert len(pauses) == 50
    assert all(2 <= pause <= 6 for pause in pauses)
    assert 3.5 < sum(pauses) / 50 < 4.5


def test_a_number_of_sessions_is_kept_to() -> None:
    api = JuryApi(250)

    result = run(api, Plan(sessions=2), people(api, 1))

    assert (result["sessions"], result["votes"]) == (2, 200)


def test_all_mishaps_at_once_leave_every_snapshot_with_three_votes_of_three_qas() -> None:
    api = JuryApi(100, lease=0.3)
    mischief = Mischief(double_click=0.1, late=0.05, undo=0.1, abandon=0.05, lost=0.1, tabs=2)

    result = run(api, Plan(patience=0.7, mischief=mischief))

    assert_judged(api)
    assert (result["disagreements"], result["shown_again"], result["stalled"]) == (0, 0, 0)
    for mishap in ("late", "undone", "abandoned", "lost", "repeated"):
        assert result[mishap] > 0, mishap


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_decisions_are_counted_by_the_jurys_policy(policy: str) -> None:
    api = JuryApi(60, policy=policy)
    plan = Plan(patience=0.2, mischief=Mischief(undo=0.2))

    tally = simulate(people(api, max(4, POLICIES[policy].most)), plan, made_up, Tally(POLICIES[policy]))

    decisions = {each.id: each.decision for each in api.snapshots.snapshots.values()}
    assert tally.decided == {snapshot: each and each.status for snapshot, each in decisions.items()}
    assert len(tally.decided) == 60


def test_who_has_nothing_left_waits_for_the_seats_that_others_leave() -> None:
    api = JuryApi(10, lease=0.5)
    for leaver in ("joe", "eva", "ben"):  # their pages hold every seat
        api.as_user(leaver).call("POST", "/sessions", key="1")

    result = run(api, Plan(patience=1.0), people(api, 3))

    assert_judged(api)
    assert result["counted"] == 30


def test_a_vote_after_the_lease_is_late_and_says_what_became_of_it() -> None:
    api = JuryApi(10, lease=0.2, policy="one-vote")
    plan = Plan(patience=0.5, mischief=Mischief(late=1.0))

    result = run(api, plan, people(api, 4), "one-vote")

    assert_judged(api, size=1)
    assert result["late"] == result["votes"]
    assert result["surplus"].keys() <= {Standing.ALREADY_DECIDED, Standing.NO_OPEN_SEAT}
    assert result["counted"] + sum(result["surplus"].values()) == result["votes"]


def test_different_answers_to_the_same_request_are_found() -> None:
    api = JuryApi(20)
    answers = iter(range(1000))

    def forgetful(method: str, path: str, answer: Any) -> Any:
        return answer | {"counted": next(answers) % 2 == 0} if method == "PUT" else answer

    tally = Tally()
    plan = Plan(sessions=1, mischief=Mischief(double_click=1.0))
    simulate([Qa("kevin", 1.0, SignedIn(api, "kevin", forgetful))], plan, made_up, tally)

    assert tally.result()["disagreements"] == 20
    assert tally.disagreements[0]["address"].startswith("/sessions/")
    assert len(tally.disagreements) == 10


def test_a_voted_snapshot_that_is_shown_again_is_found() -> None:
    api = JuryApi(20)
    first: list[Any] = []

    def repetitive(method: str, path: str, answer: Any) -> Any:
        if path == "/sessions" and answer["items"]:
            first.append(answer["items"][0])
        return answer | {"items": [first[0], *answer["items"]]} if path.endswith("/draw") else answer

    tally = Tally()
    simulate([Qa("kevin", 1.0, SignedIn(api, "kevin", repetitive))], Plan(sessions=1), made_up, tally)

    assert tally.result()["shown_again"] > 0


def test_votes_that_are_refused_are_counted_and_do_not_hold_up_the_session() -> None:
    api = JuryApi(20)

    def strict(method: str, path: str, answer: Any) -> Any:
        if method == "PUT" and hash(path) % 2:
            raise ApiError("the snapshot is decided", 409)
        return answer

    result = run(api, Plan(sessions=1), [Qa("kevin", 1.0, SignedIn(api, "kevin", strict))])

    assert result["refused"]["409"] + result["counted"] == 20


def test_a_session_that_gives_nothing_to_vote_on_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapjury.cli.simulation.FIRST_PAUSE", 0.001)
    api = JuryApi(20)

    def empty(method: str, path: str, answer: Any) -> Any:
        return answer | {"items": []} if method == "POST" else answer

    result = run(api, Plan(sessions=1), [Qa("kevin", 1.0, SignedIn(api, "kevin", empty))])

    assert (result["stalled"], result["votes"]) == (1, 0)


def test_a_failure_stops_everybody_and_is_told() -> None:
    api = JuryApi(2_000)

    def broken(method: str, path: str, answer: Any) -> Any:
        if method == "PUT":
            raise ApiError("the API does not answer")
        return answer

    with pytest.raises(ApiError, match="does not answer"):
        run(api, Plan(), [*people(api, 3), Qa("kim", 1.0, SignedIn(api, "kim", broken))])

    assert len(api.decided()) < 2_000
