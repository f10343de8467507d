import pytest

from snapjury.errors import UnreachableError
from snapjury.rules.paths import parts_below_root


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("./images/foo", ("images", "foo")),
        ("images//chips.jpg", ("images", "chips.jpg")),
        ("%2e%2e/passwd", ("%2e%2e", "passwd")),
        ("...", ("...",)),
        ("Größe/Ünïcode.jpg", ("Größe", "Ünïcode.jpg")),
        ("n" * 255, ("n" * 255,)),
    ],
)
def test_a_path_below_the_root_is_walked_name_by_name(path: str, parts: tuple[str, ...]) -> None:
    assert parts_below_root(path) == parts


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "/",
        "/etc/passwd",
        "..",
        "../secret.jpg",
        "images/../../secret.jpg",
        "images/..",
        "images\\chips.jpg",
        "chips\0.jpg",
        "file:///etc/passwd",
        "FILE:chips.jpg",
        "n" * 256,
        "ü" * 128,
        "\ud800.jpg",
    ],
)
def test_a_path_that_could_leave_the_root_or_name_no_file_is_unreachable(path: str) -> None:
    with pytest.raises(UnreachableError):
        parts_below_root(path)
