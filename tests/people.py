"""The people that tests start from: Kevin reviews, Ada is an admin."""

from msgspec.structs import replace

from snapjury.rules.password import Costs, hash_password
from snapjury.rules.user import Caller, Role, User
from tests.builders import NOON

KEVINS_PASSWORD = "salty tortilla"
ADAS_PASSWORD = "analytical engine"
WRONG_PASSWORD = "guacamole!"

SALT = b"sixteen bytes..."
CHEAP = Costs(ln=4, r=1, p=1)


def a_user(name: str, role: Role, password: str) -> User:
    """A user whose hash costs next to nothing."""
    return User(name, role, hash_password(password, SALT, CHEAP), NOON, version=1)


def kevin(**changes: object) -> User:
    return replace(a_user("kevin", Role.QA, KEVINS_PASSWORD), **changes)


def ada(**changes: object) -> User:
    return replace(a_user("ada", Role.ADMIN, ADAS_PASSWORD), **changes)


ADA = Caller("ada", Role.ADMIN)
KEVIN = Caller("kevin", Role.QA)
