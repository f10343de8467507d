"""How the functions that people sign in to read and write tokens."""

from typing import TYPE_CHECKING

from snapjury.adapters.dynamo_catalog import DynamoUsers
from snapjury.adapters.table import Table
from snapjury.services.sign_in import CurrentTokens
from snapjury.wiring.secrets import parts_of

if TYPE_CHECKING:
    from snapjury.adapters.tokens import JwtTokens

LATEST = 10_000
"""Milliseconds in which the secrets are not read again, however many tokens come that none of them signed."""


def jwt_tokens(secret: str) -> "JwtTokens":
    """Tokens signed with the secrets stored under this name. PyJWT is imported only now: few customers send one."""
    from snapjury.adapters.tokens import JwtTokens

    return JwtTokens(lambda: parts_of(secret), lambda: parts_of(secret, LATEST))


def current_tokens(secret: str, core: Table) -> CurrentTokens:
    """The same tokens, of people who still are users."""
    return CurrentTokens(jwt_tokens(secret), DynamoUsers(core))
