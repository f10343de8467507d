"""Customers' own signing secrets: how admins replace them, and which ones sign a webhook."""

from collections.abc import Callable

from msgspec import Struct

from snapjury.errors import NotFoundError
from snapjury.rules.api_key import OWNER, OWNER_WITHOUT_KEY, check_owner
from snapjury.rules.signing import SigningSecrets, rotate, secret_text
from snapjury.services.changes import blaming, change_stored
from snapjury.services.customer_ports import SigningSecretStore
from snapjury.services.recent import Recent


class SigningPorts(Struct, frozen=True):
    """`new_secret` gives random bytes."""

    secrets: SigningSecretStore
    new_secret: Callable[[], bytes]


def rotate_secret(owner: str, at_once: bool, ports: SigningPorts, now: int) -> SigningSecrets:
    """The customer's secrets with a new one first; InvalidRequestError if nobody can be called so."""
    with blaming("owner"):
        check_owner(owner)
    text = secret_text(ports.new_secret())
    return change_stored(ports.secrets, owner, lambda before: rotate(before, text, at_once, now))


def secrets_of(owner: str, secrets: SigningSecretStore) -> SigningSecrets:
    """The customer's secrets; NotFoundError if nobody can be called so."""
    if not OWNER.fullmatch(owner):
        raise NotFoundError(owner)
    return secrets.get(owner)


class Signers:
    """Which secrets sign an owner's webhooks: the owner's own, or where there are none the deployment's.

    Own ones are remembered for a minute. Those who have no key are known to have none, and are not looked up.
    """

    def __init__(
        self, secrets: SigningSecretStore, of_deployment: Callable[[], tuple[str, ...]], clock: Callable[[], int]
    ) -> None:
        self._recent = Recent(secrets.get, clock)
        self._of_deployment = of_deployment
        self._clock = clock

    def secrets(self, owner: str) -> tuple[str, ...]:
        own = () if owner == OWNER_WITHOUT_KEY else self._recent.get(owner).signing(self._clock())
        return tuple(secret.text for secret in own) or self._of_deployment()
