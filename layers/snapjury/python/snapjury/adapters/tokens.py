"""Tokens as signed JSON (JWT), which every function can read without a table."""

from collections.abc import Callable
from typing import Any

import jwt
import jwt.types
import msgspec
from msgspec import Struct

from snapjury.errors import UnauthenticatedError
from snapjury.rules.user import Caller, Role, User

ALGORITHM = "HS256"
LIFETIME = 8 * 3600
"""Seconds: a working day."""

SIGNED_ONLY: jwt.types.Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
"""The times are checked here, against the clock that the caller gives."""


class Claims(Struct, frozen=True, omit_defaults=True):
    """`iat` and `exp` are seconds since the epoch; `pwd` is the user's `tokens_from`, left out while it is 0."""

    sub: str
    role: Role
    iat: int
    exp: int
    pwd: int = 0


class JwtTokens:
    """Signs with the first of the secrets and reads what any of them signed, so that they can be rotated.

    What none of them signed is held against the `latest` before it is refused: while a rotation spreads, another
    container may sign with a secret that this one has not read yet.
    """

    def __init__(
        self, secrets: Callable[[], tuple[str, ...]], latest: Callable[[], tuple[str, ...]] | None = None
    ) -> None:
        self._secrets = secrets
        self._latest = latest or secrets

    def issue(self, user: User, now: int) -> tuple[str, int]:
        issued = now // 1000
        claims = Claims(user.name, user.role, issued, issued + LIFETIME, user.tokens_from)
        token = jwt.encode(msgspec.to_builtins(claims), self._secrets()[0], ALGORITHM)
        return token, claims.exp * 1000

    def verify(self, token: str, now: int) -> Caller:
        try:
            claims = msgspec.convert(self._decoded(token), Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError):
            raise UnauthenticatedError("the token is not valid; sign in again") from None
        if now >= claims.exp * 1000:
            raise UnauthenticatedError("the token has expired; sign in again")
        return Caller(claims.sub, claims.role, claims.pwd)

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return decode(token, self._secrets())
        except jwt.InvalidSignatureError:
            return decode(token, self._latest())


def decode(token: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    """What the token says, if one of the secrets signed it."""
    failure = jwt.InvalidSignatureError("there is no secret")
    for secret in secrets:
        try:
            return jwt.decode(token, secret, algorithms=[ALGORITHM], options=SIGNED_ONLY)
        except jwt.InvalidSignatureError as error:
            failure = error
    raise failure
