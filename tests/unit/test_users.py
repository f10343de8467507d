from collections.abc import Callable

import pytest

from snapjury.adapters.memory_reviews import MemorySignIns, MemoryUsers
from snapjury.errors import (
    AlreadyExistsError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    OwnAccessError,
    TooManyAttemptsError,
    VersionMismatchError,
)
from snapjury.rules.password import is_password
from snapjury.rules.user import Caller, Role, User
from snapjury.services.users import UserChanges, UserPorts, change_user, create_user, user_named
from tests.builders import NOON
from tests.people import ADA, ADAS_PASSWORD, KEVIN, KEVINS_PASSWORD, SALT, WRONG_PASSWORD, ada, kevin

NEW_PASSWORD = "chips and salsa"


def any_version(_: int) -> None:
    """What a request without If-Match asks for."""


def only(version: int) -> Callable[[int], None]:
    def check(stored: int) -> None:
        if stored != version:
            raise VersionMismatchError(str(stored))

    return check


@pytest.fixture
def ports() -> UserPorts:
    users = MemoryUsers()
    users.add(ada())
    users.add(kevin())
    return UserPorts(users, MemorySignIns(), lambda: SALT)


def change(
    ports: UserPorts, name: str, by: Caller, check: Callable[[int], None] = any_version, **changes: object
) -> User:
    return change_user(name, UserChanges(**changes), by, check, ports, NOON)


def test_a_created_user_is_kept_without_the_password(ports: UserPorts) -> None:
    maria = create_user("maria", "tortilla chips", Role.QA, ports, NOON)

    assert ports.users.get("maria") == maria
    assert "tortilla" not in str(maria)
    assert is_password("tortilla chips", maria.password)


def test_a_name_is_taken_once(ports: UserPorts) -> None:
    with pytest.raises(AlreadyExistsError):
        create_user("kevin", "tortilla chips", Role.ADMIN, ports, NOON)

    assert ports.users.get("kevin") == kevin()


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [("Kevin!", "tortilla chips", "name"), ("me", "tortilla chips", "name"), ("maria", "short", "password")],
)
def test_what_cannot_be_a_user_is_refused_by_its_field(ports: UserPorts, name: str, password: str, field: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        create_user(name, password, Role.QA, ports, NOON)

    assert refused.value.field == field


def test_an_admin_disables_and_enables_a_user(ports: UserPorts) -> None:
    assert change(ports, "kevin", ADA, disabled=True).disabled
    assert not change(ports, "kevin", ADA, disabled=False).disabled
    assert ports.users.get("kevin") == kevin(version=3)


def test_an_admin_gives_another_role_and_another_password(ports: UserPorts) -> None:
    changed = change(ports, "kevin", ADA, role=Role.ADMIN, password=NEW_PASSWORD)

    assert changed.role is Role.ADMIN
    assert is_password(NEW_PASSWORD, changed.password)
    assert ports.users.get("kevin") == changed


def test_only_a_new_password_ends_older_tokens(ports: UserPorts) -> None:
    assert change(ports, "kevin", ADA, role=Role.ADMIN).tokens_from == 0
    assert change(ports, "kevin", ADA, password=NEW_PASSWORD).tokens_from == NOON
    assert change(ports, "kevin", ADA, password=NEW_PASSWORD).tokens_from == NOON + 1  # at the same moment
    assert change(ports, "kevin", ADA, disabled=True).tokens_from == NOON + 1


@pytest.mark.parametrize("changes", [{"disabled": True}, {"role": Role.QA}, {"disabled": True, "role": Role.ADMIN}])
def test_an_admin_cannot_take_their_own_access_away(ports: UserPorts, changes: dict[str, object]) -> None:
    with pytest.raises(OwnAccessError, match="ask another admin"):
        change(ports, "ada", ADA, **changes)

    assert ports.users.get("ada") == ada()


def test_an_admin_may_say_what_they_are(ports: UserPorts) -> None:
    assert change(ports, "ada", ADA, disabled=False, role=Role.ADMIN).role is Role.ADMIN


def test_users_change_their_own_password_with_the_current_one(ports: UserPorts) -> None:
    changed = change(ports, "kevin", KEVIN, password=NEW_PASSWORD, current_password=KEVINS_PASSWORD)

    assert is_password(NEW_PASSWORD, changed.password)


@pytest.mark.parametrize(("name", "by"), [("kevin", KEVIN), ("ada", ADA)])
@pytest.mark.parametrize("current_password", [None, WRONG_PASSWORD])
def test_not_without_it_whatever_their_role(
    ports: UserPorts, name: str, by: Caller, current_password: str | None
) -> None:
    before = ports.users.get(name)

    with pytest.raises(InvalidRequestError) as refused:
        change(ports, name, by, password=NEW_PASSWORD, current_password=current_password)

    assert refused.value.field == "current_password"
    assert ports.users.get(name) == before


def test_guesses_at_the_current_password_are_failed_sign_ins(ports: UserPorts) -> None:
    for _ in range(5):
        with pytest.raises(InvalidRequestError):
            change(ports, "ada", ADA, password=NEW_PASSWORD, current_password=WRONG_PASSWORD)

    with pytest.raises(TooManyAttemptsError):
        change(ports, "ada", ADA, password=NEW_PASSWORD, current_password=ADAS_PASSWORD)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("ada", {"password": NEW_PASSWORD, "current_password": ADAS_PASSWORD}),
        ("nobody", {"disabled": True}),
        ("kevin", {"role": Role.ADMIN}),
        ("kevin", {"disabled": False}),
        ("kevin", {"password": NEW_PASSWORD, "current_password": KEVINS_PASSWORD, "role": Role.ADMIN}),
    ],
)
def test_a_qa_changes_nothing_but_their_own_password(ports: UserPorts, name: str, changes: dict[str, object]) -> None:
    with pytest.raises(ForbiddenError):
        change(ports, name, KEVIN, **changes)

    assert (ports.users.get("ada"), ports.users.get("kevin")) == (ada(), kevin())


