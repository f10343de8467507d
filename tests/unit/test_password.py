import pytest

from snapjury.rules.password import COSTS, NO_PASSWORD, Costs, check_password, hash_password, is_password
from tests.people import CHEAP, SALT


def test_a_password_is_recognised() -> None:
    assert is_password("salty tortilla", hash_password("salty tortilla", SALT))


@pytest.mark.parametrize("guess", ["", "salty tortill", "salty tortilla ", "Salty tortilla"])
def test_another_one_is_not(guess: str) -> None:
    assert not is_password(guess, hash_password("salty tortilla", SALT, CHEAP))


def test_what_is_kept_names_the_costs_that_owasp_lists() -> None:
    kept = hash_password("salty tortilla", SALT)

    assert kept.startswith("$scrypt$ln=14,r=8,p=5$")
    assert Costs(14, 8, 5) == COSTS
    assert "salty" not in kept


def test_a_hash_of_other_costs_is_still_read() -> None:
    for costs in (CHEAP, Costs(ln=5, r=2, p=3)):
        assert is_password("salty tortilla", hash_password("salty tortilla", SALT, costs))


def test_the_salt_makes_the_difference() -> None:
    assert hash_password("salty tortilla", SALT, CHEAP) != hash_password("salty tortilla", b"pepper..........", CHEAP)


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    assert is_password("jalapen\u0303o chips", hash_password("jalape\u00f1o chips", SALT, CHEAP))


@pytest.mark.parametrize("guess", ["", "password", "\0" * 32])
def test_nothing_is_the_password_of_nobody(guess: str) -> None:
    assert not is_password(guess, NO_PASSWORD)


def test_the_password_of_nobody_costs_what_others_cost() -> None:
    parameters = f"$scrypt$ln={COSTS.ln},r={COSTS.r},p={COSTS.p}$"

    assert NO_PASSWORD.startswith(parameters)
    assert len(NO_PASSWORD) == len(hash_password("salty tortilla", SALT))


@pytest.mark.parametrize("password", ["eight ok", "x" * 256, "пароль на память", "        "])
def test_any_characters_will_do(password: str) -> None:
    check_password(password, "kevin")


@pytest.mark.parametrize("password", ["", "7 chars", "x" * 257])
def test_too_short_or_too_long_is_refused_with_the_numbers(password: str) -> None:
    with pytest.raises(ValueError, match="must have 8 to 256 characters"):
        check_password(password, "kevin")


def test_ones_own_name_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be the user's name"):
        check_password("Kevin.Smith", "kevin.smith")
