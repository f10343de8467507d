"""Signing in, and what a token is worth afterwards."""

from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import ConflictError, NotFoundError, TooManyAttemptsError, UnauthenticatedError
from snapjury.rules.password import NO_PASSWORD, is_password
from snapjury.rules.user import (
    NAME,
    Caller,
    FailedSignIns,
    Role,
    User,
    count_attempt,
    forget_failures,
    is_blocked,
    is_outdated,
)
from snapjury.services.ports import SignIns, Tokens, Users

ROUNDS = 10
"""How often a sign-in is counted again that others under the same name came before."""

REFUSED = "the name or the password is wrong, or the user is disabled"
"""The one answer for all of these: callers cannot find out which names exist."""


class SignInPorts(Struct, frozen=True):
    users: Users
    sign_ins: SignIns
    tokens: Tokens


class SignedIn(Struct, frozen=True):
    """A token and when it expires (epoch ms)."""

    token: str
    expires_at: int
    role: Role


def sign_in(name: str, password: str, ports: SignInPorts, now: int) -> SignedIn:
    """A token for the user; UnauthenticatedError, or TooManyAttemptsError after many failures under this name.

    What cannot be a name is refused at once, which tells nothing of who there is, and is never part of a key.
    """
    name = name.lower()
    if not NAME.fullmatch(name):
        raise UnauthenticatedError(REFUSED)
    user = prove_password(name, password, ports.users, ports.sign_ins, now)
    token, expires_at = ports.tokens.issue(user, now)
    return SignedIn(token, expires_at, user.role)


def prove_password(name: str, password: str, users: Users, sign_ins: SignIns, now: int) -> User:
    """The user whose password this is.

    Otherwise UnauthenticatedError, after the same work whether there is such a user or not. The attempt is counted
    before the password is looked at, so that guesses sent together cannot outrun the counting.
    """
    counted = count(name, sign_ins, now)
    user = find_user(name, users)
    is_right = is_password(password, user.password if user else NO_PASSWORD)
    if user is None or user.disabled or not is_right:
        raise UnauthenticatedError(REFUSED)
    forget(counted, sign_ins)
    return user


def count(name: str, sign_ins: SignIns, now: int) -> FailedSignIns:
    """The record with this attempt; TooManyAttemptsError if none may be made now."""
    for _ in range(ROUNDS):
        failed = sign_ins.get(name)
        if is_blocked(failed, now):
            raise TooManyAttemptsError(-(-(failed.blocked_until - now) // 1000))
        counted = count_attempt(failed, now)
        try:
            sign_ins.save(counted)
        except ConflictError:
            continue
        return counted
    raise TooManyAttemptsError(1)


def forget(counted: FailedSignIns, sign_ins: SignIns) -> None:
    """Note that the sign-in did not fail. Where others keep coming first, they decide what the record says."""
    for _ in range(ROUNDS):
        try:
            sign_ins.save(forget_failures(counted))
        except ConflictError:
            counted = sign_ins.get(counted.name)
            continue
        return


def find_user(name: str, users: Users) -> User | None:
    try:
        return users.get(name)
    except NotFoundError:
        return None


def current_user(caller: Caller, users: Users) -> User:
    """The caller's user as stored now.

    UnauthenticatedError if it is gone or disabled, or has another password, since the token was issued.
    """
    user = find_user(caller.name, users)
    if user is None or user.disabled:
        raise UnauthenticatedError("the user of this token may not sign in any more")
    if is_outdated(caller, user):
        raise UnauthenticatedError("the password was changed after this token was issued; sign in again")
    return user


class CurrentTokens:
    """Tokens that count only as long as `current_user` says, with the role that the user has now: one read each."""

    def __init__(self, tokens: Tokens, users: Users) -> None:
        self._tokens = tokens
        self._users = users

    def issue(self, user: User, now: int) -> tuple[str, int]:
        return self._tokens.issue(user, now)

    def verify(self, token: str, now: int) -> Caller:
        caller = self._tokens.verify(token, now)
        return replace(caller, role=current_user(caller, self._users).role)
