from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_boards import MemoryBoards, MemoryScoringQueue
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.rules.board import DAY, Board, Window
from snapjury.rules.snapshot import Decision, Reason, Vote
from snapjury.services.ports import SnapshotPage
from snapjury.services.scoring import ScoringPorts, decided_in, score_windows
from tests.boards import a_board
from tests.builders import NOON
from tests.crashes import CrashError, CrashPoint, Overtaking
from tests.jury import YES, chips_snapshot

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
QAS = ("kevin", "maria", "ahmed")


class Scorer:
    """The scorer on stores in memory, with decided snapshots of three votes each."""

    def __init__(self, crash_point: CrashPoint | None = None, **settings: Any) -> None:
        self.now = NOON
        self.has_time: Callable[[], bool] = lambda: True
        self.snapshots = MemorySnapshots()
        self.boards = MemoryBoards()
        self.queue = MemoryScoringQueue()
        around: Callable[[Any], Any] = crash_point.around if crash_point else lambda port: port
        self.reads: list[tuple[int, int]] = []
        self.ports = ScoringPorts(
            (partial(decided_in, self),), around(self.boards), around(self.queue), lambda: self.now, MINUTE, **settings
        )

    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        self.reads.append((since, until))
        return self.snapshots.decided(since, until, 7, position)

    def decide(self, *moments: int) -> None:
        for moment in moments:
            number = len(self.snapshots.snapshots)
            votes = tuple(Vote(qa, YES, moment, "", moment - 4 * SECOND, 0) for qa in QAS)
            decision = Decision(YES, Reason.UNANIMOUS, 0.8, moment, "three-votes/1", 0)
            self.snapshots.add(chips_snapshot(number, votes=votes, decision=decision))

    def score(self, due: int | None = None) -> dict[Window, Board]:
        scored = score_windows(self.now if due is None else due, self.ports, self.has_time)
        return {board.window: board for board in scored}


def decisions(scorer: Scorer) -> dict[str, int]:
    """How many decisions each stored leaderboard is about."""
    return {window: board.snapshots for window, board in scorer.boards.boards.items()}


def test_each_window_is_about_the_decisions_in_it() -> None:
    scorer = Scorer()
    scorer.decide(*(NOON - each * DAY - 1 for each in (0, 1, 6, 7, 20, 29, 30, 400)), NOON)

    scorer.score()

    assert decisions(scorer) == {"week": 3, "month": 6, "all": 8}
    assert scorer.boards.boards[Window.WEEK].since == NOON - 7 * DAY
    assert all(board.complete and board.until == NOON for board in scorer.boards.boards.values())


def test_everything_is_read_once_and_little_of_nothing() -> None:
    scorer = Scorer()
    scorer.decide(NOON - HOUR, NOON - 100 * DAY)

    scorer.score()

    spans = sorted(set(scorer.reads))
    assert spans[0][0] == 0
    assert [since for since, _ in spans[1:]] == [until for _, until in spans[:-1]]
    assert spans[-1][1] == NOON
    assert len(spans) < 25


def test_nothing_is_scored_that_was_scored_since() -> None:
    scorer = Scorer()
    scorer.score()
    scorer.reads.clear()
    scorer.now += HOUR

    again = scorer.score(due=NOON)

    assert again == {}
    assert (scorer.reads, scorer.queue.messages) == ([], [])


def test_a_hint_that_comes_too_soon_is_put_off() -> None:
    scorer = Scorer()
    scorer.score()
    scorer.now += 20 * SECOND + 1
    due = NOON + 10 * SECOND

    again = scorer.score(due)

    assert again == {}
    assert scorer.queue.messages == [(due, 40)]


def test_a_hint_that_was_put_off_is_scored_when_it_comes_again() -> None:
    scorer = Scorer()
    scorer.score()
    scorer.decide(NOON + SECOND)
    scorer.now += MINUTE

    again = scorer.score(due=NOON + 2 * SECOND)

    assert {board.snapshots for board in again.values()} == {1}
    assert scorer.queue.messages == []


def test_what_takes_long_to_score_is_left_alone_for_longer() -> None:
    scorer = Scorer()
    for window, took in ((Window.WEEK, 2 * SECOND), (Window.MONTH, 30 * SECOND), (Window.ALL, MINUTE)):
        scorer.boards.save(a_board(window, NOON, took=took))
    scorer.now += 3 * MINUTE

    scored = scorer.score()

    assert list(scored) == [Window.WEEK]
    assert scorer.queue.messages == [(scorer.now, 7 * 60)]


def test_a_message_is_never_put_off_for_longer_than_the_queue_keeps_one_back() -> None:
    scorer = Scorer()
    for window in Window:
        scorer.boards.save(a_board(window, NOON, took=HOUR))
    scorer.now += SECOND

    scorer.score()

    assert scorer.queue.messages == [(scorer.now, 900)]


