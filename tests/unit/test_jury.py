import pytest
from msgspec.structs import replace

from snapjury.errors import AlreadyDecidedError, NotDrawnError
from snapjury.rules.crowd import NOBODY_KNOWN
from snapjury.rules.jury import (
    LATE_LEASES_KEPT,
    Ballot,
    cast_vote,
    may_be_drawn,
    open_seats,
    open_snapshot,
    take_seat,
    withdraw_vote,
)
from snapjury.rules.policy import JURY, POLICIES
from snapjury.rules.snapshot import Reason, Snapshot, Standing
from tests.builders import NOON
from tests.jury import KNOWN, LEASE, MINUTE, NO, YES, chips_snapshot, drawn_by, judged, rules_of, seat_for, voted_by

RULES = rules_of()
LATER = NOON + LEASE + 1


def ballot(qa: str, verdict: object = YES, session: str = "") -> Ballot:
    return Ballot(qa, session or f"session of {qa}", verdict)  # type: ignore[arg-type]


def test_a_snapshot_is_given_to_three_qas_at_a_time_and_no_more() -> None:
    snapshot = chips_snapshot()
    for qa in ("kevin", "maria", "ahmed"):
        snapshot = drawn_by(snapshot, qa)

    assert take_seat(snapshot, seat_for("zoe", NOON), RULES) is None


def test_a_seat_is_free_again_once_its_lease_has_expired() -> None:
    snapshot = chips_snapshot()
    for qa in ("kevin", "maria", "ahmed"):
        snapshot = drawn_by(snapshot, qa)

    assert not may_be_drawn(snapshot, "zoe", "z", RULES, NOON + LEASE - 1)
    assert may_be_drawn(snapshot, "zoe", "z", RULES, NOON + LEASE)


def test_the_majority_of_three_different_qas_decides() -> None:
    snapshot = judged(YES, NO, YES)

    assert snapshot.status is YES
    assert snapshot.voters == ("kevin", "maria", "ahmed")
    assert take_seat(snapshot, seat_for("zoe", NOON), RULES) is None


def test_one_review_decides_where_the_jury_is_of_one() -> None:
    assert judged(NO, policy="one-vote").status is NO


def test_two_that_agree_decide_where_it_stops_when_decided() -> None:
    assert judged(NO, NO, policy="stop-when-decided").status is NO
    assert judged(NO, YES, policy="stop-when-decided").decision is None
    assert judged(NO, YES, NO, policy="stop-when-decided").status is NO


def test_the_same_vote_again_changes_nothing_and_is_answered_alike() -> None:
    drawn = drawn_by(chips_snapshot(), "kevin")

    once, first = cast_vote(drawn, ballot("kevin"), RULES, NOON + 1)
    twice, second = cast_vote(once, ballot("kevin"), RULES, NOON + 2)

    assert twice is once
    assert second == first
    assert first.counted


def test_a_vote_may_be_changed_until_the_decision() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin")
    snapshot = cast_vote(snapshot, ballot("kevin", YES), RULES, NOON + 1)[0]

    changed, receipt = cast_vote(snapshot, ballot("kevin", NO), RULES, NOON + 2)

    assert [vote.verdict for vote in changed.votes] == [NO]
    assert receipt.counted


def test_after_the_decision_a_vote_stands() -> None:
    decided = judged(YES, YES, NO)

    with pytest.raises(AlreadyDecidedError, match="your vote 'correct' stands"):
        cast_vote(decided, ballot("kevin", NO), RULES, LATER)
    with pytest.raises(AlreadyDecidedError):
        withdraw_vote(decided, "kevin", "session of kevin", RULES, LATER)
    assert cast_vote(decided, ballot("kevin", YES), RULES, LATER)[1].standing is Standing.COUNTED


def test_a_vote_after_its_lease_expired_counts_if_a_seat_is_open() -> None:
    drawn = drawn_by(chips_snapshot(), "kevin")

    voted, receipt = cast_vote(drawn, ballot("kevin"), RULES, LATER)

    assert receipt.counted
    assert voted.voters == ("kevin",)


