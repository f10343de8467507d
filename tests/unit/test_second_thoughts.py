"""Votes that are changed where a decision may come early: whoever tries both verdicts learns nothing that helps."""

from itertools import count
from random import Random

import pytest

from snapjury.rules.board import Window
from snapjury.rules.jury import Ballot, Rules, cast_vote, open_seats, withdraw_vote
from snapjury.rules.ledger import Ledger
from snapjury.rules.ranking import rank_qas
from snapjury.rules.snapshot import Snapshot, Verdict
from tests.builders import NOON
from tests.jury import LEASE, MINUTE, NO, YES, chips_snapshot, drawn_by, judged, rules_of, voted_by

EARLY = ["stop-when-decided", "lead-of-two", "confidence"]
SOON = NOON + MINUTE


def changed(snapshot: Snapshot, qa: str, verdict: Verdict, rules: Rules) -> Snapshot:
    return cast_vote(snapshot, Ballot(qa, f"session of {qa}", verdict), rules, SOON)[0]


def withdrawn(snapshot: Snapshot, qa: str, rules: Rules) -> Snapshot:
    return withdraw_vote(snapshot, qa, f"session of {qa}", rules, SOON)[0]


def first_of(snapshot: Snapshot, qa: str) -> Verdict | None:
    vote = snapshot.vote_of(qa)
    assert vote is not None
    return vote.first


@pytest.mark.parametrize("policy", EARLY)
def test_a_change_that_makes_votes_agree_leaves_the_decision_to_a_full_jury(policy: str) -> None:
    rules = rules_of(policy)
    torn = judged(YES, NO, policy=policy)

    agreed = changed(torn, "maria", YES, rules)
    decided = voted_by(drawn_by(agreed, "ahmed", rules=rules), "ahmed", YES, rules=rules)

    assert agreed.decision is None
    assert open_seats(agreed, rules, SOON) == 1
    assert decided.decision is not None
    assert (decided.decision.status, decided.decision.spared, decided.decision.audit) == (YES, 0, None)


@pytest.mark.parametrize("policy", EARLY)
def test_what_was_said_first_is_kept_however_it_is_changed(policy: str) -> None:
    rules = rules_of(policy)
    torn = judged(YES, NO, policy=policy)

    once = changed(torn, "maria", YES, rules)
    back = changed(once, "maria", NO, rules)
    taken_back = voted_by(withdrawn(torn, "maria", rules), "maria", YES, rules=rules)
    later = drawn_by(withdrawn(torn, "maria", rules), "maria", SOON + LEASE, rules, "another session")
    in_another = cast_vote(later, Ballot("maria", "another session", YES), rules, SOON + LEASE)[0]

    assert [first_of(each, "maria") for each in (torn, once, back)] == [None, NO, NO]
    assert [first_of(each, "maria") for each in (taken_back, in_another)] == [NO, NO]
    assert in_another.decision is None


def test_where_no_decision_comes_early_a_change_leaves_nothing_behind() -> None:
    rules = rules_of("three-votes")
    torn = judged(YES, NO)

    assert first_of(changed(torn, "maria", YES, rules), "maria") is None
    assert all(lease.first is None for lease in withdrawn(torn, "maria", rules).leases)


HONEST = {"ada": 0.92, "ben": 0.9, "cas": 0.88, "dan": 0.85}


def tried_both(snapshot: Snapshot, rules: Rules, chance: Random) -> Snapshot:
    """After eve, who looks at nothing: she says something, and where that decides nothing, the other."""
    first, other = chance.sample((YES, NO), 2)
    said = voted_by(drawn_by(snapshot, "eve", rules=rules), "eve", first, rules=rules)
    return said if said.decision else changed(said, "eve", other, rules)


@pytest.mark.parametrize("policy", EARLY)
def test_who_tries_both_verdicts_without_looking_is_not_ranked(policy: str) -> None:
    chance, rules, ledger = Random(5), rules_of(policy), Ledger()
    for number in range(400):
        truth, other = (YES, NO) if chance.random() < 0.7 else (NO, YES)
        qas = chance.sample([*HONEST, "eve"], 5)
        snapshot, voters = chips_snapshot(number), count()
        while snapshot.decision is None:
            qa = qas[next(voters)]
            if qa == "eve":
                snapshot = tried_both(snapshot, rules, chance)
            else:
                verdict = truth if chance.random() < HONEST[qa] else other
                snapshot = voted_by(drawn_by(snapshot, qa, rules=rules), qa, verdict, rules=rules)
        ledger.add(snapshot)

    board = rank_qas(ledger, Window.ALL, 0, NOON, True)

    rows = {row.qa: row for row in board.rows}
    assert rows["eve"].votes > 100
    assert rows["eve"].rank is None
    assert all(rows[qa].rank for qa in HONEST)
