"""What the emulator is told about requests to DynamoDB, for policies that depend on the items."""

from typing import Any

import pytest

from infra.ministack_enforcing import leading_keys

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
