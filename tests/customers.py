"""The customers that tests start from: Acme sells tortilla chips, Bolt sells batteries."""

from msgspec.structs import replace

from snapjury.rules.api_key import ApiKey, Scope, hash_of, key_text
from tests.builders import NOON

ACMES_ID, BOLTS_ID = "a" * 20, "b" * 20
ACMES_KEY = key_text(ACMES_ID, b"a" * 32)
BOLTS_KEY = key_text(BOLTS_ID, b"b" * 32)


def acmes_key(**changes: object) -> ApiKey:
    """What is stored of Acme's key, which is good for everything."""
    stored = ApiKey(ACMES_ID, "acme", tuple(Scope), hash_of(ACMES_KEY), NOON, created_by="ada", version=1)
    return replace(stored, **changes)


def bolts_key(**changes: object) -> ApiKey:
    """The same of Bolt's."""
    return replace(acmes_key(id=BOLTS_ID, owner="bolt", hash=hash_of(BOLTS_KEY)), **changes)
