"""Gold for real: an admin makes answers known on a deployed system, and QAs cannot tell what they are asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from snapjury.cli.simulation import Mischief, Plan, Qa, simulate
from snapjury.cli.tally import Tally
from snapjury.cli.truth import made_up
from snapjury.services.gold import gold_answers
from snapjury.wiring.clients import now
from tests.command_line import lines_of, run
from tests.e2e.floor import ANNA, PASSWORD, Floor, Person, signed_in
from tests.e2e.stack import Stack

VARYING = {"date", "content-length", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id", "x-amz-request-id"}
"""Headers that no two answers have alike."""


@pytest.fixture
def floor(stack: Stack) -> Iterator[Floor]:
    floor = Floor(stack)
    yield floor
    floor.fill_pool(0)


def make_known(floor: Floor, ids: list[str], folder: Path) -> None:
    """Have these snapshots marked as correct, by the command line."""
    assert floor.anna.name == ANNA
    file = folder / "answers.csv"
    file.write_text("snapshot,answer\n" + "".join(f"{each},correct\n" for each in ids))
    env = {"SNAPJURY_USER": ANNA, "SNAPJURY_PASSWORD": PASSWORD}
    marked = lines_of(run("gold", "import", file, "--url", floor.stack.url, env=env))
    assert [(each["id"], each["status"]) for each in marked] == [(each, "correct") for each in ids]


def shape_of(value: Any) -> Any:
    """The names and types in an answer, and what is said in words."""
    if isinstance(value, dict):
        return {name: shape_of(each) for name, each in value.items()}
    return value if isinstance(value, bool) or value is None else type(value).__name__


def answers_to(person: Person, session: str, snapshot: str) -> list[Any]:
    """What voting on a snapshot, again, otherwise, nonsense and taking it back are answered, last a vote that stays."""
    path = f"/sessions/{session}/votes/{snapshot}"
    bodies = [*[{"verdict": each} for each in ("correct", "correct", "incorrect_or_unsure", "perhaps")], None, None]
    answers = [person.ask("PUT" if body else "DELETE", path, json=body) for body in bodies]
    answers.append(person.vote(session, snapshot))
    return [
        (
            each.status_code,
            shape_of(each.json()),
            each.json().get("reason"),
            {name: value for name, value in each.headers.items() if name.lower() not in VARYING},
        )
        for each in answers
    ]


def test_a_newcomer_is_asked_forty_percent_gold_and_sees_no_difference(floor: Floor, tmp_path: Path) -> None:
    ids = floor.fill_pool(130)
    make_known(floor, ids[:50], tmp_path)
    vera, began = floor.person("vera"), now()

    page = first = vera.begin_session()
    seen: dict[str, list[Any]] = {}
    while page["items"]:
        assert vera.ask("GET", f"/sessions/{page['id']}").json() == page
        for item in page["items"]:
            links = {name: len(str(item[name])) for name in ("snapshot", "snapshot_url", "lease_expires_at")}
            seen[item["snapshot"]] = [shape_of(item), links, answers_to(vera, page["id"], item["snapshot"])]
        page = vera.draw(page["id"])

    stored = floor.snapshots.get_many(list(seen))
    copies = [each for each in stored.values() if each.gold]
    assert (first["target"], len(seen), len(copies)) == (100, 100, 40)
    assert len({repr(each) for each in seen.values()}) == 1, "some answers look different from others"
    answered = {copy.id: known for copy, known in gold_answers(began, now() + 1, floor.snapshots)}
    assert answered == {each.id: "correct" for each in copies}
    originals = floor.snapshots.get_many(ids[:50]).values()
    assert all(each.votes == each.surplus == each.leases == () for each in originals)
    assert {each.image for each in copies} <= {each.image for each in originals}


def test_no_gold_comes_twice_and_none_without_work(floor: Floor, tmp_path: Path) -> None:
    ids = floor.fill_pool(124)  # as few as have all of the gold looked at the second time
    make_known(floor, ids[:42], tmp_path)
    walter = floor.person("walter")

    sessions = [walter.begin_session()]
    shown, _ = walter.work_through(sessions[0])
    sessions.append(walter.begin_session())
    more, remaining = walter.work_through(sessions[1])
    sessions.append(walter.begin_session())

    asked = [each.gold.of for each in floor.snapshots.get_many(shown + more).values() if each.gold]
    assert [each["target"] for each in sessions] == [100, 24, 0]
    assert remaining == list(range(23, -1, -1))
    assert sorted(asked) == sorted(ids[:42])


def test_six_qas_at_once_with_every_mishap_answer_gold_once_each_and_judge_the_rest(
    floor: Floor, tmp_path: Path
) -> None:
    ids = floor.fill_pool(45)
    make_known(floor, ids[:18], tmp_path)
    qas = [Qa(f"xena-{number}", 0.9, signed_in(floor, f"xena-{number}")) for number in range(6)]
    mischief = Mischief(double_click=0.1, late=0.005, undo=0.05, abandon=0.01, lost=0.05, tabs=2)

    told = simulate(qas, Plan(patience=12, mischief=mischief), made_up, Tally()).result()

    assert (told["disagreements"], told["shown_again"], told["stalled"]) == (0, 0, 0), told
    stored = floor.snapshots.get_many(ids)
    assert all(stored[each].votes == stored[each].surplus == () for each in ids[:18])
    assert {len(stored[each].voters) for each in ids[18:]} == {3}
    answers = list(gold_answers(0, now() + 1, floor.snapshots))
    pairs = [(copy.gold.of, copy.votes[0].qa) for copy, _ in answers if copy.gold and copy.gold.of in set(ids)]
    assert len(pairs) == len(set(pairs)) > 40
