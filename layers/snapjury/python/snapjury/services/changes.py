"""What use cases that change a stored thing share: fields to blame, and trying again where others came before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from snapjury.errors import AlreadyExistsError, ConflictError, InvalidRequestError

T = TypeVar("T")

ATTEMPTS = 12
"""How often a change is decided on what is stored by then. Few can come first, a jury's size of them at a snapshot."""

CheckVersion = Callable[[int], None]
"""Raises VersionMismatchError unless the caller means this version."""


class Store(Protocol[T]):
    def get(self, name: str, /) -> T:
        """What is stored; NotFoundError if there is none."""

    def save(self, changed: T, /) -> None:
        """Store the next version; ConflictError if that is not what comes next."""


def change_stored(store: Store[T], name: str, change: Callable[[T], T], attempts: int = ATTEMPTS) -> T:
    """The next version of what is stored, as `change` makes it of the present one.

    Nothing is written if it gives back the very same; ConflictError if others kept coming first. What comes first may
    be our own save: it is repeated where its confirmation was lost, and is not to be made twice.
    """
    changed: T | None = None
    for _ in range(attempts):
        stored = store.get(name)
        if stored == changed:
            return stored
        changed = change(stored)
        if changed is stored:
            return stored
        try:
            store.save(changed)
        except ConflictError:
            continue
        return changed
    raise ConflictError(name)


class NewStore(Protocol[T]):
    def add(self, new: T, /) -> None:
        """Store something new; AlreadyExistsError if its name is taken."""

    def get(self, name: str, /) -> T:
        """What is stored; NotFoundError if there is none."""


def add_new(store: NewStore[T], name: str, new: T) -> None:
    """Store something new; AlreadyExistsError if another one is there under its name, and not this very one.

    The latter is so where our own request was repeated because its confirmation was lost. Something random in it must
    tell it from what others make.
    """
    try:
        store.add(new)
    except AlreadyExistsError:
        if store.get(name) != new:
            raise


@contextmanager
def blaming(field: str) -> Iterator[None]:
    """Turns a ValueError of a rule into an InvalidRequestError for the field of the request that it is about."""
    try:
        yield
    except ValueError as error:
        raise InvalidRequestError(str(error), field) from error
