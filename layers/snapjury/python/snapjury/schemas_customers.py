"""The JSON of API keys and signing secrets: what requests must look like, and how both are shown."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from snapjury.errors import InvalidRequestError, MalformedRequestError
from snapjury.rules.api_key import LONGEST_LABEL, LONGEST_SOURCES, OWNER, ApiKey, Scope
from snapjury.rules.ids import ID_SHAPE
from snapjury.rules.signing import SigningSecrets
from snapjury.schemas import (
    DEFAULT_PAGE,
    Limit,
    Moment,
    OwnerName,
    Parameters,
    moment,
    owner_named,
    page_size,
    position_of,
    token_of,
)
from snapjury.services.api_keys import NewApiKey
from snapjury.services.customer_ports import ApiKeyPage

POSITION = re.compile(rf"{OWNER.pattern}#{ID_SHAPE}")
"""A place in the list of keys: owner and id of the last one shown."""


class CreateKeyRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /keys`; a key is for all scopes unless they are named. The label is for people to know it by.

    `sources` is the folder of the source bucket that it opens: `<owner>/` unless it is given, `*` for all.
    """

    owner: OwnerName
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1)] = tuple(Scope)
    label: Annotated[str, Meta(max_length=LONGEST_LABEL)] = ""
    sources: Annotated[str, Meta(max_length=LONGEST_SOURCES)] | None = None

    def new_key(self) -> NewApiKey:
        """The key that is asked for; InvalidRequestError if its label cannot be printed on a line."""
        if self.label and not self.label.isprintable():
            raise InvalidRequestError("must be printable text", "label")
        return NewApiKey(self.owner, tuple(scope for scope in Scope if scope in self.scopes), self.label, self.sources)


class KeyQuery(Struct, frozen=True):
    """Whose keys to list, from which position on."""

    owner: OwnerName | None = None
    limit: Limit = DEFAULT_PAGE
    next: str | None = None


KEY_PARAMETERS: Parameters = {
    "owner": owner_named,
    "limit": page_size,
    "next": partial(position_of, shape=POSITION),
}


def key_query(parameters: Mapping[str, Any]) -> KeyQuery:
    """The query of these parameters; MalformedRequestError if the token is of a list of another owner's keys."""
    query = KeyQuery(**parameters)
    if query.owner and query.next and not query.next.startswith(f"{query.owner}#"):
        raise MalformedRequestError("is of a list of another owner's keys; go on with the same `owner`", "next")
    return query


class KeyView(TypedDict):
    """What is known of an API key, but not the key. `last_used_at` is true to within an hour.

    `sources` is the folder of the source bucket that it opens, `*` for all.
    """

    id: str
    owner: str
    scopes: tuple[Scope, ...]
    label: str
    sources: str
    created_at: Moment
    created_by: str
    last_used_at: Moment | None
    revoked_at: Moment | None


class NewKeyView(KeyView):
    """A new API key with the key itself, which is shown this once."""

    key: str


class KeysView(TypedDict):
    """Some API keys; `next` is the token for the following page, null at the end."""

    keys: list[KeyView]
    next: str | None


def key_view(key: ApiKey) -> KeyView:
    return {
        "id": key.id,
        "owner": key.owner,
        "scopes": key.scopes,
        "label": key.label,
        "sources": key.sources,
        "created_at": moment(key.created_at),
        "created_by": key.created_by,
        "last_used_at": moment(key.last_used_at),
        "revoked_at": moment(key.revoked_at),
    }


def new_key_view(key: ApiKey, text: str) -> NewKeyView:
    return {**key_view(key), "key": text}


def keys_view(page: ApiKeyPage) -> KeysView:
    return {"keys": [key_view(key) for key in page.keys], "next": token_of(page.next_position)}


class RotateRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /customers/{owner}/secrets`: with `at_once` the secrets before sign no more, else for a day.

    Webhooks are signed so within a minute: before that, a customer who had any is still signed for as before.
    """

    at_once: bool = False


class SecretView(TypedDict):
    """Since when a secret signs, and until when if another one has replaced it."""

    created_at: Moment
    ends_at: Moment | None


class SecretsView(TypedDict):
    """Which secrets sign a customer's webhooks, newest first, but not what they are."""

    owner: str
    secrets: list[SecretView]


class NewSecretView(SecretsView):
    """The same with the newest secret, which is shown this once."""

    secret: str


def secrets_view(secrets: SigningSecrets, now: int) -> SecretsView:
    shown: list[SecretView] = [
        {"created_at": moment(each.created_at), "ends_at": moment(each.ends_at)} for each in secrets.signing(now)
    ]
    return {"owner": secrets.owner, "secrets": shown}


def new_secret_view(secrets: SigningSecrets, now: int) -> NewSecretView:
    return {**secrets_view(secrets, now), "secret": secrets.secrets[0].text}
