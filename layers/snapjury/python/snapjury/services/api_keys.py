"""API keys: what admins do with them, and what a request may do with one."""

from collections.abc import Callable, Collection

from msgspec import Struct

from snapjury.errors import ConflictError, ForbiddenError, NotFoundError, TemporaryFaultError, UnauthenticatedError
from snapjury.rules.api_key import (
    OWNER_WITHOUT_KEY,
    WHOLE_BUCKET,
    Access,
    ApiKey,
    Scope,
    check_owner,
    check_sources,
    hash_of,
    is_key,
    key_id_in,
    key_text,
    note_use,
    revoke,
)
from snapjury.rules.ids import checked_id
from snapjury.services.changes import add_new, blaming, change_stored
from snapjury.services.customer_ports import ApiKeys
from snapjury.services.recent import Recent

HOW_TO_SEND = "send your API key, or the token that you got by signing in, as `Authorization: Bearer <key or token>`"
REFUSED = "the API key is not valid, or was revoked"
"""The one answer for all that is no key: callers cannot find out which ids exist."""


class ApiKeyPorts(Struct, frozen=True):
    """`new_secret` gives random bytes."""

    keys: ApiKeys
    new_id: Callable[[], str]
    new_secret: Callable[[], bytes]


class NewApiKey(Struct, frozen=True):
    """What an admin asks for: a key of this owner, which may be used for these scopes.

    `sources` is the folder of the source bucket that it opens; None for the one that is called like the owner.
    """

    owner: str
    scopes: tuple[Scope, ...]
    label: str = ""
    sources: str | None = None


def create_key(new: NewApiKey, asked_by: str, ports: ApiKeyPorts, now: int) -> tuple[ApiKey, str]:
    """The stored key and its text, which nobody can read again; InvalidRequestError if it cannot be had."""
    with blaming("owner"):
        check_owner(new.owner)
    sources = f"{new.owner}/" if new.sources is None else new.sources
    with blaming("sources"):
        check_sources(sources)
    key_id = ports.new_id()
    text = key_text(key_id, ports.new_secret())
    key = ApiKey(key_id, new.owner, new.scopes, hash_of(text), now, asked_by, 1, new.label, sources)
    add_new(ports.keys, key_id, key)
    return key, text


def revoke_key(key_id: str, keys: ApiKeys, now: int) -> ApiKey:
    """The revoked key, as it is also if it was revoked before; NotFoundError also if this cannot be an id."""
    return change_stored(keys, checked_id(key_id), lambda key: revoke(key, now))


class KeyCheck:
    """Says what the API key of a request opens. Keys are remembered for a minute, so that long a revoked one opens."""

    def __init__(self, keys: ApiKeys, are_required: bool, clock: Callable[[], int]) -> None:
        self._keys = keys
        self._recent = Recent(keys.get, clock)
        self._are_required = are_required
        self._clock = clock

    def without_key(self) -> Access:
        """What a request without a key may do; UnauthenticatedError where keys are required."""
        if self._are_required:
            raise UnauthenticatedError(HOW_TO_SEND)
        return Access(OWNER_WITHOUT_KEY, WHOLE_BUCKET)

    def with_key(self, text: str, scopes: Collection[Scope]) -> Access:
        """What this key may do; UnauthenticatedError if it is none, ForbiddenError if it has none of these scopes."""
        key = self._known(text)
        self._note_use(key)
        if not set(scopes) & set(key.scopes):
            needed, given = " or ".join(scopes), " and ".join(key.scopes)
            raise ForbiddenError(f"this needs an API key with the scope {needed}; yours has {given}")
        return Access(key.owner, key.sources)

    def _known(self, text: str) -> ApiKey:
        key_id = key_id_in(text)
        try:
            key = self._recent.get(key_id) if key_id else None
        except NotFoundError:
            key = None
        if key is None or not is_key(text, key):
            raise UnauthenticatedError(REFUSED)
        return key

    def _note_use(self, key: ApiKey) -> None:
        """Write the use down, if it is time. What prevents that is no reason to refuse the request."""
        used = note_use(key, self._clock())
        if used is key:
            return
        try:
            self._keys.save(used)
        except ConflictError:
            self._recent.forget(key.id)
            return
        except TemporaryFaultError:
            pass  # it is tried again when the key is read again
        self._recent.change(key.id, used)
