"""What others wrote, in a terminal."""


def printable(text: str) -> str:
    """The text with an escape for each character that a terminal would obey, or not show, instead of printing it."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
