import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from snapjury.rules.user import (
    FREE_FAILURES,
    FailedSignIns,
    check_name,
    count_attempt,
    delay_after,
    forget_failures,
    is_blocked,
    is_outdated,
)
from tests.builders import NOON
from tests.people import KEVIN, kevin

NONE_YET = FailedSignIns("kevin", count=0, blocked_until=0, expires_at=0, version=0)
DAY = 24 * 3600 * 1000


def after(attempts: int, at: int = NOON) -> FailedSignIns:
    failed = NONE_YET
    for _ in range(attempts):
        failed = count_attempt(failed, at)
    return failed


@pytest.mark.parametrize("name", ["k", "kevin", "kevin.smith", "qa-7_b", "k" * 32, "men", "meg"])
def test_a_name_is_letters_digits_and_a_few_signs(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", "Kevin", "7up", ".kevin", "kevin smith", "kévin", "k" * 33, "kevin\n", "a#b"])
def test_another_name_is_refused_with_what_would_be_right(name: str) -> None:
    with pytest.raises(ValueError, match=r"1 to 32 of a-z, 0-9, '\.', '_' and '-', beginning with a letter"):
        check_name(name)


def test_nobody_is_called_me() -> None:
    with pytest.raises(ValueError, match="GET /users/me"):
        check_name("me")


@pytest.mark.parametrize(("changed_at", "outdated"), [(0, False), (NOON - 1, False), (NOON, False), (NOON + 1, True)])
def test_a_token_is_outdated_once_the_password_was_changed_after_it(changed_at: int, outdated: bool) -> None:
    assert is_outdated(replace(KEVIN, tokens_from=NOON), kevin(tokens_from=changed_at)) is outdated


def test_the_first_four_failures_are_free_then_each_doubles_the_delay_up_to_five_minutes() -> None:
    seconds = [delay_after(failures) / 1000 for failures in range(16)]

    assert seconds == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(st.integers(min_value=0, max_value=10**9))
def test_the_delay_never_shrinks_and_never_exceeds_five_minutes(failures: int) -> None:
    assert delay_after(failures) <= delay_after(failures + 1) <= 300_000


def test_attempts_are_counted_and_block_until_their_delay_is_over() -> None:
    free, fifth = after(FREE_FAILURES), after(FREE_FAILURES + 1)

    assert not is_blocked(free, NOON)
    assert is_blocked(fifth, NOON + 999)
    assert not is_blocked(fifth, NOON + 1000)
    assert (fifth.count, fifth.version) == (5, 5)


def test_a_free_attempt_blocks_nobody_not_even_a_request_that_began_earlier_and_is_counted_later() -> None:
    assert not is_blocked(after(FREE_FAILURES, NOON), NOON - 1)
    assert is_blocked(after(FREE_FAILURES + 1, NOON), NOON - 1)


def test_failures_are_forgotten_a_day_after_the_last_one_even_if_they_are_still_stored() -> None:
    failed = after(9)

    assert count_attempt(failed, NOON + DAY - 1000).count == 10
    assert count_attempt(failed, NOON + DAY).count == 1


def test_a_success_forgets_them_at_once() -> None:
    forgiven = forget_failures(after(9))

    assert not is_blocked(forgiven, NOON)
    assert (forgiven.count, forgiven.version) == (0, 10)
