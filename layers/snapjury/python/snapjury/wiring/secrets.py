"""Stored secrets, which are kept for some minutes, so that a rotation reaches every container."""

from functools import cache, partial

from snapjury.adapters.secrets import secrets_in
from snapjury.services.recent import Recent
from snapjury.wiring.clients import client, now

KEPT = 300_000
"""Milliseconds after which a secret is read again."""


def parts_of(secret: str, fresh: int = KEPT) -> tuple[str, ...]:
    """The parts of the secret of this name, as they were less than `fresh` milliseconds ago."""
    return stored_secrets().get(secret, fresh)


@cache
def stored_secrets() -> Recent[tuple[str, ...]]:
    return Recent(partial(secrets_in, client("secretsmanager")), now)
