"""The people who sign in: QAs and admins, and how often signing in failed."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    QA = "qa"
    ADMIN = "admin"


class User(Struct, frozen=True, omit_defaults=True):
    """`password` is a salted hash with its parameters, never the password. Times are milliseconds since the epoch."""

    name: str
    role: Role
    password: str
    created_at: int
    version: int
    disabled: bool = False


class FailedSignIns(Struct, frozen=True):
    """Failed sign-ins in a row under a name; none is looked at before `blocked_until` (epoch ms).

    `expires_at` is in seconds, as DynamoDB's expiry wants it.
    """

    name: str
    count: int
    blocked_until: int
    expires_at: int
    version: int
