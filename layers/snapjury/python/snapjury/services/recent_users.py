"""Users as they were within the last minute: whoever votes every second is not read from the table every second."""

from collections.abc import Callable

from snapjury.rules.user import User
from snapjury.services.ports import UserPage, Users

FRESH = 60_000
"""Milliseconds after which a user is read again: as long as a disabled one may go on at the most."""

MOST = 10_000
"""Users that are remembered."""


class RecentUsers:
    """The store of users, some of whom are remembered for a minute."""

    def __init__(self, users: Users, clock: Callable[[], int]) -> None:
        self._users = users
        self._clock = clock
        self._known: dict[str, tuple[int, User]] = {}

    def get(self, name: str) -> User:
        read_at, user = self._known.get(name, (0, None))
        if user is None or self._clock() - read_at >= FRESH:
            user = self._users.get(name)
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[name] = self._clock(), user
        return user

    def add(self, user: User) -> None:
        self._users.add(user)

    def save(self, user: User) -> None:
        self._known.pop(user.name, None)
        self._users.save(user)

    def page(self, limit: int, position: str | None) -> UserPage:
        return self._users.page(limit, position)
