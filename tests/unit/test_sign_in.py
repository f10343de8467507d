import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import pytest

from snapjury.adapters.memory_reviews import MemorySignIns, MemoryUsers
from snapjury.adapters.tokens import JwtTokens
from snapjury.errors import ConflictError, SnapjuryError, TooManyAttemptsError, UnauthenticatedError
from snapjury.rules.password import hash_password
from snapjury.rules.user import Caller, FailedSignIns, Role
from snapjury.services.sign_in import CurrentTokens, SignInPorts, count, sign_in
from snapjury.services.users import UserChanges, UserPorts, change_user
from tests.builders import NOON
from tests.people import ADA, KEVIN, KEVINS_PASSWORD, SALT, WRONG_PASSWORD, ada, kevin

TOKENS = JwtTokens(lambda: ("s" * 64,))
HOUR = 3_600_000


def ports_with(sign_ins: MemorySignIns) -> SignInPorts:
    users = MemoryUsers()
    for user in (kevin(), ada()):
        users.add(user)
    return SignInPorts(users, sign_ins, TOKENS)


@pytest.fixture
def ports() -> SignInPorts:
    return ports_with(MemorySignIns())


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """The costs of every scrypt that is computed."""
    computed: list[tuple[int, int, int]] = []
    scrypt: Callable[..., bytes] = hashlib.scrypt

    def counted(password: bytes, **costs: Any) -> bytes:
        computed.append((costs["n"], costs["r"], costs["p"]))
        return scrypt(password, **costs)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    return computed


def fail(ports: SignInPorts, times: int, name: str = "kevin", now: int = NOON) -> None:
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            sign_in(name, WRONG_PASSWORD, ports, now)


def test_the_right_password_gives_a_token_for_the_users_role(ports: SignInPorts) -> None:
    signed_in = sign_in("kevin", KEVINS_PASSWORD, ports, NOON)

    assert signed_in.role is Role.QA
    assert TOKENS.verify(signed_in.token, NOON) == KEVIN
    assert signed_in.expires_at == NOON + 8 * 3_600_000


def test_a_name_may_be_written_as_names_are(ports: SignInPorts) -> None:
    assert TOKENS.verify(sign_in("Kevin", KEVINS_PASSWORD, ports, NOON).token, NOON).name == "kevin"


def test_unknown_wrong_and_disabled_get_the_same_answer_for_the_same_work(
    ports: SignInPorts, hashes: list[tuple[int, int, int]]
) -> None:
    kept = hash_password(KEVINS_PASSWORD, SALT)
    ports.users.save(kevin(password=kept, version=2))
    ports.users.add(kevin(name="gone", password=kept, disabled=True))

    answers, work = [], []
    for name, password in (("kevin", WRONG_PASSWORD), ("nobody", KEVINS_PASSWORD), ("gone", KEVINS_PASSWORD)):
        hashes.clear()
        with pytest.raises(UnauthenticatedError) as refused:
            sign_in(name, password, ports, NOON)
        answers.append(str(refused.value))
        work.append(tuple(hashes))

    assert len(set(answers)) == 1
    assert work == [((1 << 14, 8, 5),)] * 3


@pytest.mark.parametrize("name", ["", "kevin\n", "kevin k", "1kevin", "k" * 33, "käthe"])
def test_what_cannot_be_a_name_is_refused_as_any_other_and_nothing_is_kept_of_it(
    hashes: list[tuple[int, int, int]], name: str
) -> None:
    sign_ins = MemorySignIns()
    ports = ports_with(sign_ins)
    hashes.clear()

    with pytest.raises(UnauthenticatedError, match="the name or the password is wrong"):
        sign_in(name, KEVINS_PASSWORD, ports, NOON)

    assert (hashes, sign_ins.failed) == ([], {})


@pytest.mark.parametrize("name", ["kevin", "nobody"])
def test_after_the_fifth_failure_no_password_is_looked_at_for_a_while_not_even_the_right_one(
    ports: SignInPorts, hashes: list[tuple[int, int, int]], name: str
) -> None:
    fail(ports, 5, name)
    hashes.clear()

    with pytest.raises(TooManyAttemptsError) as refused:
        sign_in(name, KEVINS_PASSWORD, ports, NOON + 1)

    assert refused.value.seconds == 1
    assert hashes == []


def test_refused_attempts_do_not_make_the_delay_longer(ports: SignInPorts) -> None:
    fail(ports, 5)
    for _ in range(50):
        with pytest.raises(TooManyAttemptsError):
            sign_in("kevin", WRONG_PASSWORD, ports, NOON + 999)

    assert sign_in("kevin", KEVINS_PASSWORD, ports, NOON + 1000).role is Role.QA


def test_the_answer_says_how_long_to_wait(ports: SignInPorts) -> None:
    fail(ports, 4)
    now = NOON
    waits = []
    for _ in range(11):
        fail(ports, 1, now=now)
        with pytest.raises(TooManyAttemptsError) as refused:
            sign_in("kevin", WRONG_PASSWORD, ports, now)
        waits.append(refused.value.seconds)
        now += refused.value.seconds * 1000

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_success_starts_the_counting_anew(ports: SignInPorts) -> None:
    fail(ports, 4)
    sign_in("kevin", KEVINS_PASSWORD, ports, NOON)

    fail(ports, 4)
    assert sign_in("kevin", KEVINS_PASSWORD, ports, NOON).role is Role.QA


