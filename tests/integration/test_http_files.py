"""Images behind URLs: what good servers answer is read, and hostile ones get nothing but their own failure."""

import gzip
import json
import socket
import zlib

import pytest
from msgspec.structs import replace

from snapjury.adapters.guarded_http import MAX_CHUNK_LINES_BYTES, MAX_HEAD_BYTES
from snapjury.adapters.http_files import HttpFiles
from snapjury.errors import TooLargeError, UnreachableError
from snapjury.rules.addresses import parse_networks
from snapjury.rules.types.data_type import DataType, Limits
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.text.about import TEXT
from snapjury.rules.types.webp.about import WEBP
from tests.images import jpeg
from tests.integration.deployment import Deployment
from tests.wire import Talk, answers, hangs, repeats, says, serving

LOOPBACK = parse_networks("127.0.0.0/8,::1/128")
CAP = 1000
SMALL = replace(IMAGE, limits=Limits(CAP))
"""Images of no more than so many bytes."""

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
HOUR = 3600
"""A time that never comes: what ends before it was not ended by the clock."""


def read(talk: Talk, timeout: float = HOUR, scheme: str = "http") -> bytes:
    with serving(talk) as (port, _):
        return HttpFiles(LOOPBACK, timeout).read(f"{scheme}://127.0.0.1:{port}/chips.jpg", SMALL)


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("talk", "content"),
    [
        (says(OK + b"content-length: 5\r\n\r\nchips"), b"chips"),
        (says(OK + b"\r\nchi", b"ps"), b"chips"),
        (says(b"HTTP/1.0 200 OK\r\n\r\nchips"), b"chips"),
        (says(CHUNKED + b"3\r\nchi\r\n2;crunchy=yes\r\nps\r\n0\r\nx: y\r\n\r\n"), b"chips"),
        (says(OK + b"content-length: 0\r\n\r\n"), b""),
        (says(OK + b"content-encoding: Identity\r\ncontent-length: 5\r\n\r\nchips"), b"chips"),
        (says(OK + b"content-length: 5, 5\r\n\r\nchips"), b"chips"),
        (says(OK + b"content-length: 5\r\n\r\nchips and more"), b"chips"),
        (says(OK + b"content-length: 1000\r\n\r\n" + b"x" * CAP), b"x" * CAP),
        (says(OK + b"content-type: text/html\r\ncontent-length: 5\r\n\r\nchips"), b"chips"),
        (says(b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n" * 3, OK + b"content-length: 5\r\n\r\nchips"), b"chips"),
    ],
    ids=[
        "length",
        "until-closed",
        "1.0",
        "chunked",
        "empty",
        "identity",
        "twice-the-same",
        "more",
        "cap",
        "type",
        "hints",
    ],
)
def test_the_body_of_a_200_is_read(talk: Talk, content: bytes) -> None:
    assert read(talk) == content


@pytest.mark.parametrize(
    "status", ["101", "201", "204", "206", "300", "304", "400", "401", "403", "404", "410", "429", "500", "503", "999"]
)
def test_every_other_status_is_unreachable(status: str) -> None:
    with pytest.raises(UnreachableError):
        read(says(f"HTTP/1.1 {status} Whatever\r\ncontent-length: 5\r\n\r\nchips".encode()))


@pytest.mark.parametrize(
    "talk",
    [
        says(OK + b"content-length: 9\r\n\r\nchips"),
        says(OK + b"content-length: 5\r\ncontent-length: 7\r\n\r\nchips"),
        says(CHUNKED + b"3\r\nchi\r\n2\r\n"),
        says(CHUNKED + b"-5\r\nchips\r\n0\r\n\r\n"),
        says(CHUNKED + b"chips\r\n"),
        says(OK + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\nchips"),
    ],
    ids=["too-long", "two-lengths", "torn-chunk", "negative-chunk", "no-chunk", "length-and-chunks"],
)
def test_a_body_of_a_wrong_length_is_unreachable(talk: Talk) -> None:
    with pytest.raises(UnreachableError):
        read(talk)


@pytest.mark.parametrize(
    "talk",
    [
        says(OK + b"content-length: 1001\r\n\r\n"),
        says(OK + b"content-length: 99999999999999999999\r\n\r\n"),
        repeats(OK + b"\r\n", b"x" * 4096),
        repeats(OK + b"content-length: -1\r\n\r\n", b"x" * 4096),
        repeats(OK + b"content-length: many\r\n\r\n", b"x" * 4096),
        repeats(CHUNKED, b"fff\r\n" + b"x" * 4095 + b"\r\n"),
        repeats(CHUNKED, b"1\r\nx\r\n" * 1000),
        repeats(CHUNKED + b"f" * 15 + b"\r\n", b"x" * 4096),
    ],
    ids=[
        "promised",
        "promised-much",
        "endless",
        "negative",
        "no-number",
        "endless-chunks",
        "tiny-chunks",
        "huge-chunk",
    ],
)
def test_more_bytes_than_the_cap_are_too_large_and_are_not_read_to_their_end(talk: Talk) -> None:
    with pytest.raises(TooLargeError):
        read(talk)


@pytest.mark.parametrize(
    "head",
    [b"content-encoding: gzip", b"content-encoding: deflate", b"content-encoding: br", b"content-encoding: gzip, gzip"],
)
def test_what_is_compressed_unasked_is_never_unpacked(head: bytes) -> None:
    bomb = gzip.compress(b"\x00" * 500_000)
    assert len(bomb) < CAP

    with pytest.raises(UnreachableError):
        read(says(OK + head + b"\r\ncontent-length: %d\r\n\r\n" % len(bomb), bomb))


def test_a_compressed_transfer_stays_as_it_is() -> None:
    bomb = zlib.compress(b"\x00" * 500_000)

    assert read(says(OK + b"transfer-encoding: deflate\r\n\r\n", bomb)) == bomb


@pytest.mark.parametrize(
    "talk",
    [
        repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        repeats(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n" * 100),
        repeats(OK, b"x: y\r\n" * 100),
        repeats(OK + b"x: ", b"y" * 1000),
        repeats(b"HTTP/1.1 200 ", b"OK" * 1000),
        says(OK, (b"x: " + b"y" * (MAX_HEAD_BYTES // 8) + b"\r\n") * 8, b"content-length: 0\r\n\r\n"),
        repeats(CHUNKED + b"5;", b"crunchy" * 1000),
        repeats(CHUNKED + b"0\r\n", b"x: y\r\n" * 1000),
        says(CHUNKED + b"1\r\nx\r\n0\r\n" + b"x: " + b"y" * MAX_CHUNK_LINES_BYTES),
        says(b""),
        says(b"SSH-2.0-OpenSSH\r\n"),
        says(b"\x00" * 100_000),
    ],
    ids=[
        "continue",
        "hints",
        "many-headers",
        "endless-header",
        "endless-status",
        "huge-headers",
        "endless-chunk-size",
        "many-trailers",
        "huge-trailer",
        "closes",
        "other-protocol",
        "noise",
    ],
)
def test_floods_around_the_body_and_other_protocols_are_unreachable(talk: Talk) -> None:
    with pytest.raises(UnreachableError):
        read(talk)


@pytest.mark.parametrize(
    ("talk", "scheme"),
    [
        (hangs, "http"),
        (hangs, "https"),
        (repeats(b"\x16\x03\x03\x40\x00", b"\x02", pause=0.05), "https"),
        (repeats(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.05), "http"),
        (repeats(OK, b"x", pause=0.05), "http"),
        (repeats(OK + b"\r\n", b"x", pause=0.05), "http"),
        (repeats(OK + b"content-length: 900\r\n\r\n", b"x", pause=0.05), "http"),
        (repeats(CHUNKED, b"1\r\nx\r\n", pause=0.05), "http"),
    ],
    ids=["silent", "silent-tls", "dripping-tls", "hints", "header", "body", "body-of-a-length", "chunks"],
)
def test_a_server_that_keeps_a_call_open_is_cut_off_at_the_deadline(talk: Talk, scheme: str) -> None:
    with pytest.raises(UnreachableError):
        read(talk, 0.4, scheme)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int) -> None:
    pages = {
        "/chips.jpg": redirect("/moved/chips.jpg?size=m#top", status),
        "/moved/chips.jpg?size=m": redirect("here.jpg", status),
        "/moved/here.jpg": OK + b"content-length: 5\r\n\r\nchips",
    }

    assert read(answers(pages)) == b"chips"


def test_redirects_are_followed_three_times_and_no_further() -> None:
    with serving(says(redirect("/chips.jpg"))) as (port, requests), pytest.raises(UnreachableError):
        HttpFiles(LOOPBACK, HOUR).read(f"http://127.0.0.1:{port}/chips.jpg", SMALL)

    assert len(requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//10.0.0.1/",
        "http://0x7f.1:{port}/",
        "http://user@127.0.0.1:{port}/",
        "http://localhost.:{port}\\@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "data:image/jpeg;base64,/9j/",
        "http://[",
        "http://\xff\xfe/",
        "",
        "http://127.0.0.2:{port}/",
    ],
)
def test_a_redirect_leads_nowhere_that_the_first_url_may_not(location: str) -> None:
    with serving(says(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret"), "127.0.0.2") as (port, secrets):
        first = answers({"/chips.jpg": redirect(location.format(port=port))})

        with serving(first) as (public, requests), pytest.raises(UnreachableError):
            HttpFiles(parse_networks("127.0.0.1"), HOUR).read(f"http://127.0.0.1:{public}/chips.jpg", SMALL)

    assert (len(requests), secrets) == (1, [])


def test_a_redirect_that_never_ends_its_answer_does_not_hold_up_the_next() -> None:
    def talk(connection: socket.socket, request: bytes) -> None:
        if b"/moved" in request:
            connection.sendall(OK + b"content-length: 5\r\n\r\nchips")
        else:
            repeats(redirect("/moved"), b"x" * 4096)(connection, request)

    assert read(talk) == b"chips"


def test_one_deadline_is_for_all_redirects() -> None:
    def talk(connection: socket.socket, request: bytes) -> None:
        if b"/moved" in request:
            hangs(connection, request)
        connection.sendall(redirect("/moved"))

    with pytest.raises(UnreachableError):
        read(talk, 0.4)


@pytest.mark.parametrize(("kind", "wanted"), [(IMAGE, "image/jpeg"), (WEBP, "image/webp"), (TEXT, "text/plain")])
def test_servers_that_have_several_are_asked_for_the_type_that_is_wanted(kind: DataType, wanted: str) -> None:
    with serving(says(OK + b"content-length: 0\r\n\r\n")) as (port, requests):
        HttpFiles(LOOPBACK, HOUR).read(f"http://127.0.0.1:{port}/chips", kind)

    assert f"accept: {wanted}, */*;q=0.1\r\n".encode() in requests[0].lower()


def test_servers_are_told_no_more_than_what_is_wanted() -> None:
    with serving(says(OK + b"set-cookie: a=b\r\ncontent-length: 0\r\n\r\n")) as (port, requests):
        files = HttpFiles(LOOPBACK, HOUR)
        files.read(f"http://127.0.0.1:{port}/chips.jpg?size=m#top", SMALL)
        files.read(f"http://127.0.0.1:{port}/chips.jpg?size=m#top", SMALL)

    head, *lines = requests[1].decode().removesuffix("\r\n\r\n").split("\r\n")
    assert head == "GET /chips.jpg?size=m HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in lines} == {
        "host",
        "accept",
        "accept-encoding",
        "user-agent",
        "connection",
    }


def test_an_image_behind_a_url_goes_the_way_of_all_images(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_TIMEOUT", "60")
    photo = jpeg(40, 30)
    with serving(says(OK + b"content-length: %d\r\n\r\n" % len(photo), photo)) as (port, _):
        source = {"location": "http", "path": f"http://127.0.0.1:{port}/chips.jpg"}
        body = json.dumps({"assetPath": source})
        status, accepted, _ = deployment.request("POST", "/assets/image", body)
        deployment.receive("ValidationQueue", "validator", 1)

    asset = deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": accepted["id"]})[1]
    assert status == 202
    assert (asset["state"], asset["width"], asset["bytes"]) == ("success", 40, len(photo))


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data/", "nonsense", "file:///etc/passwd"])
def test_a_url_that_may_not_be_called_is_not_reachable(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTP_TIMEOUT", "60")
    body = json.dumps({"assetPath": {"location": "http", "path": url}})
    accepted = deployment.request("POST", "/assets/image", body)[1]

    deployment.receive("ValidationQueue", "validator", 1)

    asset = deployment.request("GET", "/assets/{type_or_id}", path={"type_or_id": accepted["id"]})[1]
    assert asset["errors"] == {"asset": ["is not reachable"]}
