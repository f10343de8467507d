"""The `core` table in DynamoDB. Nothing here decides anything; conditions only close races."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.adapters import keys
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError, TemporaryFaultError
from snapjury.rules.asset import Asset, State
from snapjury.rules.delivery import Delivery
from snapjury.services.ports import AssetHistory, AssetPage

Item = dict[str, Any]
T = TypeVar("T")

OUR_FAULTS = {"ValidationException", "AccessDeniedException", "ResourceNotFoundException"}
"""What no repetition mends: a wrong request, policy or table name."""

IS_NEW = "attribute_not_exists(pk)"
"""Closes the race of two writers that both create the item."""

IS_WHAT_WAS_READ = "version = :read"
"""Closes the race of two writers that read the same version: the second one must read again."""

IS_UNTOUCHED = "version = :read AND #state = :queued"
"""Closes the race of a withdrawal against a consumer that has begun to work on the asset."""


class IntegerDeserializer(TypeDeserializer):  # type: ignore[misc]  # boto3 has no types
    """Reads numbers as int: this table holds no others."""

    def _deserialize_n(self, value: str) -> int:
        return int(value)


SERIALIZER = TypeSerializer()
DESERIALIZER = IntegerDeserializer()


def to_item(value: object, *key_attributes: Mapping[str, str]) -> Item:
    fields = msgspec.to_builtins(value)
    for attributes in key_attributes:
        fields |= attributes
    return {name: SERIALIZER.serialize(field) for name, field in fields.items()}


def from_item(item: Item, of: type[T]) -> T:
    return msgspec.convert({name: DESERIALIZER.deserialize(field) for name, field in item.items()}, of)


class DynamoAssets:
    """Assets and deliveries: one item each, those of one asset in one partition."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, asset: Asset) -> None:
        try:
            self._put(to_item(asset, keys.asset_key(asset.id), keys.by_state_key(asset)), asset.version)
        except ConflictError:
            raise AlreadyExistsError(asset.id) from None

    def save(self, asset: Asset) -> None:
        self._put(to_item(asset, keys.asset_key(asset.id), keys.by_state_key(asset)), asset.version)

    def save_delivery(self, delivery: Delivery) -> None:
        self._put(to_item(delivery, keys.delivery_key(delivery.asset_id, delivery.event)), delivery.version)

    def get(self, asset_id: str) -> Asset:
        key = {name: {"S": value} for name, value in keys.asset_key(asset_id).items()}
        answer = self._call("get_item", TableName=self._table, Key=key, ConsistentRead=True)
        if "Item" not in answer:
            raise NotFoundError(asset_id)
        return from_item(answer["Item"], Asset)

    def history(self, asset_id: str) -> AssetHistory:
        answer = self._call(
            "query",
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.asset_partition(asset_id)}},
        )
        items = answer["Items"]
        asset = next((item for item in items if item["sk"]["S"] == keys.ASSET_SORT_KEY), None)
        if asset is None:
            raise NotFoundError(asset_id)
        deliveries = [from_item(item, Delivery) for item in items if item["sk"]["S"].startswith(keys.DELIVERY_PREFIX)]
        return AssetHistory(from_item(asset, Asset), {each.event: each for each in deliveries})

    def withdraw(self, asset: Asset) -> None:
        key = {name: {"S": value} for name, value in keys.asset_key(asset.id).items()}
        try:
            self._call(
                "delete_item",
                TableName=self._table,
                Key=key,
                ConditionExpression=IS_UNTOUCHED,
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":read": {"N": str(asset.version)},
                    ":queued": {"S": State.QUEUED},
                },
            )
        except ConflictError:
            return

    def page(self, owner: str, state: State | None, limit: int, position: str | None) -> AssetPage:
        lowest = keys.state_prefix(state) if state else "\x00"
        highest = position or (lowest + "~" if state else "~")
        items: list[Item] = []
        for shard in range(keys.ASSET_SHARDS):
            items += self._page_of_shard(keys.by_state_partition(owner, shard), lowest, highest, limit + 2)
        items.sort(key=lambda item: str(item["by_state_sk"]["S"]), reverse=True)
        beyond = [item for item in items if item["by_state_sk"]["S"] != position]
        shown = beyond[:limit]
        next_position = shown[-1]["by_state_sk"]["S"] if len(beyond) > limit else None
        return AssetPage(tuple(from_item(item, Asset) for item in shown), next_position)

    def _page_of_shard(self, partition: str, lowest: str, highest: str, limit: int) -> list[Item]:
        arguments: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "by_state",
            "KeyConditionExpression": "by_state_pk = :pk AND by_state_sk BETWEEN :lowest AND :highest",
            "ExpressionAttributeValues": {
                ":pk": {"S": partition},
                ":lowest": {"S": lowest},
                ":highest": {"S": highest},
            },
            "ScanIndexForward": False,
        }
        items: list[Item] = []
        while len(items) < limit:  # a page ends at 1 MB, however few items that is
            answer = self._call("query", **arguments, Limit=limit - len(items))
            items += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                break
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return items

    def _put(self, item: Item, version: int) -> None:
        condition: dict[str, Any] = {"ConditionExpression": IS_NEW}
        if version > 1:
            condition = {
                "ConditionExpression": IS_WHAT_WAS_READ,
                "ExpressionAttributeValues": {":read": {"N": str(version - 1)}},
            }
        self._call("put_item", TableName=self._table, Item=item, **condition)

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                raise ConflictError from error
            if code in OUR_FAULTS:
                raise
            raise TemporaryFaultError(f"table: {code}") from error
        except BotoCoreError as error:
            raise TemporaryFaultError(f"table: {type(error).__name__}") from error
        return answer
