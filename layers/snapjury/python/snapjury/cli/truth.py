"""Which snapshots show their product: as a file says, or made up."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from snapjury.cli.api import Api
from snapjury.cli.tables import BadFileError, table_of

WRONG_SHARE = 0.15
"""Of made-up truths, as many are that another product is shown."""

YES = {"true", "1", "yes", "correct"}
NO = {"false", "0", "no", "incorrect", "incorrect_or_unsure"}


class Truth:
    """What a file says of the images that snapshots were made of; each snapshot is looked up once."""

    def __init__(self, by_path: Mapping[str, bool], api: Api) -> None:
        self._by_path = by_path
        self._api = api
        self._by_snapshot: dict[str, bool] = {}
        self.unknown: set[str] = set()

    def is_correct(self, snapshot: str) -> bool:
        if snapshot not in self._by_snapshot:
            path = normal(path_of(snapshot, self._api))
            if path not in self._by_path:
                path = PurePosixPath(path).name
            if path not in self._by_path:
                self.unknown.add(snapshot)
            self._by_snapshot[snapshot] = self._by_path.get(path, made_up(snapshot))
        return self._by_snapshot[snapshot]


def made_up(snapshot: str) -> bool:
    """The same for a snapshot each time."""
    digest = hashlib.sha256(snapshot.encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32 >= WRONG_SHARE


def path_of(snapshot: str, api: Api) -> str:
    """Where the image came from; an admin may ask."""
    record = api.call("GET", f"/snapshots/{snapshot}")
    if "assetPath" not in record:
        record = api.call("GET", f"/assets/{snapshot}")
    return str(record["assetPath"]["path"])


def read_truth(file: Path) -> dict[str, bool]:
    """What a CSV with the columns `path` and `correct` says, by path, and by file name where that is unique."""
    by_path: dict[str, bool] = {}
    for line, (path, correct) in table_of(file, ("path", "correct")):
        if not path.strip():
            raise BadFileError(f"{file}, line {line}: `path` is empty")
        by_path[normal(path)] = yes_or_no(correct, file, line)
    return with_names(by_path)


def with_names(by_path: Mapping[str, bool]) -> dict[str, bool]:
    counted = Counter(names_of(by_path))
    named = {PurePosixPath(path).name: correct for path, correct in by_path.items()}
    return {name: correct for name, correct in named.items() if counted[name] == 1} | dict(by_path)


def names_of(paths: Iterable[str]) -> list[str]:
    return [PurePosixPath(path).name for path in paths]


def normal(path: str) -> str:
    """The path without what makes no difference, such as `./` before it."""
    return path if "://" in path else str(PurePosixPath(path))


def yes_or_no(text: str, file: Path, line: int) -> bool:
    word = text.strip().lower()
    if word not in YES | NO:
        raise BadFileError(f"{file}, line {line}: `correct` is {text!r}; it should be true or false")
    return word in YES
