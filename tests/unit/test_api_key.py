import pytest

from snapjury.rules.api_key import (
    Access,
    check_owner,
    hash_of,
    is_key,
    key_id_in,
    key_text,
    looks_like_key,
    note_use,
    revoke,
)
from tests.builders import NOON
from tests.customers import ACMES_ID, ACMES_KEY, BOLTS_KEY, acmes_key

HOUR = 3_600_000


def test_a_key_names_its_kind_and_its_id_and_is_one_word() -> None:
    text = key_text(ACMES_ID, bytes(range(32)))

    assert text == f"sj_live_{ACMES_ID}_aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq"
    assert looks_like_key(text)
    assert key_id_in(text) == ACMES_ID
    assert text.replace("_", "").isalnum()


@pytest.mark.parametrize(
    "text",
    ["", "sj_live_", ACMES_KEY.upper(), ACMES_KEY[:-1], ACMES_KEY + "a", f"{ACMES_KEY}\n", f" {ACMES_KEY}", "é" * 81],
)
def test_what_has_not_the_shape_of_a_key_names_no_id(text: str) -> None:
    assert key_id_in(text) is None


def test_only_the_hash_of_a_key_is_stored() -> None:
    stored = acmes_key()

    assert is_key(ACMES_KEY, stored)
    assert not is_key(BOLTS_KEY, stored)
    assert ACMES_KEY.rpartition("_")[2] not in repr(stored)
    assert stored.hash == hash_of(ACMES_KEY)


def test_a_revoked_key_is_none_and_stays_so() -> None:
    revoked = revoke(acmes_key(), NOON + 5)

    assert (revoked.revoked_at, revoked.version) == (NOON + 5, 2)
    assert not is_key(ACMES_KEY, revoked)
    assert revoke(revoked, NOON + 9) is revoked


def test_a_use_is_written_down_once_an_hour() -> None:
    used = note_use(acmes_key(), NOON)

    assert (used.last_used_at, used.version) == (NOON, 2)
    assert note_use(used, NOON + HOUR - 1) is used
    assert note_use(used, NOON + HOUR).last_used_at == NOON + HOUR


@pytest.mark.parametrize("name", ["acme", "a", "acme.eu-west_1", "a" * 32])
def test_a_customer_may_be_called_so(name: str) -> None:
    check_owner(name)


@pytest.mark.parametrize("name", ["", "Acme", "1acme", "a" * 33, "acme#0", "acme\n", "akmé", "local"])
def test_no_customer_can_be_called_so(name: str) -> None:
    with pytest.raises(ValueError, match=r"must be|is taken"):
        check_owner(name)


def test_owners_see_what_is_theirs_and_admins_see_all() -> None:
    assert Access("acme").sees("acme")
    assert not Access("acme").sees("bolt")
    assert Access("local", admin="anna").sees("acme")