def test_right_passwords_sent_together_all_sign_in_whichever_is_counted_first(ports: SignInPorts) -> None:
    count("kevin", ports.sign_ins, NOON)

    assert count("kevin", ports.sign_ins, NOON - 1).count == 2
    assert sign_in("kevin", KEVINS_PASSWORD, ports, NOON - 1).role is Role.QA


def test_failures_under_one_name_block_no_other(ports: SignInPorts) -> None:
    fail(ports, 5, "ada")

    assert sign_in("kevin", KEVINS_PASSWORD, ports, NOON).role is Role.QA


class SignInsReadTogether(MemorySignIns):
    """The first read of each of so many callers happens before any of them writes."""

    def __init__(self, callers: int) -> None:
        super().__init__()
        self._together = Barrier(callers)
        self._reads_left = callers
        self._lock = Lock()

    def get(self, name: str) -> FailedSignIns:
        with self._lock:
            is_first_read = self._reads_left > 0
            self._reads_left -= 1
        failed = super().get(name)
        if is_first_read:
            self._together.wait(timeout=10)
        return failed

    def save(self, failed: FailedSignIns) -> None:
        with self._lock:
            stored = self.failed.get(failed.name)
            if (stored.version if stored else 0) != failed.version - 1:
                raise ConflictError(failed.name)
            self.failed[failed.name] = failed


def test_of_guesses_sent_together_only_the_free_ones_and_one_more_are_looked_at(
    hashes: list[tuple[int, int, int]],
) -> None:
    guesses = 20
    ports = ports_with(SignInsReadTogether(guesses))

    def guess(_: int) -> str:
        try:
            sign_in("kevin", WRONG_PASSWORD, ports, NOON)
        except SnapjuryError as refused:
            return type(refused).__name__
        return "signed in"

    hashes.clear()
    with ThreadPoolExecutor(guesses) as crowd:
        answers = Counter(crowd.map(guess, range(guesses)))

    assert answers == {"UnauthenticatedError": 5, "TooManyAttemptsError": 15}
    assert len(hashes) == 5


class RestlessSignIns(MemorySignIns):
    """Somebody else always comes first."""

    def save(self, failed: FailedSignIns) -> None:
        raise ConflictError(failed.name)


def test_an_attempt_that_cannot_be_counted_is_not_looked_at(hashes: list[tuple[int, int, int]]) -> None:
    ports = ports_with(RestlessSignIns())
    hashes.clear()

    with pytest.raises(TooManyAttemptsError):
        sign_in("kevin", KEVINS_PASSWORD, ports, NOON)

    assert hashes == []


def test_a_success_that_another_attempt_overtakes_still_counts() -> None:
    class OvertakenSignIns(MemorySignIns):
        overtaken = False

        def save(self, failed: FailedSignIns) -> None:
            if failed.count == 0 and not self.overtaken:
                self.overtaken = True
                fail(ports, 1)
            super().save(failed)

    ports = ports_with(OvertakenSignIns())

    assert sign_in("kevin", KEVINS_PASSWORD, ports, NOON).role is Role.QA
    assert ports.sign_ins.get("kevin").count == 0


def test_a_current_token_counts_with_the_role_that_the_user_has_now(ports: SignInPorts) -> None:
    tokens = CurrentTokens(TOKENS, ports.users)
    token = sign_in("kevin", KEVINS_PASSWORD, ports, NOON).token
    ports.users.save(kevin(role=Role.ADMIN, version=2))

    assert tokens.verify(token, NOON) == Caller("kevin", Role.ADMIN)


def test_a_token_from_before_the_password_changed_counts_no_more(ports: SignInPorts) -> None:
    tokens = CurrentTokens(TOKENS, ports.users)
    before = sign_in("kevin", KEVINS_PASSWORD, ports, NOON).token

    ports.users.save(kevin(tokens_from=NOON, version=2))

    after = sign_in("kevin", KEVINS_PASSWORD, ports, NOON).token
    assert tokens.verify(after, NOON).name == "kevin"
    with pytest.raises(UnauthenticatedError, match="password was changed"):
        tokens.verify(before, NOON)


@pytest.mark.parametrize("ahead", [-HOUR, 0, HOUR])
def test_whose_clock_is_wrong_makes_no_difference_to_which_tokens_a_new_password_ends(
    ports: SignInPorts, ahead: int
) -> None:
    tokens = CurrentTokens(TOKENS, ports.users)
    before = sign_in("kevin", KEVINS_PASSWORD, ports, NOON).token
    changing = UserPorts(ports.users, ports.sign_ins, lambda: SALT)
    change_user("kevin", UserChanges(password="red hot salsa"), ADA, lambda _: None, changing, NOON + ahead)

    after = sign_in("kevin", "red hot salsa", ports, NOON).token

    assert tokens.verify(after, NOON).name == "kevin"
    with pytest.raises(UnauthenticatedError, match="password was changed"):
        tokens.verify(before, NOON)


def test_the_token_of_a_user_who_is_disabled_or_gone_counts_no_more(ports: SignInPorts) -> None:
    tokens = CurrentTokens(TOKENS, ports.users)
    assert tokens.verify(tokens.issue(ada(), NOON)[0], NOON) == ADA
    ports.users.save(ada(disabled=True, version=2))

    for user in (ada(), kevin(name="gone")):
        with pytest.raises(UnauthenticatedError):
            tokens.verify(tokens.issue(user, NOON)[0], NOON)
