"""Which local paths may be tried at all, decided on the text alone."""

from snapjury.errors import UnreachableError

MAX_NAME_BYTES = 255


def parts_below_root(path: str) -> tuple[str, ...]:
    """The names to walk from the asset root, one directory after the other.

    `./images/foo` gives `("images", "foo")`. Percent signs mean nothing here: `%2e%2e` is a name like any other.

    Raises
    ------
    UnreachableError
        for everything that could leave the root (absolute, `..`, backslash, NUL, `file:`) and for names that no
        file system takes. The caller cannot tell these from a missing file.
    """
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    forbidden = path.startswith("/") or "\0" in path or "\\" in path or path.lower().startswith("file:")
    if forbidden or not parts or ".." in parts or any(not is_file_name(part) for part in parts):
        raise UnreachableError(path)
    return parts


def is_file_name(name: str) -> bool:
    """Whether a file system can hold a file of this name."""
    try:
        return len(name.encode()) <= MAX_NAME_BYTES
    except UnicodeEncodeError:  # a lone surrogate, which JSON can spell
        return False
