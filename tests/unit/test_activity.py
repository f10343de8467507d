from msgspec.structs import replace

from snapjury.rules.activity import STEP, STEPS, Decided, Ended, Latency, ended, hour_begins, hour_of, latency_of
from snapjury.rules.asset import finish_validation, start_validation
from tests.builders import NOON, chips_asset

QUARTER_PAST = NOON // STEP * STEP + 15 * 60_000


def test_an_asset_counts_once_it_has_ended_with_how_long_it_waited_and_took() -> None:
    queued = chips_asset()
    started = start_validation(queued, {}, NOON + 40)
    failed = finish_validation(started, ("is not a jpeg",), {}, None, NOON + 100)

    assert ended(queued) is None
    assert ended(started) is None
    assert ended(failed) == Ended(NOON + 100, waited=40, took=100, failed=True)


def test_an_asset_that_was_given_up_before_it_was_started_has_waited_all_the_time() -> None:
    given_up = finish_validation(chips_asset(), ("could not be validated",), {}, None, NOON + 900)

    assert ended(given_up) == Ended(NOON + 900, waited=900, took=900, failed=True)


def test_clocks_that_differ_make_no_time_negative() -> None:
    early = finish_validation(start_validation(chips_asset(), {}, NOON - 5), (), {}, None, NOON - 3)

    assert ended(early) == Ended(NOON - 3, waited=0, took=0, failed=False)


def test_steps_stay_where_they_are_while_time_goes_on() -> None:
    assert hour_begins(QUARTER_PAST) == hour_begins(QUARTER_PAST + STEP - 1)
    assert hour_begins(QUARTER_PAST + STEP) == hour_begins(QUARTER_PAST) + STEP
    assert hour_begins(QUARTER_PAST) + STEPS * STEP == QUARTER_PAST + STEP


def test_each_step_counts_what_was_submitted_ended_and_decided_in_it() -> None:
    begin = hour_begins(QUARTER_PAST)
    quick = Ended(begin + STEP, waited=10, took=20, failed=False)  # submitted in the first step, ended in the second
    bad = Ended(begin + STEP + 1, waited=1, took=1, failed=True)
    decisions = [Decided(begin, votes=2, spared=1), Decided(begin + STEP - 1, votes=3, spared=0)]

    hour = hour_of([quick, bad], decisions, QUARTER_PAST)

    first, second = hour.steps[begin], hour.steps[begin + STEP]
    assert list(hour.steps) == [begin + number * STEP for number in range(12)]
    assert (first.submitted, first.succeeded, first.failed, first.to_end) == (1, 0, 0, None)
    assert (first.decided, first.votes, first.votes_spared) == (2, 5, 1)
    assert (second.submitted, second.succeeded, second.failed) == (1, 1, 1)
    assert second.to_end == Latency(median=1, p95=20)
    assert (hour.total.submitted, hour.total.succeeded, hour.total.failed, hour.total.votes) == (2, 1, 1, 5)


def test_what_was_before_the_hour_does_not_count() -> None:
    begin = hour_begins(QUARTER_PAST)
    before = Ended(begin - 1, waited=0, took=0, failed=False)

    total = hour_of([before, replace(before, at=begin)], [Decided(begin - 1, 3, 0)], QUARTER_PAST).total

    assert (total.submitted, total.succeeded, total.decided) == (1, 1, 0)


def test_latencies_are_times_that_were_taken() -> None:
    assert latency_of([]) is None
    assert latency_of([7]) == Latency(7, 7)
    assert latency_of(range(1, 101)) == Latency(50, 95)
    assert latency_of([5, 1000, 3]) == Latency(5, 1000)
