"""What use cases that change a stored thing share: fields to blame, and trying again where others came before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from snapjury.errors import ConflictError, InvalidRequestError

T = TypeVar("T")

ROUNDS = 10
"""How often a change is decided again on what is stored by then."""

CheckVersion = Callable[[int], None]
"""Raises VersionMismatchError unless the caller means this version."""


class Store(Protocol[T]):
    def get(self, name: str, /) -> T:
        """What is stored; NotFoundError if there is none."""

    def save(self, changed: T, /) -> None:
        """Store the next version; ConflictError if that is not what comes next."""


def change_stored(store: Store[T], name: str, change: Callable[[T], T], rounds: int = ROUNDS) -> T:
    """The next version of what is stored, as `change` makes it of the present one.

    Nothing is written if it gives back the very same; ConflictError if others kept coming first.
    """
    for _ in range(rounds):
        stored = store.get(name)
        changed = change(stored)
        if changed is stored:
            return stored
        try:
            store.save(changed)
        except ConflictError:
            continue
        return changed
    raise ConflictError(name)


@contextmanager
def blaming(field: str) -> Iterator[None]:
    """Turns a ValueError of a rule into an InvalidRequestError for the field of the request that it is about."""
    try:
        yield
    except ValueError as error:
        raise InvalidRequestError(str(error), field) from error
