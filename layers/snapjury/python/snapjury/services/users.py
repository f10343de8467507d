"""What admins do with users, and users with their own passwords."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import ForbiddenError, InvalidRequestError, NotFoundError, OwnAccessError, UnauthenticatedError
from snapjury.rules.password import check_password, hash_password
from snapjury.rules.user import NAME, Caller, Role, User, check_name
from snapjury.services.changes import CheckVersion, add_new, blaming, change_stored
from snapjury.services.ports import SignIns, Users
from snapjury.services.sign_in import prove_password


class UserPorts(Struct, frozen=True):
    """`new_salt` gives random bytes."""

    users: Users
    sign_ins: SignIns
    new_salt: Callable[[], bytes]


class UserChanges(Struct, frozen=True):
    """What is to change; None stays as it is. `current_password` proves who changes their own."""

    disabled: bool | None = None
    role: Role | None = None
    password: str | None = None
    current_password: str | None = None


def create_user(name: str, password: str, role: Role, ports: UserPorts, now: int) -> User:
    """The new user; AlreadyExistsError if the name is taken, InvalidRequestError if name or password cannot be."""
    with blaming("name"):
        check_name(name)
    user = User(name, role, kept_password(name, password, ports), now, version=1)
    add_new(ports.users, name, user)
    return user


def user_named(name: str, users: Users) -> User:
    """The user; NotFoundError also if nobody can be called so."""
    if not NAME.fullmatch(name):
        raise NotFoundError(name)
    return users.get(name)


def change_user(
    name: str, changes: UserChanges, caller: Caller, check_version: CheckVersion, ports: UserPorts, now: int
) -> User:
    """The changed user; a new password ends the tokens from before it.

    Others are changed by admins only (ForbiddenError), and nobody takes their own access away (OwnAccessError). A new
    password for oneself takes the current one; guesses at that count as failed sign-ins. A password that nobody may
    have is refused whatever version the request is about.
    """
    require_right(name, changes, caller)
    stored = user_named(name, ports.users)
    password = None if changes.password is None else kept_password(name, changes.password, ports)
    check_version(stored.version)
    if password is not None and name == caller.name:
        require_current_password(name, changes.current_password, ports, now)

    def changed(user: User) -> User:
        check_version(user.version)
        return replace(
            user,
            disabled=user.disabled if changes.disabled is None else changes.disabled,
            role=changes.role or user.role,
            password=password or user.password,
            version=user.version + 1,
            tokens_from=max(now, user.tokens_from + 1) if password else user.tokens_from,
        )

    return change_stored(ports.users, name, changed)


def require_right(name: str, changes: UserChanges, caller: Caller) -> None:
    is_self = name == caller.name
    if caller.role is not Role.ADMIN and not (is_self and changes.disabled is None and changes.role is None):
        raise ForbiddenError("only admins change users; others may change their own password")
    if is_self and (changes.disabled or changes.role not in (None, caller.role)):
        raise OwnAccessError("this would take away your own access as an admin; ask another admin to do it")


def require_current_password(name: str, password: str | None, ports: UserPorts, now: int) -> None:
    if password is None:
        raise InvalidRequestError("is needed to change your own password", "current_password")
    try:
        prove_password(name, password, ports.users, ports.sign_ins, now)
    except UnauthenticatedError:
        raise InvalidRequestError("is not your password", "current_password") from None


def kept_password(name: str, password: str, ports: UserPorts) -> str:
    """What is stored of a new password; InvalidRequestError if it is not one to keep."""
    with blaming("password"):
        check_password(password, name)
    return hash_password(password, ports.new_salt())
