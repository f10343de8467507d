"""One JSON line per event on standard output, which is where Lambda collects logs."""

import traceback

import msgspec


def log_event(event: str, **fields: object) -> None:
    """Print one event; fields are JSON values, and never secrets or whole requests."""
    print(msgspec.json.encode({"event": event, **fields}, enc_hook=str).decode(), flush=True)


def log_failure(event: str, error: BaseException, **fields: object) -> None:
    """Print an event that somebody should look at, with the traceback."""
    trace = "".join(traceback.format_exception(error))
    log_event(event, level="error", error=f"{type(error).__name__}: {error}", trace=trace, **fields)
