import pytest

from snapjury.rules.product import check_product_name


@pytest.mark.parametrize(
    "name",
    [
        "Sea Salt Tortilla Chips, 10.1 oz",
        "7",
        "!",
        "Crème brûlée 10\u00a0%",
        "トルティーヤ\u3000チップス",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "Family pack \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "❤\ufe0f Salsa",
    ],
)
def test_a_product_may_be_called_whatever_can_be_read(name: str) -> None:
    check_product_name(name)


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("Chips\0", r"U\+0000"),
        ("Chips\nSalsa", r"U\+000A"),
        ("Chips\t", r"U\+0009"),
        ("\x1b[31mChips", r"U\+001B"),
        ("Chips\x9f", r"U\+009F"),
        ("Chips\u2028", r"U\+2028"),
        ("\u202espihC", r"U\+202E"),
        ("Chips\u200b", r"U\+200B"),
        ("\ufeffChips", r"U\+FEFF"),
        ("Chips\U000e0041", r"U\+E0041"),
    ],
)
def test_a_sign_that_nobody_can_print_is_named(name: str, sign: str) -> None:
    with pytest.raises(ValueError, match=f"must be printable text; {sign} is not"):
        check_product_name(name)


@pytest.mark.parametrize(
    "name", ["", "  ", "\u00a0", "\u3000", "\u200d", "\u3164", "\u2800 \u2800", "\ufe0f", "\u0301"]
)
def test_a_name_that_shows_nothing_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="at least one visible character"):
        check_product_name(name)
