import pytest

from snapjury.rules.retry import Outcome, RetryPolicy, Verdict, longest_climb, outcome_of_status, pause_after

POLICY = RetryPolicy()
MIDDLE = 0.5
REFUSED = outcome_of_status(500)
SILENT = Outcome(Verdict.OVERLOADED, "no answer")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (299, Verdict.DELIVERED),
        (301, Verdict.RETRYABLE),
        (307, Verdict.RETRYABLE),
        (404, Verdict.RETRYABLE),
        (410, Verdict.PERMANENT),
        (429, Verdict.OVERLOADED),
        (500, Verdict.RETRYABLE),
        (503, Verdict.RETRYABLE),
    ],
)
def test_what_an_answer_means(status: int, verdict: Verdict) -> None:
    assert outcome_of_status(status).verdict is verdict


def test_the_ladder_is_climbed_step_by_step_and_ends() -> None:
    pauses = [pause_after(failures, REFUSED, POLICY, steps=7, luck=MIDDLE) for failures in range(1, 9)]

    assert pauses == [5, 300, 1800, 7200, 18000, 36000, 36000, None]


@pytest.mark.parametrize(("luck", "pause"), [(0.0, 240), (0.5, 300), (1.0, 360)])
def test_jitter_spreads_a_step_by_a_fifth(luck: float, pause: float) -> None:
    assert pause_after(2, REFUSED, POLICY, steps=7, luck=luck) == pytest.approx(pause)


def test_an_event_with_a_short_ladder_gives_up_early() -> None:
    assert pause_after(3, REFUSED, POLICY, steps=2, luck=MIDDLE) is None


def test_an_overloaded_receiver_gets_a_minute_at_least() -> None:
    assert pause_after(1, SILENT, POLICY, steps=7, luck=MIDDLE) == 60
    assert pause_after(1, outcome_of_status(429), POLICY, steps=7, luck=MIDDLE) == 60
    assert pause_after(2, SILENT, POLICY, steps=7, luck=MIDDLE) == 300


@pytest.mark.parametrize(("asked", "pause"), [(1, 300), (400, 400), (100_000, 600)])
def test_retry_after_is_honoured_between_one_and_two_steps(asked: float, pause: float) -> None:
    assert pause_after(2, outcome_of_status(503, retry_after=asked), POLICY, steps=7, luck=MIDDLE) == pause


def test_what_is_permanent_is_not_repeated() -> None:
    assert pause_after(1, outcome_of_status(410), POLICY, steps=7, luck=MIDDLE) is None


def test_no_climb_takes_longer_than_the_longest() -> None:
    unlucky = outcome_of_status(429, retry_after=10**6)
    pauses = [pause_after(failures, unlucky, POLICY, steps=2, luck=1.0) or 0 for failures in (1, 2)]

    assert sum(pauses) + 3 * 15 <= longest_climb(POLICY, steps=2, timeout=15)
