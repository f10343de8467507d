"""What schemathesis loads, in an environment of its own, to keep what it makes up on this machine."""

import os
from typing import Any

import schemathesis

RECEIVER = os.environ["FUZZ_RECEIVER"]


def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Send each webhook to our receiver whose URL may be called: the only ones begin with http."""
    body = case.body if isinstance(case.body, dict) else {}
    notifications = body.get("notifications")
    if isinstance(notifications, dict):
        case.body = body | {"notifications": {event: kept_here(url) for event, url in notifications.items()}}


def kept_here(url: object) -> object:
    return RECEIVER if isinstance(url, str) and url.lower().startswith("http") else url


schemathesis.hook(before_call)
