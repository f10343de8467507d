import pytest

from snapjury.rules.api_key import (
    Access,
    check_owner,
    check_sources,
    hash_of,
    is_key,
    key_id_in,
    key_text,
    looks_like_key,
    may_name,
    note_use,
    revoke,
)
from snapjury.rules.asset import Location, Source
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


@pytest.mark.parametrize("folder", ["*", "acme/", "acme/2026/", "shared pictures/", "a..b/", ".hidden/"])
def test_a_key_may_open_such_a_folder(folder: str) -> None:
    check_sources(folder)


@pytest.mark.parametrize(
    "folder",
    ["", "acme", "/", "/acme/", "../", "./", "acme/../", "acme/./x/", "acme//", "s3://source/acme/", " /", "acme\n/"],
)
def test_what_is_no_folder_is_told(folder: str) -> None:
    with pytest.raises(ValueError, match="must be a folder such as 'acme/'"):
        check_sources(folder)


@pytest.mark.parametrize("key", ["acme/1.jpg", "acme/2026/1.jpg", "acme/a..b.jpg", "acme//1.jpg", "acme/"])
def test_what_is_in_the_folder_may_be_named(key: str) -> None:
    assert may_name("acme/", Source(Location.S3, f"s3://source/{key}"))


@pytest.mark.parametrize(
    "path",
    [
        "s3://source/bolt/1.jpg",
        "s3://source/1.jpg",
        "s3://source/acme",
        "s3://source/acme-two/1.jpg",
        "s3://source//acme/1.jpg",
        "s3://source/Acme/1.jpg",
        "s3://source/acme/../bolt/1.jpg",
        "s3://source/acme/./1.jpg",
        "s3://source",
        "acme/1.jpg",
        "",
    ],
)
def test_what_is_not_in_the_folder_may_not_be_named(path: str) -> None:
    assert not may_name("acme/", Source(Location.S3, path))
    assert may_name("*", Source(Location.S3, path))


def test_who_is_given_no_folder_names_nothing() -> None:
    assert not may_name("", Source(Location.S3, "s3://source/acme/1.jpg"))


@pytest.mark.parametrize("location", [Location.LOCAL, Location.UPLOAD, Location.HTTP])
def test_other_locations_have_no_folders_of_customers(location: Location) -> None:
    assert may_name("acme/", Source(location, "./images/foo"))


def test_owners_see_what_is_theirs_and_admins_see_all() -> None:
    assert Access("acme", "acme/").sees("acme")
    assert not Access("acme", "acme/").sees("bolt")
    assert Access("local", "*", admin="anna").sees("acme")
