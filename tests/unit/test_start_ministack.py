"""What the emulator is told about requests to DynamoDB, and how it unpacks functions."""

import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.start_ministack import SharedZip, leading_keys

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
