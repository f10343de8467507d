"""How the functions that people sign in to read and write tokens."""

from functools import lru_cache

from snapjury.adapters.secrets import secrets_in
from snapjury.adapters.tokens import JwtTokens
from snapjury.wiring.clients import client, now

SECRETS_KEPT = 300_000
"""Milliseconds after which the secrets are read again, so that a rotation reaches every container."""


def jwt_tokens(secret: str) -> JwtTokens:
    """Tokens signed with the secrets stored under this name."""
    return JwtTokens(lambda: secrets_at(secret, now() // SECRETS_KEPT))


@lru_cache(maxsize=1)
def secrets_at(secret: str, _moment: int) -> tuple[str, ...]:
    return secrets_in(client("secretsmanager"), secret)
