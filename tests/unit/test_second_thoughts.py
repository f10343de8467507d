"""Votes that are changed where a decision may come early: whoever tries both verdicts learns nothing that helps."""

from collections.abc import Callable, Sequence
from random import Random

import pytest
from msgspec.structs import replace

from snapjury.rules.board import Window
from snapjury.rules.crowd import Crowd
from snapjury.rules.jury import Ballot, Rules, cast_vote, give_up_seat, open_seats, withdraw_vote
from snapjury.rules.ledger import Ledger
from snapjury.rules.policy import JURY, POLICIES, Majority, tells_by_stopping
from snapjury.rules.ranking import rank_qas
from snapjury.rules.snapshot import Snapshot, Verdict, Vote
from tests.builders import NOON
from tests.jury import LEASE, MINUTE, NO, YES, chips_snapshot, drawn_by, judged, rules_of, seat_for, voted_by

EARLY = [name for name, policy in POLICIES.items() if tells_by_stopping(policy)]
SOON = NOON + MINUTE


def changed(snapshot: Snapshot, qa: str, verdict: Verdict, rules: Rules) -> Snapshot:
    return cast_vote(snapshot, Ballot(qa, f"session of {qa}", verdict), rules, SOON)[0]


def said_by(snapshot: Snapshot, qa: str, verdict: Verdict, rules: Rules, now: int) -> Snapshot:
    return voted_by(drawn_by(snapshot, qa, now, rules), qa, verdict, now, rules)


def withdrawn(snapshot: Snapshot, qa: str, rules: Rules) -> Snapshot:
    return withdraw_vote(snapshot, qa, f"session of {qa}", rules, SOON)[0]


def first_of(snapshot: Snapshot, qa: str) -> Verdict | None:
    vote = snapshot.vote_of(qa)
    assert vote is not None
    return vote.first


def test_a_policy_that_may_stop_early_tells_by_that_whatever_seats_it_opens() -> None:
    class TwoAgree(Majority, frozen=True):
        """Opens all seats at once, and stops when two agree."""

        def seats(self, votes: Sequence[Vote], crowd: Crowd) -> int:
            return len(votes) if self.stop(votes, crowd) else self.most

    assert {"stop-when-decided", "lead-of-two", "confidence"} <= set(EARLY)
    assert not {"one-vote", "three-votes"} & set(EARLY)
    assert tells_by_stopping(TwoAgree("two-agree/1", 3, stops_early=True))


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
    assert withdrawn(torn, "maria", rules).withdrawn == ()


@pytest.mark.parametrize("policy", EARLY)
def test_a_vote_that_is_taken_back_leaves_the_decision_to_a_full_jury(policy: str) -> None:
    rules = rules_of(policy)
    torn = judged(YES, NO, YES, policy=policy) if policy == "lead-of-two" else judged(YES, NO, policy=policy)

    alone = withdrawn(torn, "maria", rules)
    decided = voted_by(alone, "maria", NO, rules=rules)
    others = alone
    for qa in ("zoe", "li"):
        others = others if others.decision else said_by(others, qa, YES, rules, SOON + 2 * LEASE)

    assert alone.decision is None
    assert decided.decision is None or len(decided.votes) == JURY
    assert others.decision is not None
    assert len(others.votes) == JURY


@pytest.mark.parametrize("policy", EARLY)
def test_what_was_taken_back_is_scored_whether_it_is_said_again_or_not(policy: str) -> None:
    rules = rules_of(policy)
    alone = withdrawn(judged(YES, NO, policy=policy), "maria", rules)
    for qa in ("ahmed", "zoe", "li"):
        alone = alone if alone.decision else said_by(alone, qa, YES, rules, SOON + 2 * LEASE)
    again = replace(alone, leases=(*alone.leases, seat_for("maria", SOON)))

    in_vain = cast_vote(again, Ballot("maria", "session of maria", YES), rules, SOON + 2 * LEASE)[0]

    assert alone.vote_of("maria") is None
    assert [vote.qa for vote in in_vain.surplus] == ["maria"]
    for each in (alone, in_vain):
        ledger = Ledger()
        ledger.add(each)
        of_maria = [bool(ledger.verdict[place]) for place, qa in enumerate(ledger.qa) if qa == ledger.qas["maria"]]
        assert of_maria == [False]