def test_a_wide_window_alone_is_read_without_the_narrow_ones() -> None:
    scorer = Scorer()
    scorer.decide(NOON - 100 * DAY)
    for window in (Window.WEEK, Window.MONTH):
        scorer.boards.save(a_board(window, NOON))

    scored = scorer.score(due=NOON)

    assert {window: board.snapshots for window, board in scored.items()} == {Window.ALL: 1}


def test_beyond_the_most_votes_only_the_newest_decisions_count_and_the_board_says_so() -> None:
    scorer = Scorer(most_votes=30)
    scorer.decide(*(NOON - each * 12 * HOUR - 1 for each in range(40)))

    scorer.score()

    board = scorer.boards.boards[Window.ALL]
    newest = [each for each in range(40) if NOON - each * 12 * HOUR - 1 >= board.since]
    assert not board.complete
    assert 15 <= board.votes <= 30
    assert board.snapshots == len(newest)
    assert board.since > NOON - 7 * DAY


def test_a_busy_day_that_has_more_votes_than_there_is_room_for_is_cut_shorter() -> None:
    scorer = Scorer(most_votes=30)
    scorer.decide(*(NOON - each * MINUTE - 1 for each in range(40)))

    scorer.score()

    board = scorer.boards.boards[Window.WEEK]
    assert not board.complete
    assert 15 <= board.votes <= 30
    assert NOON - board.since < HOUR


def test_more_votes_at_one_instant_than_there_is_room_for_make_an_empty_board_and_no_endless_search() -> None:
    scorer = Scorer(most_votes=30)
    scorer.decide(*[NOON - 1] * 11)

    scorer.score()

    board = scorer.boards.boards[Window.ALL]
    assert (board.votes, board.complete) == (0, False)


def test_as_many_votes_as_there_is_room_for_are_all_scored() -> None:
    scorer = Scorer(most_votes=30)
    scorer.decide(*[NOON - 1] * 10)

    scorer.score()

    assert (scorer.boards.boards[Window.ALL].votes, scorer.boards.boards[Window.ALL].complete) == (30, True)


def test_when_time_is_up_the_leaderboards_are_about_what_was_read_by_then() -> None:
    scorer = Scorer()
    scorer.decide(*(NOON - each * DAY - 1 for each in range(40)))
    questions = count()
    scorer.has_time = lambda: next(questions) < 12

    scorer.score()

    boards = scorer.boards.boards
    assert (boards[Window.WEEK].snapshots, boards[Window.WEEK].complete) == (7, True)
    assert (boards[Window.MONTH].snapshots, boards[Window.MONTH].complete) == (7, False)
    assert boards[Window.MONTH].since == boards[Window.ALL].since == NOON - 7 * DAY


def test_several_sources_are_scored_together() -> None:
    scorer, other = Scorer(), Scorer()
    scorer.decide(NOON - HOUR)
    other.decide(NOON - 2 * HOUR, NOON - DAY)
    scorer.ports = replace(scorer.ports, sources=tuple(partial(decided_in, each) for each in (scorer, other)))

    scorer.score()

    assert decisions(scorer) == {"week": 3, "month": 3, "all": 3}


EFFECTS = ["send", "save", "save"]


def one_window_waits(crash_point: CrashPoint) -> Scorer:
    """A scorer that leaves the widest window alone for a while."""
    scorer = Scorer(crash_point)
    scorer.boards.save(a_board(Window.ALL, NOON - 1))
    scorer.decide(NOON - HOUR)
    return scorer


def test_scoring_takes_these_effects() -> None:
    watcher = CrashPoint(None, before=False)

    one_window_waits(watcher).score()

    assert watcher.effects == EFFECTS


def points() -> Iterator[Any]:
    for step, name in enumerate(EFFECTS, start=1):
        for before in (True, False):
            yield pytest.param(step, before, id=f"{'before' if before else 'after'}-{step}-{name}")


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_scorer_killed_at_any_step_scores_all_of_it_when_the_hint_comes_again(step: int, before: bool) -> None:
    crash_point = CrashPoint(step, before)
    scorer = one_window_waits(crash_point)

    with pytest.raises(CrashError):
        scorer.score()
    scorer.now += 2 * MINUTE
    scorer.score(due=NOON)

    assert crash_point.happened
    assert decisions(scorer) == {"week": 1, "month": 1, "all": 1}


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_of_two_scorers_of_one_hint_the_slower_drops_its_work(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    scorer = one_window_waits(overtaking)
    faster = replace(scorer.ports, boards=scorer.boards, queue=scorer.queue, clock=lambda: NOON + 1)
    overtaking.what = lambda: score_windows(NOON + 1, faster, scorer.has_time)

    scorer.score()

    assert scorer.boards.boards[Window.MONTH].until == NOON + (1 if step < 3 or before else 0)
    assert decisions(scorer)["week"] == decisions(scorer)["month"] == 1