def test_a_vote_after_its_lease_expired_is_surplus_if_every_seat_is_taken() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin")
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = drawn_by(snapshot, qa, LATER)

    late, receipt = cast_vote(snapshot, ballot("kevin"), RULES, LATER + 1)

    assert receipt.standing is Standing.NO_OPEN_SEAT
    assert late.votes == ()
    assert [vote.qa for vote in late.surplus] == ["kevin"]
    assert not may_be_drawn(late, "kevin", "another", RULES, LATER + LEASE * 2)


def test_a_surplus_vote_is_changed_and_taken_back_as_any_other() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin")
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = drawn_by(snapshot, qa, LATER)
    late = cast_vote(snapshot, ballot("kevin"), RULES, LATER + 1)[0]

    changed, receipt = cast_vote(late, ballot("kevin", NO), RULES, LATER + 2)
    without = withdraw_vote(changed, "kevin", "session of kevin", RULES, LATER + 3)[0]

    assert receipt.standing is Standing.NO_OPEN_SEAT
    assert [(vote.qa, vote.verdict, vote.at) for vote in changed.surplus] == [("kevin", NO, LATER + 2)]
    assert changed.votes == without.votes == without.surplus == ()


def test_of_surplus_votes_the_earliest_takes_the_seat_that_stays_empty() -> None:
    snapshot = drawn_by(drawn_by(chips_snapshot(), "kevin"), "li")
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = drawn_by(snapshot, qa, LATER)
    for late in ("li", "kevin"):
        snapshot = cast_vote(snapshot, ballot(late), RULES, LATER + 1)[0]
    for qa in ("maria", "ahmed"):
        snapshot = cast_vote(snapshot, ballot(qa), RULES, LATER + 2)[0]

    opened = open_snapshot(snapshot, RULES, LATER + LEASE + 1)  # zoe never came

    assert opened.voters == ("maria", "ahmed", "li")
    assert [vote.qa for vote in opened.surplus] == ["kevin"]


def test_a_surplus_vote_takes_a_seat_that_stays_empty_and_is_answered_as_before() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin")
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = drawn_by(snapshot, qa, LATER)
    snapshot, told = cast_vote(snapshot, ballot("kevin"), RULES, LATER + 1)
    for qa in ("maria", "ahmed"):
        snapshot = cast_vote(snapshot, ballot(qa), RULES, LATER + 2)[0]

    opened = open_snapshot(snapshot, RULES, LATER + LEASE + 1)  # zoe never came

    assert opened.voters == ("maria", "ahmed", "kevin")
    assert opened.status is YES
    assert opened.surplus == ()
    assert cast_vote(opened, ballot("kevin"), RULES, LATER + LEASE + 2)[1] == told


def test_a_vote_after_the_decision_is_kept_and_does_not_count() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin")
    for qa in ("maria", "ahmed", "zoe"):
        snapshot = voted_by(drawn_by(snapshot, qa, LATER), qa, NO, LATER + 1)

    late, receipt = cast_vote(snapshot, ballot("kevin"), RULES, LATER + 2)

    assert receipt.standing is Standing.ALREADY_DECIDED
    assert late.status is NO
    assert len(late.votes) == 3
    assert [vote.qa for vote in late.surplus] == ["kevin"]


def test_who_never_drew_it_cannot_vote() -> None:
    drawn = drawn_by(chips_snapshot(), "kevin")

    with pytest.raises(NotDrawnError):
        cast_vote(drawn, ballot("maria"), RULES, NOON + 1)
    with pytest.raises(NotDrawnError):
        cast_vote(drawn, ballot("kevin", YES, "another session"), RULES, NOON + 1)
    with pytest.raises(NotDrawnError):
        withdraw_vote(drawn, "maria", "session of maria", RULES, NOON + 1)