@pytest.mark.parametrize("policy", EARLY)
def test_what_was_said_first_outlives_the_seat_and_the_session(policy: str) -> None:
    rules = rules_of(policy)
    alone = withdrawn(judged(YES, NO, policy=policy), "maria", rules)
    closed = give_up_seat(alone, "maria", "session of maria", SOON)

    anew = drawn_by(closed, "maria", SOON, rules, "another session")
    said = cast_vote(anew, Ballot("maria", "another session", YES), rules, SOON)[0]
    in_the_old_one = cast_vote(
        replace(anew, leases=(*anew.leases, seat_for("maria", SOON))),
        Ballot("maria", "session of maria", YES),
        rules,
        SOON,
    )[0]

    assert [first_of(each, "maria") for each in (said, in_the_old_one)] == [NO, NO]
    assert said.withdrawn == ()
    assert said.decision is None


Trick = Callable[[Snapshot, Rules, Random], Snapshot]

HONEST = {"ada": 0.92, "ben": 0.9, "cas": 0.88, "dan": 0.85}


def tried_both(snapshot: Snapshot, rules: Rules, chance: Random) -> Snapshot:
    """After eve, who looks at nothing: she says something, and where that decides nothing, the other."""
    first, other = chance.sample((YES, NO), 2)
    said = voted_by(drawn_by(snapshot, "eve", rules=rules), "eve", first, rules=rules)
    return said if said.decision else changed(said, "eve", other, rules)


def said_anew(snapshot: Snapshot, rules: Rules, chance: Random) -> Snapshot:
    """After eve, who looks at nothing, takes back what decides nothing, and says it again later if she still can."""
    if snapshot.vote_of("eve") is None:
        return voted_by(drawn_by(snapshot, "eve", rules=rules), "eve", chance.choice((YES, NO)), rules=rules)
    without = withdrawn(snapshot, "eve", rules)
    return without if chance.random() < 0.5 else voted_by(without, "eve", chance.choice((YES, NO)), rules=rules)


@pytest.mark.parametrize("trick", [tried_both, said_anew])
@pytest.mark.parametrize("policy", EARLY)
def test_who_tries_both_verdicts_without_looking_is_not_ranked(policy: str, trick: Trick) -> None:
    chance, rules, ledger = Random(5), rules_of(policy), Ledger()
    for number in range(400):
        truth, other = (YES, NO) if chance.random() < 0.7 else (NO, YES)
        qas = chance.sample([*HONEST, "eve"], 5)
        snapshot = chips_snapshot(number)
        for qa in qas:
            if snapshot.decision is None and qa == "eve":
                snapshot = trick(snapshot, rules, chance)
            elif snapshot.decision is None and open_seats(snapshot, rules, SOON) > 0:
                verdict = truth if chance.random() < HONEST[qa] else other
                snapshot = voted_by(drawn_by(snapshot, qa, rules=rules), qa, verdict, rules=rules)
                if trick is said_anew and snapshot.decision is None and snapshot.vote_of("eve"):
                    snapshot = trick(snapshot, rules, chance)
        if snapshot.decision is None:  # only her vote is missing
            snapshot = said_by(snapshot, "eve", chance.choice((YES, NO)), rules, SOON + 2 * LEASE)
        ledger.add(snapshot)

    board = rank_qas(ledger, Window.ALL, 0, NOON, True)

    rows = {row.qa: row for row in board.rows}
    assert rows["eve"].votes > 100
    assert rows["eve"].rank is None
    assert all(rows[qa].rank for qa in HONEST)
