"""Users as they were within the last minute."""

from collections.abc import Callable

from snapjury.rules.user import User
from snapjury.services.ports import UserPage, Users
from snapjury.services.recent import Recent


class RecentUsers:
    """The store of users, some of whom are remembered for a minute."""

    def __init__(self, users: Users, clock: Callable[[], int]) -> None:
        self._users = users
        self._recent = Recent(users.get, clock)

    def get(self, name: str) -> User:
        return self._recent.get(name)

    def add(self, user: User) -> None:
        self._users.add(user)

    def save(self, user: User) -> None:
        self._recent.forget(user.name)
        self._users.save(user)

    def page(self, limit: int, position: str | None) -> UserPage:
        return self._users.page(limit, position)