def test_a_withdrawn_vote_gives_the_seat_back_to_its_qa() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin")
    snapshot = cast_vote(snapshot, ballot("kevin"), RULES, NOON + 1)[0]

    without, receipt = withdraw_vote(snapshot, "kevin", "session of kevin", RULES, NOON + 2)
    again, voted = cast_vote(without, ballot("kevin", NO), RULES, NOON + 3)

    assert without.votes == ()
    assert (receipt.standing, receipt.remaining) == (Standing.WITHDRAWN, voted.remaining + 1)
    assert again.votes[0].verdict is NO
    assert withdraw_vote(without, "kevin", "session of kevin", RULES, NOON + 3) == (without, receipt)


def test_a_vote_may_be_taken_back_in_another_session_and_that_again() -> None:
    snapshot = drawn_by(chips_snapshot(), "kevin", NOON, session="left open")
    snapshot = drawn_by(snapshot, "kevin", LATER, session="went on")
    voted, _ = cast_vote(snapshot, ballot("kevin", YES, "left open"), RULES, LATER)

    without, receipt = withdraw_vote(voted, "kevin", "went on", RULES, LATER + 1)

    assert without.votes == ()
    assert withdraw_vote(without, "kevin", "went on", RULES, LATER + 2) == (without, receipt)


def test_a_withdrawal_never_opens_more_seats_than_a_full_jury_has() -> None:
    rules = rules_of("stop-when-decided")
    torn = judged(YES, NO, policy="stop-when-decided")
    torn = drawn_by(torn, "ahmed", NOON + MINUTE, rules)

    without, _ = withdraw_vote(torn, "kevin", "session of kevin", rules, NOON + 2 * MINUTE)

    assert open_seats(without, rules, NOON + 2 * MINUTE) == 0
    assert len(without.votes) + len(without.live_leases(NOON + 2 * MINUTE)) == JURY


def test_two_tabs_of_one_qa_never_show_the_same_snapshot() -> None:
    first_tab = drawn_by(chips_snapshot(), "kevin", session="first")

    assert not may_be_drawn(first_tab, "kevin", "second", RULES, NOON + 1)
    assert may_be_drawn(first_tab, "kevin", "first", RULES, NOON + 1)


def test_a_page_drawn_again_keeps_its_seat_and_renews_it_in_the_second_half() -> None:
    drawn = drawn_by(chips_snapshot(), "kevin")

    soon = take_seat(drawn, seat_for("kevin", NOON + MINUTE), RULES)
    late = take_seat(drawn, seat_for("kevin", NOON + 4 * MINUTE), RULES)

    assert soon is drawn
    assert late is not None
    assert late.leases[0].expires_at == NOON + 4 * MINUTE + LEASE
    assert late.leases[0].drawn_at == NOON


def test_a_policy_that_asks_for_fewer_decides_what_has_enough_votes_already() -> None:
    waiting = judged(NO, NO)

    assert open_snapshot(waiting, RULES, LATER).decision is None
    assert open_snapshot(waiting, rules_of("stop-when-decided"), LATER).status is NO


def test_a_snapshot_that_many_abandon_keeps_the_newest_leases_only() -> None:
    snapshot = chips_snapshot()
    for turn in range(40):
        snapshot = drawn_by(snapshot, f"qa {turn}", NOON + turn * (LEASE + 1))

    assert len(snapshot.leases) <= LATE_LEASES_KEPT + 1
    assert snapshot.version == 41


def test_votes_past_an_early_decision_are_asked_only_in_the_audit() -> None:
    usual, audited = rules_of("stop-when-decided"), rules_of("stop-when-decided", audit_share=100)

    assert judged(NO, NO, rules=usual).status is NO
    assert judged(NO, NO, rules=audited).decision is None
    decision = judged(NO, NO, YES, rules=audited).decision
    assert decision is not None
    assert (decision.status, decision.reason, decision.audit, decision.spared) == (NO, Reason.MAJORITY, NO, 0)


def test_what_is_known_of_the_qas_decides_where_the_policy_is_confidence() -> None:
    rules = rules_of("confidence", crowd=KNOWN)

    by_the_best = judged(YES, YES, rules=rules).decision

    assert by_the_best is not None
    assert by_the_best.reason is Reason.CONFIDENT


BEST_FIRST = rules_of("stop-when-decided", crowd=KNOWN, referee_time=10 * MINUTE)


