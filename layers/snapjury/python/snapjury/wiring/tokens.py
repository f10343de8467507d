"""How the functions that people sign in to read and write tokens."""

from snapjury.adapters.tokens import JwtTokens
from snapjury.wiring.secrets import parts_of

LATEST = 10_000
"""Milliseconds in which the secrets are not read again, however many tokens come that none of them signed."""


def jwt_tokens(secret: str) -> JwtTokens:
    """Tokens signed with the secrets stored under this name."""
    return JwtTokens(lambda: parts_of(secret), lambda: parts_of(secret, LATEST))
