"""What the emulator is told about requests to DynamoDB, how it unpacks functions, and whom it refuses."""

import asyncio
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.start_ministack import SharedZip, guarded, leading_keys

ADA = {"pk": {"S": "USER#ada"}, "sk": {"S": "USER"}}
KEVIN = {"pk": {"S": "USER#kevin"}, "sk": {"S": "USER"}}
PK = {":pk": {"S": "USER#ada"}}

REQUESTS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("get", {"Key": ADA}, ["USER#ada"]),
    ("put", {"Item": ADA | {"Key": {"S": "no key"}}}, ["USER#ada"]),
    ("batch get", {"RequestItems": {"core": {"Keys": [ADA, KEVIN]}}}, ["USER#ada", "USER#kevin"]),
    (
        "batch write",
        {"RequestItems": {"core": [{"PutRequest": {"Item": ADA}}, {"DeleteRequest": {"Key": KEVIN}}]}},
        ["USER#ada", "USER#kevin"],
    ),
    (
        "transaction",
        {"TransactItems": [{"Put": {"Item": ADA}}, {"Delete": {"Key": KEVIN}}]},
        ["USER#ada", "USER#kevin"],
    ),
    ("query", {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": PK}, ["USER#ada"]),
    (
        "query of an index",
        {"KeyConditionExpression": "listed_pk = :pk AND listed_sk > :sk", "ExpressionAttributeValues": PK},
        ["USER#ada"],
    ),
    ("query that is not understood", {"KeyConditionExpression": "(pk = :pk)", "ExpressionAttributeValues": PK}, [""]),
    ("scan", {"TableName": "core"}, []),
]


@pytest.mark.parametrize(("request_", "keys"), [each[1:] for each in REQUESTS], ids=[each[0] for each in REQUESTS])
def test_a_request_is_about_the_partition_keys_that_it_names(request_: dict[str, Any], keys: list[str]) -> None:
    assert leading_keys(request_) == keys


def test_processes_of_a_function_share_what_was_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def unpacked(process: int) -> Path:
        code, packed = tmp_path / f"code-{process}", tmp_path / f"code-{process}.zip"
        code.mkdir()
        with SharedZip(packed, "w") as writing:
            writing.writestr(zipfile.ZipInfo("handler.py"), f"edition = {process // 10}")
        with SharedZip(packed) as reading:
            reading.extractall(code)
        assert not packed.exists()
        return code

    with ThreadPoolExecutor(10) as threads:
        folders = list(threads.map(unpacked, range(20)))

    editions = [(each / "handler.py").read_text() for each in folders]
    assert editions == ["edition = 0"] * 10 + ["edition = 1"] * 10
    assert len({each.resolve() for each in folders}) == 2


PORT = 4566

ALLOWED: list[dict[str, str]] = [
    {},  # HTTP/1.0 has no Host
    {"Host": "127.0.0.1:4566"},
    {"host": "localhost:4566"},
    {"host": "LOCALHOST"},
    {"host": "[::1]:4566"},
    {"host": "snapjury.s3.localhost:8080"},
    {"host": "localhost:4566", "origin": "http://localhost:4566", "sec-fetch-site": "same-origin"},
    {"host": "localhost:4566", "origin": "http://127.0.0.1:4566", "sec-fetch-site": "cross-site"},
    {"host": "localhost:4566", "origin": "http://[::1]:4566"},
    {"host": "localhost:4566", "origin": "http://snapjury.localhost:4566"},
    {"host": "localhost:4566", "sec-fetch-site": "same-origin"},
    {"host": "localhost:4566", "sec-fetch-site": "none"},
]

REFUSED: list[tuple[str, dict[str, str]]] = [
    ("Host", {"host": "evil.example:4566"}),
    ("Host", {"Host": "evil.example"}),
    ("Host", {"host": "127.0.0.1.nip.example:4566"}),
    ("Host", {"host": "localhost.evil.example:4566"}),
    ("Host", {"host": "notlocalhost:4566"}),
    ("Host", {"host": "localhost:4566@evil.example"}),
    ("Host", {"host": "evil.example/.localhost"}),
    ("Host", {"host": "evil.example:4566", "origin": "http://localhost:4566"}),
    ("Origin", {"host": "localhost:4566", "origin": "http://evil.example"}),
    ("Origin", {"host": "localhost:4566", "Origin": "http://evil.example:4566"}),
    ("Origin", {"host": "localhost:4566", "origin": "http://localhost.evil.example:4566"}),
    ("Origin", {"host": "localhost:4566", "origin": "http://localhost:4567"}),
    ("Origin", {"host": "localhost:4566", "origin": "http://localhost"}),
    ("Origin", {"host": "localhost:4566", "origin": "https://localhost:4566"}),
    ("Origin", {"host": "localhost:4566", "origin": "null"}),
    ("Origin", {"host": "localhost:4566", "origin": ""}),
    ("Origin", {"origin": "http://evil.example", "sec-fetch-site": "same-origin"}),
    ("Sec-Fetch-Site", {"host": "localhost:4566", "sec-fetch-site": "cross-site"}),
    ("Sec-Fetch-Site", {"host": "localhost:4566", "Sec-Fetch-Site": "same-site"}),
]

Sent = list[dict[str, Any]]


def answered(headers: dict[str, str], kind: str = "http", port: int = PORT) -> Sent:
    """What the guarded emulator sends for such a request; the emulator itself sends nothing but its 200."""
    sent: Sent = []

    async def emulator(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"status": 200, "type": scope["type"]})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(guarded(emulator, port)(scope, None, send))
    return sent


@pytest.mark.parametrize("headers", ALLOWED, ids=str)
def test_programs_and_its_own_pages_use_the_emulator(headers: dict[str, str]) -> None:
    assert answered(headers) == [{"status": 200, "type": "http"}]


@pytest.mark.parametrize(("named", "headers"), REFUSED, ids=str)
def test_pages_of_other_sites_are_refused(named: str, headers: dict[str, str]) -> None:
    start, body = answered(headers)

    assert start["status"] == 403
    assert f"({named})" in body["body"].decode()
    assert dict(start["headers"]) == {
        b"content-type": b"text/plain; charset=utf-8",
        b"content-length": str(len(body["body"])).encode(),
    }


def test_an_origin_without_a_port_has_that_of_http() -> None:
    assert answered({"origin": "http://localhost"}, port=80) == [{"status": 200, "type": "http"}]


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_what_is_no_request_passes(kind: str) -> None:
    assert answered({"host": "evil.example"}, kind) == [{"status": 200, "type": kind}]
