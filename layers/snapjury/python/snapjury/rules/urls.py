"""What a URL from strangers must look like before it is called."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import idna

from snapjury.rules.addresses import Network, may_be_dialled

INVALID_URL = "is not a valid URL"
MAX_URL_LENGTH = 2048

HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
NUMERIC_LABEL = re.compile(r"(\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)
UNSAFE_CHARACTER = re.compile(r"[\x00-\x20\x7f\\]")


def may_be_called(url: str, allowed: tuple[Network, ...] = ()) -> bool:
    """Whether this is an absolute http(s) URL of a host that may be called.

    Refused: credentials in the URL, white space, control characters, backslashes, ports out of range, IPv4 addresses
    in any other spelling than four decimal numbers, and literal addresses that `may_be_dialled` denies. A name is not
    resolved here; its addresses are checked when they are dialled.
    """
    return len(url) <= MAX_URL_LENGTH and is_callable(url, allowed)


@lru_cache(maxsize=256)
def is_callable(url: str, allowed: tuple[Network, ...]) -> bool:
    """The same of a URL that is not too long. Customers name the same ones all day."""
    if UNSAFE_CHARACTER.search(url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or port == 0:
        return False
    return names_a_host(parts, allowed)


def names_a_host(parts: SplitResult, allowed: Sequence[Network]) -> bool:
    host = parts.hostname or ""
    if ":" in host or is_ip_address(host):
        return "%" not in host and is_ip_address(host) and may_be_dialled(host, allowed)
    try:
        ascii_host = host if host.isascii() else idna.encode(host, strict=True, std3_rules=True).decode()
    except idna.IDNAError:
        return False
    last_label = ascii_host.rstrip(".").rpartition(".")[2]
    return len(ascii_host) <= 253 and bool(HOST_NAME.fullmatch(ascii_host)) and not NUMERIC_LABEL.fullmatch(last_label)


def is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
