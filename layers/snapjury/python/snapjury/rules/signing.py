"""The secrets that a customer's webhooks are signed with: one, and for a day those that it replaced."""

import base64

from msgspec import Struct
from msgspec.structs import replace

PREFIX = "whsec_"
SECRET_BYTES = 32
"""Standard Webhooks 1.0.0 wants 24 to 64."""

ROTATION = 24 * 3_600_000
"""Milliseconds that a replaced secret still signs, beside its successor: receivers have so long to take that up."""

MOST = 5
"""Secrets that sign at once, however often they are replaced: each one lengthens a header of every webhook."""


class SigningSecret(Struct, frozen=True, omit_defaults=True):
    """A secret in the form of Standard Webhooks; one that was replaced signs until `ends_at` (epoch ms)."""

    text: str
    created_at: int
    ends_at: int | None = None

    def signs(self, now: int) -> bool:
        return self.ends_at is None or now < self.ends_at


class SigningSecrets(Struct, frozen=True):
    """A customer's secrets, newest first; none, and version 0, if the customer has no own ones."""

    owner: str
    secrets: tuple[SigningSecret, ...]
    version: int

    def signing(self, now: int) -> tuple[SigningSecret, ...]:
        """Those that sign now, newest first."""
        return tuple(secret for secret in self.secrets if secret.signs(now))


def secret_text(random: bytes) -> str:
    """The secret that the customer gets, of `SECRET_BYTES` random bytes."""
    return PREFIX + base64.b64encode(random).decode()


def rotate(before: SigningSecrets, text: str, at_once: bool, now: int) -> SigningSecrets:
    """The secrets with a new one. Those that signed till now do so for a day, or no more if they are to end at once.

    A rotation that follows another leaves the first one's secrets their day: who has not taken up the second secret yet
    may still rely on the first.
    """
    new = SigningSecret(text, now)
    ends_at = now + ROTATION
    old = () if at_once else tuple(replace(each, ends_at=each.ends_at or ends_at) for each in before.signing(now))
    return SigningSecrets(before.owner, (new, *old)[:MOST], before.version + 1)
