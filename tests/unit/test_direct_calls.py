"""Calls of AWS by the short way, over real connections."""

import datetime
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ReadTimeoutError, SSLError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from infra.aws import TEST_CREDENTIALS
from snapjury.adapters import direct_calls
from snapjury.adapters.direct_calls import Request, sign
from snapjury.wiring import clients
from tests.api_server import HANG_UP, ApiServer, Reply
from tests.certificates import THIS_MACHINE, chain_of, unsigned
from tests.integration.deployment import forget_wiring

NOW = 1_795_000_000.5
OF_BOTOCORE = "amz-sdk-invocation-id"
"""The header by which a request of botocore's own way is told from one of ours."""

GOOD = Reply(content={"Item": {"pk": {"S": "1"}}})
GAP = 0.02
GET = {"TableName": "core", "Key": {"pk": {"S": "1"}}}
PUT = {"TableName": "core", "Item": {"pk": {"S": "é 1"}}, "ConditionExpression": "attribute_not_exists(pk)"}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[ApiServer], Any]]:
    """The client of the functions for DynamoDB, whose AWS is this server."""

    def client(server: ApiServer) -> Any:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        return clients.client("dynamodb")

    for name, value in (TEST_CREDENTIALS | {"AWS_DEFAULT_REGION": "eu-west-1"}).items():
        monkeypatch.setenv(name, value)
    forget_wiring()
    yield client
    forget_wiring()


def in_turn(*replies: Reply) -> ApiServer:
    """Answers with these, one after the other, and goes on with the last."""
    waiting = list(replies)
    return ApiServer(lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0])


