"""What a request's API key opens, for how long, and what finding that out costs."""

from collections.abc import Callable

import pytest

from snapjury.adapters.memory_customers import MemoryApiKeys
from snapjury.errors import ForbiddenError, TemporaryFaultError, UnauthenticatedError
from snapjury.rules.api_key import Access, ApiKey, Scope
from snapjury.services.api_keys import KeyCheck, revoke_key
from snapjury.services.recent import FRESH
from tests.builders import NOON
from tests.customers import ACMES_ID, ACMES_KEY, BOLTS_KEY, acmes_key

READ = [Scope.ASSETS_READ]
HOUR = 3_600_000


class CountingKeys(MemoryApiKeys):
    """Counts; writes fail while it `is_throttled`, and something else may happen before one."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = self.writes = 0
        self.is_throttled = False
        self.meanwhile: list[Callable[[], object]] = []

    def get(self, key_id: str) -> ApiKey:
        self.reads += 1
        return super().get(key_id)

    def save(self, key: ApiKey) -> None:
        self.writes += 1
        if self.is_throttled:
            raise TemporaryFaultError("throttled")
        if self.meanwhile:
            self.meanwhile.pop()()
        super().save(key)


class Container:
    """A function's container, with its own memory and a clock that stands still."""

    def __init__(self, keys: MemoryApiKeys, now: int = NOON) -> None:
        self.now = now
        self.check = KeyCheck(keys, are_required=True, clock=lambda: self.now)

    def opens(self, key: str = ACMES_KEY) -> Access:
        return self.check.with_key(key, READ)


@pytest.fixture
def keys() -> CountingKeys:
    keys = CountingKeys()
    keys.add(acmes_key())
    return keys


def test_a_key_opens_what_is_its_owners(keys: CountingKeys) -> None:
    assert Container(keys).opens() == Access("acme", "*")


def test_a_key_holds_its_owner_to_a_folder_of_the_source_bucket(keys: CountingKeys) -> None:
    keys.save(acmes_key(version=2, sources="acme/"))

    assert Container(keys).opens() == Access("acme", "acme/")


def test_a_key_is_read_once_a_minute_and_its_use_written_once_an_hour(keys: CountingKeys) -> None:
    container = Container(keys)

    for _ in range(60 * 60):
        container.opens()
        container.now += 1000

    assert (keys.reads, keys.writes) == (60, 1)
    assert keys.keys[ACMES_ID].last_used_at == NOON
    container.opens()
    assert keys.keys[ACMES_ID].last_used_at == NOON + HOUR


def test_a_revoked_key_opens_nothing_within_a_minute(keys: CountingKeys) -> None:
    container = Container(keys)
    container.opens()

    revoke_key(ACMES_ID, keys, NOON)
    container.now += FRESH

    with pytest.raises(UnauthenticatedError, match="not valid, or was revoked"):
        container.opens()


def test_neither_noting_a_use_nor_failing_to_do_so_makes_that_minute_longer(keys: CountingKeys) -> None:
    keys.save(acmes_key(version=2, last_used_at=NOON - HOUR + 30_000))
    noting, failing = Container(keys), Container(keys)
    for container in (failing, noting):
        container.opens()
        container.now += FRESH - 1
        keys.is_throttled = container is failing
        container.opens()

    revoke_key(ACMES_ID, keys, NOON)

    for container in (noting, failing):
        container.now += 1
        with pytest.raises(UnauthenticatedError):
            container.opens()


def test_a_use_that_is_noted_late_does_not_bring_a_revoked_key_back(keys: CountingKeys) -> None:
    container = Container(keys)
    container.opens()
    container.now += 30_000
    keys.save(acmes_key(version=3, last_used_at=NOON - HOUR, revoked_at=NOON))
    other = Container(keys)

    with pytest.raises(UnauthenticatedError):
        other.opens()
    container.opens()

    assert keys.keys[ACMES_ID].revoked_at == NOON


def test_of_two_containers_that_note_a_use_one_does_and_both_go_on(keys: CountingKeys) -> None:
    first, second = Container(keys), Container(keys)
    keys.meanwhile.append(second.opens)

    assert first.opens() == Access("acme", "*")

    assert (keys.keys[ACMES_ID].version, keys.writes) == (2, 2)
    assert first.opens() == second.opens() == Access("acme", "*")
    assert keys.writes == 2


def test_a_use_that_cannot_be_written_down_is_no_reason_to_refuse(keys: CountingKeys) -> None:
    keys.is_throttled = True
    container = Container(keys)

    for _ in range(100):
        assert container.opens() == Access("acme", "*")

    assert (keys.reads, keys.writes) == (1, 1)


@pytest.mark.parametrize("key", [BOLTS_KEY, "sj_live_", ACMES_KEY[:-1], f"{ACMES_KEY[:-1]}b", "sj_live_\ud800"])
def test_what_is_no_key_gets_one_answer(keys: CountingKeys, key: str) -> None:
    with pytest.raises(UnauthenticatedError, match=r"^the API key is not valid, or was revoked$"):
        Container(keys).opens(key)
    assert keys.writes == 0


def test_a_key_without_the_scope_is_told_which_it_needs(keys: CountingKeys) -> None:
    keys.save(acmes_key(version=2, scopes=(Scope.SNAPSHOTS_WRITE,)))
    check = Container(keys).check

    with pytest.raises(ForbiddenError, match="the scope assets:read; yours has snapshots:write"):
        check.with_key(ACMES_KEY, READ)
    assert check.with_key(ACMES_KEY, [Scope.ASSETS_WRITE, Scope.SNAPSHOTS_WRITE]) == Access("acme", "*")


def test_without_a_key_one_is_local_unless_keys_are_required(keys: CountingKeys) -> None:
    assert KeyCheck(keys, are_required=False, clock=lambda: NOON).without_key() == Access("local", "*")
    with pytest.raises(UnauthenticatedError, match="Authorization: Bearer"):
        Container(keys).check.without_key()
