"""What use cases for customers need of the outside world, each with an AWS adapter and an in-memory twin."""

from typing import Protocol

from msgspec import Struct

from snapjury.rules.api_key import ApiKey
from snapjury.rules.signing import SigningSecrets


class ApiKeyPage(Struct, frozen=True):
    keys: tuple[ApiKey, ...]
    next_position: str | None


class ApiKeys(Protocol):
    """Customers' keys, revoked ones too. Reads are strongly consistent, but for `page`."""

    def add(self, key: ApiKey) -> None:
        """Store a new key; AlreadyExistsError if its id is taken."""

    def save(self, key: ApiKey) -> None:
        """Store the next version; ConflictError if that is not what comes next."""

    def get(self, key_id: str) -> ApiKey:
        """The key; NotFoundError if there is none."""

    def page(self, owner: str | None, limit: int, position: str | None) -> ApiKeyPage:
        """At most `limit` keys of an owner, or of all, by owner and id, from `position` on."""


class SigningSecretStore(Protocol):
    """Customers' own signing secrets. Reads are strongly consistent."""

    def get(self, owner: str) -> SigningSecrets:
        """The owner's secrets; version 0 if there are none."""

    def save(self, secrets: SigningSecrets) -> None:
        """Store the next version; ConflictError if that is not what comes next."""
