"""What travels on the queues."""

from msgspec import Struct

from snapjury.rules.asset import Asset, Event

LOGGED = 500


def beginning_of(body: str) -> str:
    """What a log may have of a message, whatever it is: nothing that was seen of an asset, such as its webhooks."""
    return body.partition('"seen"')[0][:LOGGED]


class ValidationMessage(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Validate this asset, which was `seen` like this when the message was sent."""

    asset: str
    seen: Asset | None = None


class NotificationMessage(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tell the owner of this asset about this event; `seen` as in ValidationMessage."""

    asset: str
    event: Event
    seen: Asset | None = None


class JobMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Go on with this import, or on the other queue with this export."""

    job: str


class ScoreMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Score the leaderboards that were not scored since `due` (epoch ms)."""

    due: int