def split_between(first: str, second: str) -> Snapshot:
    """A snapshot of which two QAs say different things, at NOON + MINUTE."""
    drawn = drawn_by(drawn_by(chips_snapshot(), first, rules=BEST_FIRST), second, rules=BEST_FIRST)
    return voted_by(voted_by(drawn, first, YES, rules=BEST_FIRST), second, NO, rules=BEST_FIRST)


def test_a_deciding_vote_waits_for_the_best_ranked_and_then_for_anyone() -> None:
    split = split_between("ahmed", "zoe")

    assert not may_be_drawn(split, "maria", "m", BEST_FIRST, NOON + 11 * MINUTE - 1)
    assert may_be_drawn(split, "kevin", "k", BEST_FIRST, NOON + 2 * MINUTE)
    assert may_be_drawn(split, "maria", "m", BEST_FIRST, NOON + 11 * MINUTE)


def test_a_deciding_vote_waits_for_nobody_if_all_the_best_have_voted_or_none_are_known() -> None:
    by_referees = split_between("kevin", "li")
    unknown = replace(BEST_FIRST, crowd=NOBODY_KNOWN)

    assert may_be_drawn(by_referees, "maria", "m", BEST_FIRST, NOON + 2 * MINUTE)
    assert may_be_drawn(split_between("ahmed", "zoe"), "maria", "m", unknown, NOON + 2 * MINUTE)


def test_a_vote_that_decides_nothing_yet_is_for_anyone() -> None:
    fresh = chips_snapshot()
    once = voted_by(drawn_by(fresh, "ahmed", rules=BEST_FIRST), "ahmed", YES, rules=BEST_FIRST)

    assert may_be_drawn(fresh, "maria", "m", BEST_FIRST, NOON)
    assert may_be_drawn(once, "maria", "m", BEST_FIRST, NOON + 2 * MINUTE)


def test_a_page_that_shows_a_snapshot_keeps_it_when_the_votes_become_even() -> None:
    rules = replace(BEST_FIRST, policy=POLICIES["three-votes"])
    snapshot = chips_snapshot()
    for qa in ("ahmed", "zoe", "maria"):
        snapshot = drawn_by(snapshot, qa, rules=rules)
    even = voted_by(voted_by(snapshot, "ahmed", YES, rules=rules), "zoe", NO, rules=rules)

    assert take_seat(even, seat_for("maria", NOON + 2 * MINUTE), rules) is even
    assert voted_by(even, "maria", NO, NOON + 3 * MINUTE, rules).status is NO


def test_who_sits_at_it_is_counted_also_if_a_vote_is_taken_back_meanwhile() -> None:
    rules = rules_of("lead-of-two")
    split = judged(YES, NO, rules=rules)
    for qa in ("ahmed", "zoe"):  # both seats that could end it
        split = drawn_by(split, qa, NOON + MINUTE, rules)
    alone, _ = withdraw_vote(split, "maria", "session of maria", rules, NOON + 2 * MINUTE)

    once, first = cast_vote(alone, ballot("ahmed", NO), rules, NOON + 3 * MINUTE)
    twice, second = cast_vote(once, ballot("zoe", NO), rules, NOON + 3 * MINUTE)

    assert open_seats(alone, rules, NOON + 2 * MINUTE) == 0
    assert first.counted
    assert second.counted
    assert twice.voters == ("kevin", "ahmed", "zoe")


def test_who_sits_at_it_is_counted_also_if_a_change_leaves_fewer_seats_than_are_kept() -> None:
    rules = rules_of("lead-of-two")
    split = judged(YES, NO, rules=rules)
    for qa in ("ahmed", "zoe"):
        split = drawn_by(split, qa, NOON + MINUTE, rules)
    agreed = cast_vote(split, ballot("maria", YES), rules, NOON + 2 * MINUTE)[0]

    once, receipt = cast_vote(agreed, ballot("ahmed", NO), rules, NOON + 3 * MINUTE)

    assert open_seats(agreed, rules, NOON + 2 * MINUTE) < 0
    assert receipt.counted
    assert once.voters == ("kevin", "maria", "ahmed")
