"""How passwords are kept: as salted scrypt hashes, each with its parameters, so that those can change.

The stored text is in the PHC string format: `$scrypt$ln=14,r=8,p=5$<salt>$<hash>`, both in base64 without padding.
"""

import base64
import hashlib
import hmac
import unicodedata

from msgspec import Struct

SHORTEST = 8
LONGEST = 256
"""Characters of a password; nothing is asked of which (NIST SP 800-63B, section 3.1.1)."""

SALT_BYTES = 16
HASH_BYTES = 32
MEMORY = 64 * 1024 * 1024
"""Bytes that a computation may take at most; it takes 128 N r."""


class Costs(Struct, frozen=True):
    """scrypt's costs: 2 to the power of `ln` is N, its memory; `r` the block size; `p` the repetitions."""

    ln: int = 14
    r: int = 8
    p: int = 5


COSTS = Costs()
"""As the OWASP Password Storage Cheat Sheet lists them for 16 MiB."""


def check_password(password: str, name: str) -> None:
    """ValueError, with words for the person, if the password is not one to keep."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"must have {SHORTEST} to {LONGEST} characters")
    if password.lower() == name:
        raise ValueError("must not be the user's name")


def hash_password(password: str, salt: bytes, costs: Costs = COSTS) -> str:
    """The text to keep for this password; `salt` is random, for this password alone."""
    digest = scrypt(password, salt, costs, HASH_BYTES)
    return f"$scrypt$ln={costs.ln},r={costs.r},p={costs.p}${to_text(salt)}${to_text(digest)}"


def is_password(password: str, kept: str) -> bool:
    """Whether this is the password that the text was kept for; takes as long if it is not."""
    _, _, parameters, salt, digest = kept.split("$")
    costs = Costs(**{name: int(value) for name, _, value in (each.partition("=") for each in parameters.split(","))})
    expected = from_text(digest)
    return hmac.compare_digest(scrypt(password, from_text(salt), costs, len(expected)), expected)


def scrypt(password: str, salt: bytes, costs: Costs, length: int) -> bytes:
    """The hash; the same characters count as the same password however the keyboard composed them."""
    composed = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(composed, salt=salt, n=1 << costs.ln, r=costs.r, p=costs.p, maxmem=MEMORY, dklen=length)


def to_text(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def from_text(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


NO_PASSWORD = f"$scrypt$ln={COSTS.ln},r={COSTS.r},p={COSTS.p}${to_text(bytes(SALT_BYTES))}${to_text(bytes(HASH_BYTES))}"
"""No password has this hash. It is computed for users who do not exist, so that they take as long as others."""
