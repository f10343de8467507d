"""What others wrote stands in a developer's terminal as text: in the receiver's lines and in the functions'."""

import json
from datetime import datetime

import pytest

from infra.logs import in_words
from infra.receiver import Callback, line_for

NOON = datetime(2026, 11, 21, 12)


def shown(path: str = "/hook", body: bytes = b"{}", webhook_id: str = "msg_1") -> str:
    """The line for a callback, from its path on."""
    return line_for(Callback(NOON, path, {"webhook-id": webhook_id}, body, "ok")).removeprefix(
        "12:00:00.000 receiver  "
    )


def test_a_callback_is_one_line() -> None:
    assert shown(body='{\n"id": "äöü ✓"}'.encode()) == '/hook { "id": "äöü ✓"} signature ok msg_1'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\x1b[2J\x1b]0;mine\x07", r"\x1b[2J\x1b]0;mine\x07"),
        (b"one\rtwo\x00\x7f\x08", r"one\rtwo\x00\x7f\x08"),
        ("\x9b31m".encode(), r"\x9b31m"),
        (b"\x9b31m\xff", r"\x9b31m\xff"),
        ("\u202egnp.exe\u2028".encode(), r"\u202egnp.exe\u2028"),
    ],
)
def test_a_body_commands_no_terminal(body: bytes, text: str) -> None:
    assert shown(body=body) == f"/hook {text} signature ok msg_1"


def test_neither_do_the_path_and_the_headers() -> None:
    assert shown(path="/\x9b2J", webhook_id="\x1b[8m") == r"/\x9b2J {} signature ok \x1b[8m"


def test_neither_do_the_values_in_a_log_line() -> None:
    event = {"event": "request", "path": "/\x1b[2J\nevent"}

    assert in_words(json.dumps(event)) == r"request path=/\x1b[2J\nevent"
