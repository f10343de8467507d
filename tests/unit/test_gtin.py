import pytest

from snapjury.rules.gtin import normal_gtin


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("00815099021634", "00815099021634"),
        ("815099021634", "00815099021634"),  # the UPC of the tortilla chips
        ("4006381333931", "04006381333931"),
        ("96385074", "00000096385074"),
    ],
)
def test_every_length_names_the_product_by_fourteen_digits(text: str, gtin: str) -> None:
    assert normal_gtin(text) == gtin


def test_a_wrong_check_digit_says_which_would_be_right() -> None:
    with pytest.raises(ValueError, match="is 5, and should be 4"):
        normal_gtin("00815099021635")


@pytest.mark.parametrize("place", range(13))
def test_one_digit_that_was_misread_is_always_noticed(place: int) -> None:
    gtin = "00815099021634"
    misread = gtin[:place] + str((int(gtin[place]) + 1) % 10) + gtin[place + 1 :]

    with pytest.raises(ValueError, match="check digit"):
        normal_gtin(misread)


@pytest.mark.parametrize(
    "text", ["", "1", "123456789", "0081509902163x", "٠٠٨١٥٠٩٩٠٢١٦٣٤", "-0815099021634", "008150990216340"]
)
def test_what_is_no_number_of_these_lengths_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="8, 12, 13 or 14 digits"):
        normal_gtin(text)
