from math import isnan

import numpy as np
import pytest
from msgspec.structs import replace

from snapjury.rules.board import Board, Row, Window, crowd_of, neighbours_of
from snapjury.rules.crowd import NOBODY_KNOWN, probability_of_correct
from snapjury.rules.ledger import Ledger
from snapjury.rules.ranking import medians, rank_qas, seconds_of
from snapjury.rules.snapshot import Decision, Gold, Reason, Snapshot, Verdict, Vote
from tests.boards import a_row
from tests.builders import NOON
from tests.crowds import crowd, with_one_more
from tests.jury import NO, YES, chips_snapshot

SECOND = 1000
MINUTE = 60 * SECOND


def vote(qa: str, verdict: Verdict, at: int = NOON, drawn_at: int = NOON, session: str = "") -> Vote:
    return Vote(qa, verdict, at, session or f"{qa}'s", drawn_at, 0)


def decided(number: int, *votes: Vote, status: Verdict = YES) -> Snapshot:
    decision = Decision(status, Reason.MAJORITY, 0.8, NOON, "three-votes/1", 0)
    return chips_snapshot(number, votes=votes, decision=decision)


def ledger_of(*snapshots: Snapshot) -> Ledger:
    ledger = Ledger()
    for snapshot in snapshots:
        ledger.add(snapshot)
    return ledger


def board_of(ledger: Ledger) -> Board:
    return rank_qas(ledger, Window.WEEK, NOON - 7, NOON, True)


def a_session_of_three(snapshots: int = 100) -> Ledger:
    """Every fifth snapshot is wrong; ada sees all of them, ben most, and cas a third."""
    ledger = Ledger()
    for number in range(snapshots):
        truth, other = (NO, YES) if number % 5 == 0 else (YES, NO)
        said = {"ada": truth, "ben": other if number % 11 == 0 else truth, "cas": other if number % 3 == 1 else truth}
        ledger.add(decided(number, *(vote(qa, verdict) for qa, verdict in said.items()), status=truth))
    return ledger


def rows_by_name(board: Board) -> dict[str, Row]:
    return {row.qa: row for row in board.rows}


def test_a_copycat_and_the_one_copied_are_known_as_such_and_have_no_rank() -> None:
    votes, _, _ = crowd(5, tasks=500)
    copied = votes.worker == 10
    votes = with_one_more(votes, votes.task[copied], votes.label[copied])
    said: dict[int, list[Vote]] = {}
    for task, worker, label in zip(votes.task, votes.worker, votes.label, strict=True):
        said.setdefault(int(task), []).append(vote(f"qa{worker}", YES if label else NO))

    rows = rows_by_name(board_of(ledger_of(*(decided(task, *each) for task, each in said.items()))))

    assert {qa for qa, row in rows.items() if row.is_copy} == {"qa10", "qa20"}
    assert rows["qa10"].rank is rows["qa20"].rank is None


def test_three_qas_are_ranked_by_how_well_they_tell_right_from_wrong() -> None:
    board = board_of(a_session_of_three())

    assert [row.qa for row in board.rows] == ["ada", "ben", "cas"]
    assert [row.rank for row in board.rows[:2]] == [1, 2]
    assert (board.snapshots, board.votes) == (100, 300)
    assert all(row.lower < row.score < row.upper for row in board.rows)


def test_agreement_is_the_share_of_votes_that_the_decision_followed() -> None:
    rows = rows_by_name(board_of(a_session_of_three(99)))

    assert rows["ada"].agreement == 1
    assert rows["ben"].agreement == pytest.approx(90 / 99)
    assert rows["cas"].agreement == pytest.approx(66 / 99)
    assert rows["cas"].votes == 99


def test_who_always_says_the_same_has_no_rank_and_comes_last() -> None:
    ledger = a_session_of_three(60)
    for number in range(60, 120):
        truth = NO if number % 5 == 0 else YES
        votes = (vote("ada", truth), vote("ben", truth), vote("eve", YES))
        ledger.add(decided(number, *votes, status=truth))

    last = board_of(ledger).rows[-1]

    assert (last.qa, last.rank) == ("eve", None)


def test_a_leaderboard_of_no_votes_has_no_rows() -> None:
    board = board_of(Ledger())

    assert (board.rows, board.snapshots, board.votes) == ((), 0, 0)
    assert crowd_of(board) == NOBODY_KNOWN


def test_one_vote_is_enough_for_a_row_but_not_for_a_rank() -> None:
    (row,) = board_of(ledger_of(decided(1, vote("ada", YES)))).rows

    assert (row.qa, row.rank, row.votes) == ("ada", None, 1)


