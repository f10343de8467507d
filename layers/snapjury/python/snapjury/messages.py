"""What travels on the queues."""

from msgspec import Struct

from snapjury.rules.asset import Event


class ValidationMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Validate this asset."""

    asset: str


class NotificationMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Tell the owner of this asset about this event."""

    asset: str
    event: Event


class JobMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Go on with this import, or on the other queue with this export."""

    job: str


class ScoreMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Score the leaderboards that were not scored since `due` (epoch ms)."""

    due: int
