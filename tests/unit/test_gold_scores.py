"""What answers to gold tell: nothing at once, and nothing that a second answer could mend."""

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.rules.jury import Ballot
from snapjury.rules.ledger import Ledger
from snapjury.rules.snapshot import Snapshot, Verdict
from snapjury.services.gold import KEPT_BACK, answers_to_score
from snapjury.services.reviews import Page, ReviewPorts, begin_session
from snapjury.services.voting import take_back, vote
from tests.builders import NOON
from tests.jury import NO, YES, chips_snapshot, drawn_by, id_of, jury_room, known_as, voted_by

SESSION = id_of(90_001)
SOON = NOON + 1000
DAY = 24 * KEPT_BACK


def begun(real: int = 6, gold: int = 4) -> tuple[Page, ReviewPorts]:
    """A QA's first page, among it gold of which YES is right."""
    ports = jury_room(real)
    for number in range(real, real + gold):
        ports.snapshots.add(replace(known_as(chips_snapshot(number), YES, NOON), version=1))
    return begin_session(SESSION, "kevin", ports, NOON), ports


def gold_on(page: Page) -> Snapshot:
    return next(each for each in page.snapshots if each.gold)


def say(snapshot: Snapshot, verdict: Verdict, ports: ReviewPorts, now: int = SOON) -> None:
    vote(snapshot.id, Ballot("kevin", SESSION, verdict), ports, now)


def scored(ports: ReviewPorts, now: int) -> list[str]:
    return [each.id for each in answers_to_score(ports.snapshots, lambda: now, NOON, now + DAY)]


def said_by_the_ledger(ports: ReviewPorts) -> list[int]:
    ledger = Ledger()
    for each in answers_to_score(ports.snapshots, lambda: NOON + DAY, NOON, NOON + DAY):
        ledger.add(each)
    return list(ledger.verdict)


def judge(snapshot_id: str, snapshots: MemorySnapshots) -> None:
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = snapshots.get(snapshot_id)
        if snapshot.decision is None:
            snapshots.save(drawn_by(snapshot, qa, SOON))
            snapshots.save(voted_by(snapshots.get(snapshot_id), qa, YES, SOON))


def test_an_answer_is_scored_no_sooner_than_what_was_shown_beside_it() -> None:
    page, ports = begun()
    gold = gold_on(page)
    assert gold.gold is not None
    assert gold.gold.shadow is not None
    say(gold, YES, ports)

    before = scored(ports, SOON + 1)
    say(ports.snapshots.get(gold.gold.shadow), YES, ports)
    judge(gold.gold.shadow, ports.snapshots)

    assert before == []
    assert scored(ports, SOON + 1) == [gold.id]


def test_where_nobody_judges_what_was_shown_beside_it_an_answer_is_scored_an_hour_later() -> None:
    page, ports = begun()
    gold = gold_on(page)
    say(gold, YES, ports)

    assert scored(ports, SOON + KEPT_BACK - 1) == []
    assert scored(ports, SOON + KEPT_BACK) == [gold.id]


@pytest.mark.parametrize("taken_back", [True, False])
def test_another_answer_than_the_first_is_worth_nothing(taken_back: bool) -> None:
    page, ports = begun()
    gold = gold_on(page)
    say(gold, NO, ports)

    if taken_back:
        take_back(gold.id, "kevin", SESSION, ports, SOON)
        only_taken_back = said_by_the_ledger(ports)
    say(gold, YES, ports, SOON + 1)

    assert ports.snapshots.get(gold.id).votes[0].verdict is YES
    assert said_by_the_ledger(ports) == [0]
    assert not taken_back or only_taken_back == [0]
