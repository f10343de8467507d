import pytest

from snapjury.adapters.memory_boards import MemoryScoringQueue
from snapjury.errors import TemporaryFaultError
from snapjury.services.hints import ScoringHints
from tests.builders import NOON

SECOND = 1000


def test_the_first_decision_is_told_at_once_and_due_when_the_hint_is_read() -> None:
    queue = MemoryScoringQueue()

    ScoringHints(queue, delay=30).give(NOON)

    assert queue.messages == [(NOON + 30 * SECOND, 30)]


def test_decisions_that_follow_closely_are_covered_by_the_hint_on_its_way() -> None:
    queue = MemoryScoringQueue()
    hints = ScoringHints(queue, delay=30)

    for moment in range(NOON, NOON + 60 * SECOND, 100):
        hints.give(moment)

    assert [due - NOON for due, _ in queue.messages] == [30_000, 45_000, 60_000, 75_000]


def test_a_decision_is_never_younger_than_half_the_delay_when_its_hint_is_read() -> None:
    queue = MemoryScoringQueue()
    hints = ScoringHints(queue, delay=30)

    ages = []
    for moment in range(NOON, NOON + 60 * SECOND, 700):
        hints.give(moment)
        ages.append(queue.messages[-1][0] - moment)

    assert min(ages) >= 15 * SECOND


def test_a_hint_that_could_not_be_sent_is_sent_with_the_next_decision() -> None:
    class DownAtFirst(MemoryScoringQueue):
        is_down = True

        def send(self, due: int, delay: int) -> None:
            if self.is_down:
                raise TemporaryFaultError("queue: down")
            super().send(due, delay)

    queue = DownAtFirst()
    hints = ScoringHints(queue, delay=30)
    with pytest.raises(TemporaryFaultError):
        hints.give(NOON)
    queue.is_down = False

    hints.give(NOON + 1)

    assert queue.messages == [(NOON + 30 * SECOND + 1, 30)]