@pytest.mark.parametrize("name", ["nobody", "", "me", "k" * 5000, "\0"])
def test_an_unknown_user_is_not_found(ports: UserPorts, name: str) -> None:
    with pytest.raises(NotFoundError):
        change(ports, name, ADA, disabled=True)
    with pytest.raises(NotFoundError):
        user_named(name, ports.users)


def test_a_change_of_another_version_is_refused_before_any_password_is_tried(ports: UserPorts) -> None:
    with pytest.raises(VersionMismatchError):
        change(ports, "kevin", KEVIN, only(7), password=NEW_PASSWORD, current_password=WRONG_PASSWORD)

    assert ports.sign_ins.get("kevin").count == 0


class BusyUsers(MemoryUsers):
    """Somebody else disables the user just before we write, so many times."""

    times = 1

    def save(self, user: User) -> None:
        if self.times:
            self.times -= 1
            stored = self.get(user.name)
            super().save(kevin(disabled=True, version=stored.version + 1))
        super().save(user)


def test_a_change_that_another_one_overtakes_is_made_on_what_it_left(ports: UserPorts) -> None:
    busy = BusyUsers()
    busy.add(kevin())

    changed = change(UserPorts(busy, ports.sign_ins, ports.new_salt), "kevin", ADA, role=Role.ADMIN)

    assert changed == kevin(disabled=True, role=Role.ADMIN, version=3)


def test_a_change_of_a_version_that_is_gone_meanwhile_is_refused(ports: UserPorts) -> None:
    busy = BusyUsers()
    busy.add(kevin())

    with pytest.raises(VersionMismatchError):
        change(UserPorts(busy, ports.sign_ins, ports.new_salt), "kevin", ADA, only(1), role=Role.ADMIN)


def test_a_change_that_is_overtaken_again_and_again_gives_up(ports: UserPorts) -> None:
    busy = BusyUsers()
    busy.add(kevin())
    busy.times = 1000

    with pytest.raises(ConflictError):
        change(UserPorts(busy, ports.sign_ins, ports.new_salt), "kevin", ADA, role=Role.ADMIN)
