from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemoryUsers
from snapjury.rules.user import User
from snapjury.services.recent import FRESH
from snapjury.services.recent_users import RecentUsers
from tests.builders import NOON
from tests.people import kevin


class CountingUsers(MemoryUsers):
    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def get(self, name: str) -> User:
        self.reads += 1
        return super().get(name)


def test_who_votes_every_second_is_read_once_a_minute() -> None:
    users = CountingUsers()
    users.add(kevin())
    moments = iter(range(NOON, NOON + 10 * FRESH, 500))
    recent = RecentUsers(users, lambda: next(moments))

    for _ in range(100):
        recent.get("kevin")

    assert users.reads <= 2


def test_a_disabled_user_is_known_to_be_so_within_a_minute() -> None:
    users, time = MemoryUsers(), [NOON]
    users.add(kevin())
    recent = RecentUsers(users, lambda: time[0])
    recent.get("kevin")
    users.save(replace(kevin(), disabled=True, version=2))

    time[0] += FRESH

    assert recent.get("kevin").disabled


def test_what_was_changed_here_is_known_at_once() -> None:
    users = MemoryUsers()
    users.add(kevin())
    recent = RecentUsers(users, lambda: NOON)
    recent.get("kevin")

    recent.save(replace(kevin(), disabled=True, version=2))

    assert recent.get("kevin").disabled