def self_signed(folder: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that nobody trusts who is not told to."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = unsigned(key, "tests", "tests").add_extension(THIS_MACHINE, critical=False)
    file = folder / "certificate.pem"
    file.write_bytes(chain_of(key, builder.sign(key, hashes.SHA256())))
    return file


def over_tls(certificate: Path) -> ApiServer:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    return ApiServer(lambda _: GOOD, tls)


def answer_with(item: bytes) -> bytes:
    body = b'{"Item": {"pk": {"S": "%s"}}}' % item
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def raw_server(pieces: Callable[[bytes], list[bytes]]) -> Iterator[str]:
    """Answers a request for an item with what `pieces` says, a little time between one and the next."""

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # a client that closed its connection
                self._answer()

        def _answer(self) -> None:
            while head := b"".join(iter(self.rfile.readline, b"\r\n")):
                body = json.loads(self.rfile.read(int(head.lower().partition(b"content-length: ")[2].split()[0])))
                for piece in pieces(body["Key"]["pk"]["S"].encode()):
                    self.wfile.write(piece)
                    time.sleep(GAP)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def ways(server: ApiServer) -> list[str]:
    return ["botocore's" if OF_BOTOCORE in each.headers else "short" for each in server.requests]


REQUESTS = [
    ("dynamodb", "POST", "https://dynamodb.eu-west-1.amazonaws.com/", {"x-amz-target": "DynamoDB_20120810.PutItem"}),
    ("sqs", "POST", "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com:8443/", {"x-amzn-query-mode": "true"}),
    ("s3", "PUT", "http://127.0.0.1:4566/media/sha256/ab/x%20y%C3%A9~.jpg", {"cache-control": "private,  max-age=1 "}),
]


@pytest.mark.parametrize(("service", "method", "url", "headers"), REQUESTS)
@pytest.mark.parametrize("token", [None, "t/+=" * 90])
def test_a_request_is_signed_as_botocore_signs_it(
    service: str, method: str, url: str, headers: dict[str, str], token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, body = Credentials("AKIDEXAMPLE", "wJalr/+secret", token), '{"é": 1}'.encode()
    said = {**headers, "content-type": "application/x-amz-json-1.0", "user-agent": "snapjury", "x-amzn-trace-id": "1"}
    theirs = AWSRequest(method, url, said, body)
    if service == "s3":
        theirs.headers["X-Amz-Content-SHA256"] = "overwritten"
    moment = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer(given, service, "eu-west-1").add_auth(theirs)

    ours = Request(method, urlsplit(url), {**said, "host": urlsplit(url).netloc}, body)
    sign(ours, given, "eu-west-1", service, NOW)

    assert ours.headers == {name.lower(): value for name, value in theirs.headers.items()} | {"host": ours.url.netloc}


def test_a_good_answer_is_what_botocore_would_make_of_it(at: Callable[[ApiServer], Any]) -> None:
    checksum = {"x-amz-crc32": str(crc32(b'{"Item": {"pk": {"S": "1"}}}'))}
    with in_turn(GOOD._replace(headers=checksum)) as server:
        answer = at(server).get_item(**GET)

    assert answer == GOOD.content
    assert [each.route for each in server.requests] == ["POST /"]
    assert server.requests[0].headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert ways(server) == ["short"]


def test_calls_share_a_connection_for_as_long_as_the_server_keeps_it(at: Callable[[ApiServer], Any]) -> None:
    with in_turn(GOOD, GOOD, GOOD._replace(cut=len(b'{"Item": {"pk": {"S": "1"}}}')), GOOD) as server:
        client = at(server)
        for _ in range(3):
            client.get_item(**GET)
        time.sleep(0.1)  # until it is known that the third connection has ended
        client.get_item(**GET)

    first, *others = [each.port for each in server.requests]
    assert others[:2] == [first, first]
    assert others[2] != first
    assert ways(server) == ["short"] * 4


def test_no_call_gets_what_was_meant_for_another(at: Callable[[ApiServer], Any]) -> None:
    with raw_server(lambda item: [answer_with(item), answer_with(b"another's")]) as url:
        client = at(SimpleNamespace(url=url))  # type: ignore[arg-type]
        for item in "abc":
            asked = {"pk": {"S": item}}
            assert client.get_item(TableName="core", Key=asked) == {"Item": asked}
            time.sleep(4 * GAP)  # until what is surplus has come


def test_a_connection_on_which_an_answer_is_still_to_come_is_not_used_again(
    at: Callable[[ApiServer], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_calls, "PAUSE", 0)
    with in_turn(Reply(103, b""), GOOD) as server:
        client = at(server)
        for _ in range(2):
            client.get_item(**GET)

    assert ways(server) == ["short", "botocore's", "short"]
    first, _, last = [each.port for each in server.requests]
    assert first != last


def test_a_condition_that_fails_is_told_at_once(at: Callable[[ApiServer], Any]) -> None:
    told = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "not now"}
    with in_turn(Reply(400, told)) as server:
        client = at(server)
        with pytest.raises(client.exceptions.ConditionalCheckFailedException, match="not now") as raised:
            client.put_item(**PUT)

    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert ways(server) == ["short"]


TROUBLE = {
    "the service is in trouble": Reply(500, {"__type": "InternalServerError"}),
    "it is throttled": Reply(400, {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}),
    "the connection ends": HANG_UP,
    "the connection ends within the answer": GOOD._replace(cut=9),
    "the answer is damaged": GOOD._replace(headers={"x-amz-crc32": "1"}),
    "the answer is no JSON": Reply(content=b"<html>"),
    "the answer is no object": Reply(content=[]),
    "the answer is no text": Reply(content=b'{"Item": "\xff"}'),
    "what went wrong has no name": Reply(400, {"__type": None}),
    "the answer leads elsewhere": Reply(307, b"", {"location": "https://attacker.example/"}),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_what_is_not_answered_well_botocore_sends_again(
    trouble: Reply, at: Callable[[ApiServer], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with in_turn(trouble, GOOD) as server:
        answer = at(server).get_item(**GET)

    assert answer["Item"] == GOOD.content["Item"]  # type: ignore[index]
    assert ways(server) == ["short", "botocore's"]
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = {"event": "direct_call_failed", "host": server.url.removeprefix("http://"), "operation": "GetItem"}
    assert [each | told for each in logged if each["detail"]] == logged
    assert bool(logged) is (trouble is not HANG_UP)


def test_a_host_in_trouble_is_left_to_botocore_for_a_while(
    at: Callable[[ApiServer], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_turn(Reply(500, b""), GOOD) as server:
        client = at(server)
        for _ in range(2):
            client.get_item(**GET)
        monkeypatch.setattr(direct_calls.time, "monotonic", lambda: time.perf_counter() + 1e9)
        client.get_item(**GET)

    assert ways(server) == ["short", "botocore's", "botocore's", "short"]


def test_a_connection_that_ended_says_nothing_about_the_host(at: Callable[[ApiServer], Any]) -> None:
    with in_turn(HANG_UP, GOOD) as server:
        client = at(server)
        for _ in range(2):
            client.get_item(**GET)

    assert ways(server) == ["short", "botocore's", "short"]


def test_errors_are_botocores_with_its_retries(at: Callable[[ApiServer], Any]) -> None:
    refused = {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no such table"}
    with in_turn(Reply(400, refused)) as server:
        client = at(server)
        with pytest.raises(ClientError, match="no such table") as raised:
            client.get_item(**GET)

    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert ways(server) == ["short", "botocore's"]


def test_a_table_that_hangs_is_given_up(at: Callable[[ApiServer], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    impatient = clients.PATIENCE.merge(clients.Config(read_timeout=0.2, retries={"total_max_attempts": 1}))
    monkeypatch.setattr(clients, "PATIENCE", impatient)
    monkeypatch.setitem(clients.FIRST_TRY, "read_timeout", 0.2)

    def hang(_: object) -> Reply:
        time.sleep(0.6)
        return GOOD

    with ApiServer(hang) as server:
        client = at(server)
        with pytest.raises(ReadTimeoutError):
            client.get_item(**GET)

    assert ways(server) == ["short", "botocore's"]


def test_a_picture_goes_to_s3_in_one_piece_and_may_be_sent_again(
    at: Callable[[ApiServer], Any],
) -> None:
    with in_turn(Reply(503, b""), Reply(content=b"")) as server:
        at(server)
        clients.client("s3").put_object(Bucket="media", Key="sha256/ab/é.jpg", Body=b"picture" * 9)

    assert [each.content for each in server.requests] == [b"picture" * 9] * 2
    assert {each.route for each in server.requests} == {"PUT /media/sha256/ab/%C3%A9.jpg"}
    assert "expect" not in server.requests[0].headers
    assert ways(server) == ["short", "botocore's"]


def test_behind_a_proxy_all_calls_are_botocores(
    at: Callable[[ApiServer], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_turn(GOOD) as server:
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.setenv("no_proxy", "elsewhere.example")
        at(SimpleNamespace(url="http://dynamodb.example")).get_item(**GET)  # type: ignore[arg-type]

    assert ways(server) == ["botocore's"]


def test_a_server_is_trusted_by_the_bundle_of_the_sdk(
    at: Callable[[ApiServer], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with over_tls(certificate) as server:
        for _ in range(2):
            assert at(server).get_item(**GET) == GOOD.content

    assert ways(server) == ["short"] * 2
    assert len({each.port for each in server.requests}) == 1


def test_clients_are_made_early_where_lambda_starts_a_function(
    at: Callable[[ApiServer], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients.warm("dynamodb", "sqs")
    elsewhere = clients.client.cache_info().currsize
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    clients.warm("dynamodb", "sqs")

    assert (elsewhere, clients.client.cache_info().currsize) == (0, 2)


def test_a_server_that_nobody_vouches_for_is_asked_nothing(at: Callable[[ApiServer], Any], tmp_path: Path) -> None:
    with over_tls(self_signed(tmp_path)) as server, pytest.raises(SSLError, match="certificate verify failed"):
        at(server).get_item(**GET)

    assert not server.requests
