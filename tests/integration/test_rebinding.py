"""Names whose addresses change between two look-ups, told by a real nameserver to the system's own resolver."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from snapjury.adapters.http_files import HttpFiles
from snapjury.adapters.webhooks import HttpWebhooks
from snapjury.errors import UnreachableError
from snapjury.rules.addresses import parse_networks
from snapjury.rules.retry import Verdict
from snapjury.rules.types.image.about import IMAGE
from tests.nameserver import naming
from tests.wire import answers, says, serving

PUBLIC = ["127.0.0.2"]
"""Stands for a public address: the one that is allowed."""

INSIDE = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]]
ALLOWED = parse_networks("127.0.0.2")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"
CHIPS = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nchips"
MOVED = b"HTTP/1.1 302 Elsewhere\r\nlocation: /moved\r\n\r\n"
HOUR = 3600

Servers = tuple[int, list[bytes], list[bytes]]


@pytest.fixture
def servers() -> Iterator[Servers]:
    """A port; what is asked there at the allowed address, and what is asked there inside."""
    page = answers({"/chips.jpg": CHIPS, "/elsewhere.jpg": MOVED, "/moved": CHIPS})
    while True:
        with ExitStack() as opened:
            port, public = opened.enter_context(serving(page, "127.0.0.2"))
            try:
                _, inside = opened.enter_context(serving(says(CHIPS), "127.0.0.1", port))
            except OSError:
                continue  # somebody else has that port there
            yield port, public, inside
            return


def read(port: int, path: str = "chips.jpg", timeout: float = HOUR) -> bytes:
    return HttpFiles(ALLOWED, timeout).read(f"http://rebind.example:{port}/{path}", IMAGE)


def post(port: int, timeout: float = HOUR) -> Any:
    return HttpWebhooks(ALLOWED, timeout).post(f"http://rebind.example:{port}/chips.jpg", "msg", b"{}", 0, [SECRET])


@pytest.mark.parametrize("call", [read, post])
def test_a_name_is_looked_up_once_a_call_so_that_what_was_checked_is_dialled(
    monkeypatch: pytest.MonkeyPatch, servers: Servers, call: Callable[[int], object]
) -> None:
    port, public, inside = servers
    with naming(monkeypatch, lambda lookup: INSIDE[0] if lookup else PUBLIC) as asked:
        call(port)

    assert asked == ["rebind.example"]
    assert (len(public), inside) == (1, [])


@pytest.mark.parametrize("later", INSIDE, ids=" ".join)
def test_a_name_that_leads_inside_at_the_next_call_is_not_dialled(
    monkeypatch: pytest.MonkeyPatch, servers: Servers, later: list[str]
) -> None:
    port, public, inside = servers
    with naming(monkeypatch, lambda lookup: later if lookup else PUBLIC) as asked:
        first = post(port)
        second = post(port)
        with pytest.raises(UnreachableError):
            read(port)

    assert (first.verdict, second.verdict) == (Verdict.DELIVERED, Verdict.PERMANENT)
    assert (len(asked), len(public), inside) == (3, 1, [])


@pytest.mark.parametrize("later", INSIDE, ids=" ".join)
def test_a_name_that_leads_inside_after_a_redirect_is_not_dialled(
    monkeypatch: pytest.MonkeyPatch, servers: Servers, later: list[str]
) -> None:
    port, public, inside = servers
    with naming(monkeypatch, lambda lookup: later if lookup else PUBLIC) as asked, pytest.raises(UnreachableError):
        read(port, "elsewhere.jpg")

    assert (len(asked), len(public), inside) == (2, 1, [])


def test_a_redirect_to_the_same_name_is_followed_where_it_stays_public(
    monkeypatch: pytest.MonkeyPatch, servers: Servers
) -> None:
    with naming(monkeypatch, lambda _: PUBLIC):
        assert read(servers[0], "elsewhere.jpg") == b"chips"


def test_a_nameserver_that_says_nothing_is_waited_for_until_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with naming(monkeypatch, lambda _: None) as asked:
        outcome = post(80, 0.4)
        with pytest.raises(UnreachableError):
            read(80, timeout=0.4)

    assert outcome.verdict is Verdict.OVERLOADED
    assert asked.count("rebind.example") >= 2


def test_a_name_that_has_no_address_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with naming(monkeypatch, lambda _: ()):
        assert post(80).verdict is Verdict.RETRYABLE