def test_what_is_undecided_or_was_decided_without_votes_is_not_entered() -> None:
    ledger = ledger_of(decided(1), chips_snapshot(2, votes=(vote("ada", YES),)))

    assert (ledger.snapshots, ledger.votes) == (0, 0)


def test_gold_is_scored_by_its_known_answer_although_one_vote_is_all_there_is() -> None:
    ledger = Ledger()
    for number in range(60):
        answer, other = (NO, YES) if number % 3 == 0 else (YES, NO)
        gold = Gold(f"original {number}", answer)
        ledger.add(chips_snapshot(2 * number, votes=(vote("ada", answer),), gold=gold))
        said = other if number % 4 == 0 else answer
        ledger.add(chips_snapshot(2 * number + 1, votes=(vote("ben", said),), gold=gold))

    ada, ben = board_of(ledger).rows

    assert [(row.qa, row.rank, row.votes) for row in (ada, ben)] == [("ada", 1, 60), ("ben", 2, 60)]
    assert (ada.agreement, ben.agreement) == (1, 0.75)


def test_a_marked_snapshot_counts_as_what_is_known_whatever_was_decided() -> None:
    ledger = ledger_of(replace(decided(1, vote("ada", NO)), known=NO), decided(2, vote("ada", YES)))

    assert (list(ledger.decided), list(ledger.known)) == ([0, 1], [0, -1])


def test_surplus_votes_are_not_entered() -> None:
    ledger = ledger_of(replace(decided(1, vote("ada", YES)), surplus=(vote("ben", NO),)))

    assert ledger.votes == 1


def test_who_is_in_the_ledger_without_a_vote_that_was_kept_has_no_row() -> None:
    ledger = ledger_of(decided(1, vote("ada", YES)), decided(2, vote("ben", YES), vote("ada", NO)))

    ledger.cut(snapshots=1, votes=1)

    assert [row.qa for row in board_of(ledger).rows] == ["ada"]


def test_the_order_of_the_snapshots_changes_nothing() -> None:
    snapshots = [decided(number, vote("ada", YES), vote("ben", NO)) for number in range(9)]

    assert board_of(ledger_of(*snapshots)) == board_of(ledger_of(*reversed(snapshots)))


def test_a_vote_takes_the_time_since_the_one_before_it_in_the_session() -> None:
    ledger = ledger_of(
        decided(1, vote("ada", YES, at=NOON + 9 * SECOND)),
        decided(2, vote("ada", YES, at=NOON + 4 * SECOND)),
        decided(3, vote("ada", YES, at=NOON + 20 * SECOND, drawn_at=NOON + 17 * SECOND)),
        decided(4, vote("ada", YES, at=NOON + 6 * SECOND, session="another tab")),
        decided(5, vote("ben", YES, at=NOON + 8 * SECOND)),
    )

    assert list(seconds_of(ledger)) == [5, 4, 3, 6, 8]


def test_a_vote_after_a_coffee_break_took_nobody_knows_how_long() -> None:
    ledger = ledger_of(
        decided(1, vote("ada", YES, at=NOON + 5 * MINUTE)),
        decided(2, vote("ada", YES, at=NOON + 10 * MINUTE + 1)),
    )

    seconds = seconds_of(ledger)

    assert seconds[0] == 300
    assert isnan(seconds[1])


def test_the_median_is_that_of_the_times_that_are_known() -> None:
    values = np.array([3.0, 1.0, np.nan, 2.0, 10.0, 4.0, np.nan])
    qa = np.array([0, 0, 0, 0, 1, 1, 2])

    found = medians(values, qa, 4)

    assert list(found[:2]) == [2, 7]
    assert np.isnan(found[2:]).all()


def test_a_qa_whose_times_are_not_known_has_none() -> None:
    (row,) = board_of(ledger_of(decided(1, vote("ada", YES, at=NOON + 6 * MINUTE)))).rows

    assert row.seconds is None


@pytest.mark.parametrize(
    ("qa", "around"),
    [("a", "bc"), ("b", "acd"), ("c", "abde"), ("e", "cd"), ("unranked", ""), ("nobody", "")],
)
def test_neighbours_are_the_two_ranked_above_and_the_two_below(qa: str, around: str) -> None:
    rows = [*(a_row(name, rank) for rank, name in enumerate("abcde", start=1)), a_row("unranked")]

    assert "".join(row.qa for row in neighbours_of(qa, rows)) == around


def test_the_better_half_of_the_ranked_are_referees_and_everybodys_rates_are_known() -> None:
    board = board_of(a_session_of_three())

    crowd = crowd_of(board)

    believed = {qa: probability_of_correct([vote(qa, YES)], crowd) for qa in crowd.qas}
    assert crowd.referees == {"ada", "ben"}
    assert set(crowd.qas) == {"ada", "ben", "cas"}
    assert believed["ada"] > believed["cas"] > 0.5
