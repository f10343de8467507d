"""A DynamoDB table: calls whose failures are ours, items from and to structs. Conditions only close races."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError, TemporaryFaultError

Key = Mapping[str, str]
Item = dict[str, Any]
T = TypeVar("T", bound=msgspec.Struct)

OUR_FAULTS = {"ValidationException", "AccessDeniedException", "ResourceNotFoundException"}
"""What no repetition mends: a wrong request, policy or table name."""

IS_NEW = "attribute_not_exists(pk)"
"""Closes the race of two writers that both create the item."""

IS_WHAT_WAS_READ = "version = :read"
"""Closes the race of two writers that read the same version: the second one must read again."""

LARGEST_BATCH = 100
"""Items that one BatchGetItem reads."""

UNPROCESSED_ROUNDS = 5
"""How often a batch is continued that a throttled table answered in part."""


def to_item(value: object, *attributes: Mapping[str, object]) -> Item:
    """The item of a struct; `attributes` are its keys, in the table and in indexes."""
    fields: dict[str, Any] = msgspec.to_builtins(value, str_keys=True)
    for each in attributes:
        fields |= each
    return {name: attribute_of(field) for name, field in fields.items()}


def from_item(item: Item, of: type[T]) -> T:
    """The struct of an item; what is no field of it, such as keys, is not looked at."""
    return msgspec.convert({name: value_of(item[name]) for name in fields_of(of) if name in item}, of)


@cache
def fields_of(of: type[Any]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(of))


def attribute_of(value: Any) -> Item:
    """A value of JSON in DynamoDB's notation; TypeError for any other."""
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is int or kind is float:
        return {"N": repr(value)}
    if kind is dict:
        return {"M": {name: attribute_of(each) for name, each in value.items()}}
    if kind is list or kind is tuple:
        return {"L": [attribute_of(each) for each in value]}
    if kind is bool:
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    raise TypeError(f"an item has no attributes of type {kind.__name__}")


def value_of(attribute: Item) -> Any:
    """The value that `attribute_of` was given; whole numbers are int, others float."""
    for kind, content in attribute.items():
        if kind == "S" or kind == "BOOL":
            return content
        if kind == "N":
            return int(content) if content.isdecimal() else number_of(content)
        if kind == "M":
            return {name: value_of(each) for name, each in content.items()}
        if kind == "L":
            return [value_of(each) for each in content]
        if kind == "NULL":
            return None
    raise TypeError(f"no item of ours has attributes like {attribute}")


def number_of(content: str) -> int | float:
    """A number that is negative or no whole one."""
    try:
        return int(content)
    except ValueError:
        return float(content)


def follows(version: int) -> dict[str, Any]:
    """The condition that this version comes next."""
    if version == 1:
        return {"ConditionExpression": IS_NEW}
    read = {":read": {"N": str(version - 1)}}
    return {"ConditionExpression": IS_WHAT_WAS_READ, "ExpressionAttributeValues": read}


def is_conflict(error: ClientError) -> bool:
    """Whether a condition failed, of a single write or of one in a transaction."""
    reasons = {each.get("Code") for each in error.response.get("CancellationReasons", [])}
    return "ConditionalCheckFailed" in reasons or error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def key_of(key: Key) -> Item:
    return {name: {"S": value} for name, value in key.items()}


class Table:
    """One table. Reads are strongly consistent, those of indexes excepted."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Key, of: type[T]) -> T:
        """The item as a struct; NotFoundError if there is none."""
        answer = self.call("get_item", Key=key_of(key), ConsistentRead=True)
        if "Item" not in answer:
            raise NotFoundError(key["pk"])
        return from_item(answer["Item"], of)

    def get_many(self, keys: Sequence[Key], of: type[T], id_of: Callable[[T], str]) -> dict[str, T]:
        """The items that are there, by their id, in one request for each hundred."""
        found: dict[str, T] = {}
        for first in range(0, len(keys), LARGEST_BATCH):
            wanted = [key_of(key) for key in keys[first : first + LARGEST_BATCH]]
            for item in self._batch(wanted):
                value = from_item(item, of)
                found[id_of(value)] = value
        return found

    def put(self, item: Item, version: int) -> None:
        """Store the version that follows the stored one, or the first; ConflictError if that is not what comes next."""
        self.call("put_item", Item=item, **follows(version))

    def change(self, key: Key, name: str, value: object, version: int) -> None:
        """Set one attribute of an item to a value of JSON, with the version that follows; ConflictError as of `put`.

        It takes the units of a write of the whole item, and less of our time.
        """
        new = {":value": attribute_of(value), ":version": {"N": str(version)}}
        condition = follows(version)
        condition["ExpressionAttributeValues"] |= new
        self.call(
            "update_item", Key=key_of(key), UpdateExpression=f"SET {name} = :value, version = :version", **condition
        )

    def put_all(self, item: Item, version: int, others: Sequence[Item]) -> None:
        """Store the next version of an item as `put` does, and up to 99 other items with it: all or nothing."""
        puts: list[Item] = [{"Item": item, **follows(version)}, *({"Item": other} for other in others)]
        self._translated(
            "transact_write_items", TransactItems=[{"Put": {"TableName": self._name, **each}} for each in puts]
        )

    def write(self, item: Item) -> None:
        """Store an item whatever is there: for one that no two writers have."""
        self.call("put_item", Item=item)

    def add(self, item: Item) -> None:
        """Store a new item; AlreadyExistsError if its key is taken."""
        try:
            self.put(item, version=1)
        except ConflictError:
            raise AlreadyExistsError(item["pk"]["S"]) from None

    def delete(self, key: Key) -> None:
        """Delete the item if it is there."""
        self.call("delete_item", Key=key_of(key))

    def query(self, **arguments: Any) -> Iterator[Item]:
        """Every item of a query, page after page as they are asked for."""
        while True:
            answer = self.call("query", **arguments)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """One request; ConflictError if its condition failed, TemporaryFaultError if repeating it may help."""
        return self._translated(operation, TableName=self._name, **arguments)

    def _batch(self, keys: list[Item]) -> Iterator[Item]:
        for _ in range(UNPROCESSED_ROUNDS):
            wanted = {self._name: {"Keys": keys, "ConsistentRead": True}}
            answer = self._translated("batch_get_item", RequestItems=wanted)
            yield from answer["Responses"].get(self._name, [])
            keys = answer["UnprocessedKeys"].get(self._name, {}).get("Keys", [])
            if not keys:
                return
        raise TemporaryFaultError("table: a batch stayed incomplete")

    def _translated(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if is_conflict(error):
                raise ConflictError from error
            if code in OUR_FAULTS:
                raise
            raise TemporaryFaultError(f"table: {code}") from error
        except BotoCoreError as error:
            raise TemporaryFaultError(f"table: {type(error).__name__}") from error
        return answer
