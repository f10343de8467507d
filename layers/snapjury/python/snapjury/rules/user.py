"""The people who sign in: QAs and admins, and how often signing in failed."""

import re
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}")
ME = "me"
"""The name by which callers ask for themselves, and so nobody's."""

FREE_FAILURES = 4
"""Failed sign-ins in a row that cost no waiting."""

FIRST_DELAY = 1_000
LONGEST_DELAY = 300_000
"""Milliseconds to wait after the first failure that costs any, and at most; each one doubles it."""

MEMORY_OF_FAILURES = 24 * 3600 * 1000
"""Milliseconds after which the failures under a name are forgotten, if there were no more."""


class Role(StrEnum):
    QA = "qa"
    ADMIN = "admin"


class User(Struct, frozen=True, omit_defaults=True):
    """`password` is a salted hash with its parameters, never the password. Times are milliseconds since the epoch.

    `tokens_from` is when the password was changed last, or 0. Tokens that were issued at an earlier one count no more.
    """

    name: str
    role: Role
    password: str
    created_at: int
    version: int
    disabled: bool = False
    tokens_from: int = 0


class Caller(Struct, frozen=True):
    """Who sends a request, as the request proves: by a token that was issued at this `tokens_from` of the user."""

    name: str
    role: Role
    tokens_from: int = 0


class FailedSignIns(Struct, frozen=True):
    """Failed sign-ins in a row under a name; none is looked at before `blocked_until` (epoch ms, 0 for no wait).

    `expires_at` is in seconds, as DynamoDB's expiry wants it.
    """

    name: str
    count: int
    blocked_until: int
    expires_at: int
    version: int


def check_name(name: str) -> None:
    """ValueError, with words for the person, if no user can be called so."""
    if not NAME.fullmatch(name):
        raise ValueError("must be 1 to 32 of a-z, 0-9, '.', '_' and '-', beginning with a letter")
    if name == ME:
        raise ValueError("is taken: GET /users/me is how users ask for themselves")


def is_outdated(caller: Caller, user: User) -> bool:
    """Whether the password was changed since the token was issued, whatever the clocks were then.

    A token of a later change than is known of the user is good: the user was read before it.
    """
    return caller.tokens_from < user.tokens_from


def delay_after(failures: int) -> int:
    """Milliseconds in which no sign-in is looked at, after so many failed ones in a row."""
    if failures <= FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES - 1, LONGEST_DELAY.bit_length())
    return min(FIRST_DELAY << doublings, LONGEST_DELAY)


def is_blocked(failed: FailedSignIns, now: int) -> bool:
    return now < failed.blocked_until


def count_attempt(failed: FailedSignIns, now: int) -> FailedSignIns:
    """The record after one more attempt, taken for a failure until it is known to be none."""
    count = 1 + (failed.count if now < failed.expires_at * 1000 else 0)
    delay = delay_after(count)
    # Not even until now: requests that began a moment earlier are counted later.
    blocked_until = now + delay if delay else 0
    expires_at = (now + MEMORY_OF_FAILURES) // 1000
    return FailedSignIns(failed.name, count, blocked_until, expires_at, failed.version + 1)


def forget_failures(failed: FailedSignIns) -> FailedSignIns:
    """The record after a sign-in that did not fail."""
    return replace(failed, count=0, blocked_until=0, version=failed.version + 1)
