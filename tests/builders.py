"""Vivid examples that tests start from."""

from msgspec.structs import replace

from snapjury.rules.asset import Asset, Event, Location, Source, queue_asset

NOON = 1_750_000_000_000

CHIPS_URLS = {
    Event.START: "https://chips.example/start",
    Event.SUCCESS: "https://chips.example/success",
    Event.FAILURE: "https://chips.example/failure",
}


def chips_asset(**changes: object) -> Asset:
    """A queued photo of a bag of tortilla chips, whose owner wants to hear of everything."""
    queued = queue_asset("chips", "trax", Source(Location.LOCAL, "./images/chips.jpg"), CHIPS_URLS, NOON)
    return replace(queued, **changes)
