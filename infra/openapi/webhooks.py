"""The webhooks that customers are told by, as their receivers see them."""

from typing import Any

from infra.openapi.schemas import Json, ref
from snapjury.rules.asset import Event
from snapjury.rules.delivery import Failed, Started, Succeeded

ID = "gr52lrz4kq3uyf5hjb4a"

WEBHOOKS: dict[Event, Any] = {Event.START: Started, Event.SUCCESS: Succeeded, Event.FAILURE: Failed}
"""The body of each."""

SUMMARIES = {
    Event.START: "Work on an asset has begun",
    Event.SUCCESS: "An asset was accepted",
    Event.FAILURE: "An asset was refused",
}

EXAMPLES: dict[Event, Started | Succeeded | Failed] = {
    Event.START: {"id": ID, "state": "started"},
    Event.SUCCESS: {"id": ID, "state": "success"},
    Event.FAILURE: {"id": ID, "state": "failed", "errors": {"asset": ("is not a jpeg",)}},
}

HEADERS = {
    "webhook-id": "The same for every repetition and every replay.",
    "webhook-timestamp": "When this attempt was made, in seconds since the epoch.",
    "webhook-signature": "By Standard Webhooks 1.0.0, one for each secret that signs: `v1,<HMAC-SHA256 in base64>`.",
}


def webhook(event: Event) -> Json:
    """The request that a receiver gets, and what becomes of its answer."""
    return {
        "post": {
            "operationId": event,
            "tags": ["webhooks"],
            "summary": SUMMARIES[event],
            "parameters": [
                {"name": name, "in": "header", "required": True, "description": about, "schema": {"type": "string"}}
                for name, about in HEADERS.items()
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": ref("schemas", WEBHOOKS[event].__name__),
                        "example": EXAMPLES[event],
                    }
                },
            },
            "responses": {
                "2XX": {"description": "It has arrived."},
                "410": {"description": "It is not wanted: it is not repeated."},
                "default": {
                    "description": "It is repeated, for about a day, as after 15 s without an answer; a redirect is not"
                    " followed. The end of an asset is told after its start has arrived or was given up (three tries)."
                },
            },
        }
    }
