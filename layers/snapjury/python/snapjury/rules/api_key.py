"""The keys that customers' programs identify themselves with, and on whose assets a request may act.

A key reads `sj_live_<id>_<secret>`: by the prefix scanners for leaked secrets know it, the id says which one to revoke,
and the secret is 256 random bits. As that cannot be guessed, one SHA-256 of it is enough to store; slow hashes are for
what people think up, and each request would pay for one.
"""

import base64
import hashlib
import hmac
import re
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.asset import Location, Source
from snapjury.rules.ids import ID_SHAPE

OWNER_WITHOUT_KEY = "local"
"""Whose assets those are that were submitted without an API key: by admins, and by anybody where none is required."""

PREFIX = "sj_live_"
KEY = re.compile(rf"{PREFIX}({ID_SHAPE})_[a-z2-7]{{52}}")
SECRET_BYTES = 32

OWNER = re.compile(r"[a-z][a-z0-9._-]{0,31}")
LONGEST_LABEL = 100
LONGEST_SOURCES = 200
WHOLE_BUCKET = "*"

USE_NOTED_FOR = 3_600_000
"""Milliseconds after which a use is written down again: `last_used_at` is true to within an hour."""


class Scope(StrEnum):
    """What a key may be used for."""

    ASSETS_READ = "assets:read"
    ASSETS_WRITE = "assets:write"
    SNAPSHOTS_WRITE = "snapshots:write"


class ApiKey(Struct, frozen=True, omit_defaults=True):
    """A customer's key as it is stored: `hash` is the SHA-256 of its text. Times are milliseconds since the epoch.

    `sources` is the folder of the source bucket, which customers share, that it opens, or WHOLE_BUCKET.
    """

    id: str
    owner: str
    scopes: tuple[Scope, ...]
    hash: str
    created_at: int
    created_by: str
    version: int
    label: str = ""
    sources: str = WHOLE_BUCKET
    last_used_at: int | None = None
    revoked_at: int | None = None


class Access(Struct, frozen=True):
    """Who acts on assets: what is submitted belongs to `owner`, whose assets are seen; an admin sees everybody's.

    Of the source bucket what is in the folder `sources` may be named, all of it if that is WHOLE_BUCKET.
    """

    owner: str
    sources: str
    admin: str | None = None

    @property
    def is_admin(self) -> bool:
        return self.admin is not None

    def sees(self, owner: str) -> bool:
        return self.is_admin or self.owner == owner


def check_owner(name: str) -> None:
    """ValueError, with words for the person, if no customer can be called so."""
    if not OWNER.fullmatch(name):
        raise ValueError("must be 1 to 32 of a-z, 0-9, '.', '_' and '-', beginning with a letter")
    if name == OWNER_WITHOUT_KEY:
        raise ValueError("is taken: what is submitted without an API key belongs to it")


def check_sources(folder: str) -> None:
    """ValueError, with words for the person, if this is neither a folder of a bucket nor WHOLE_BUCKET."""
    parts = {part.strip() for part in folder[:-1].split("/")}
    is_folder = folder.endswith("/") and folder.isprintable() and not parts & {"", ".", ".."}
    if folder != WHOLE_BUCKET and not is_folder:
        raise ValueError("must be a folder such as 'acme/' without the bucket and '..', or '*' for the whole bucket")


def may_name(sources: str, source: Source) -> bool:
    """Whether who is held to this folder of the source bucket may name the source; other locations have no folders.

    To S3 `acme/../bolt` is a name like any other. What may take it for `bolt` on the way there is not asked for it.
    """
    if source.location is not Location.S3 or sources == WHOLE_BUCKET:
        return True
    key = source.path.removeprefix("s3://").partition("/")[2]
    return bool(sources) and key.startswith(sources) and not {".", ".."} & set(key.split("/"))


def key_text(key_id: str, secret: bytes) -> str:
    """The key that the customer gets, of an id and `SECRET_BYTES` random bytes."""
    return f"{PREFIX}{key_id}_{base64.b32encode(secret).decode().rstrip('=').lower()}"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def looks_like_key(text: str) -> bool:
    """Whether this is meant to be an API key, and not a token."""
    return text.startswith(PREFIX)


def key_id_in(text: str) -> str | None:
    """The id of the key that this may be; None if it has not the shape of one."""
    found = KEY.fullmatch(text)
    return found[1] if found else None


def is_key(text: str, key: ApiKey) -> bool:
    """Whether this is the key, and it still counts; the time that it takes tells nothing of the hash."""
    return hmac.compare_digest(hash_of(text), key.hash) and key.revoked_at is None


def note_use(key: ApiKey, now: int) -> ApiKey:
    """The key with its use written down; the very same if that was done within the last hour."""
    if key.last_used_at is not None and now - key.last_used_at < USE_NOTED_FOR:
        return key
    return replace(key, last_used_at=now, version=key.version + 1)


def revoke(key: ApiKey, now: int) -> ApiKey:
    """The key, which counts no more; the very same if it did not count before."""
    if key.revoked_at is not None:
        return key
    return replace(key, revoked_at=now, version=key.version + 1)
