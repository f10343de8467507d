"""The ids that Snapjury gives to assets, snapshots, sessions, jobs and keys: 20 lower-case letters and digits."""

import base64
import re

from snapjury.errors import NotFoundError

ID_SHAPE = "[a-z2-7]{20}"
ID = re.compile(ID_SHAPE)


def new_id_from(entropy: bytes) -> str:
    """An id, from at least 100 bits of entropy."""
    return base64.b32encode(entropy[:13]).decode().lower()[:20]


def checked_id(text: str) -> str:
    """The text, if it can be an id: only then it becomes part of a key. Else NotFoundError, as for an unknown one."""
    if not ID.fullmatch(text):
        raise NotFoundError(text)
    return text
