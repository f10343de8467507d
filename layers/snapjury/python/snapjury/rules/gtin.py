"""GTINs, the numbers below the bar codes of products (GS1 General Specifications, section 7.9)."""

LENGTHS = (8, 12, 13, 14)


def normal_gtin(text: str) -> str:
    """The number as a GTIN-14, with leading zeros; ValueError says what is wrong with it.

    Takes GTIN-8, UPC (12 digits), EAN (13) and GTIN-14: they name the same product, zeros in front or not.
    """
    if not (text.isascii() and text.isdecimal() and len(text) in LENGTHS):
        raise ValueError("must be a GTIN: 8, 12, 13 or 14 digits")
    expected = check_digit(text[:-1])
    if text[-1] != expected:
        raise ValueError(f"is not a GTIN: its check digit is {text[-1]}, and should be {expected}")
    return text.zfill(14)


def check_digit(digits: str) -> str:
    """The digit that makes these a GTIN: weights 3, 1, 3, ... from the right, filled up to a multiple of ten."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)
