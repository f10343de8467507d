"""What DynamoDB calls cost in request units, by the sizes and roundings that AWS documents.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, NamedTuple

from tests.template import properties

WRITE_UNIT, READ_UNIT = 1024, 4096
"""Bytes."""

Item = Mapping[str, Mapping[str, Any]]


class Units(NamedTuple):
    reads: float = 0
    writes: float = 0


class Index(NamedTuple):
    """An index of a table: its two keys, and what it holds beside them; None for all there is."""

    partition: str
    sort: str
    others: tuple[str, ...] | None

    def entry(self, item: Item | None) -> Item | None:
        """What of the item stands in the index; None where it does not."""
        if item is None or self.partition not in item or self.sort not in item:
            return None
        if self.others is None:
            return item
        names = ("pk", "sk", self.partition, self.sort, *self.others)
        return {name: item[name] for name in names if name in item}

    def key(self, entry: Item) -> tuple[str, str]:
        return entry[self.partition]["S"], entry[self.sort]["S"]


def indexes_of(resource: str) -> dict[str, Index]:
    """The indexes of a table of the template, by name."""
    found = {}
    for each in properties(resource).get("GlobalSecondaryIndexes", []):
        partition, sort = (key["AttributeName"] for key in each["KeySchema"])
        projection = each["Projection"]
        others = None if projection["ProjectionType"] == "ALL" else tuple(projection.get("NonKeyAttributes", ()))
        found[each["IndexName"]] = Index(partition, sort, others)
    return found


def item_size(item: Item) -> int:
    """Bytes of an item: of its attributes' names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            digits = content.lstrip("-").replace(".", "").strip("0")
            return ceil(len(digits) / 2) + 1 + content.startswith("-")
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + value_size(each) for each in content)
    return 1  # a boolean or null


def read_units(size: int, consistent: bool) -> float:
    """Of one item, or of all that a query has read together."""
    return max(1, ceil(size / READ_UNIT)) * (1 if consistent else 0.5)


def write_units(size: int) -> int:
    return max(1, ceil(size / WRITE_UNIT))


def put_units(old: Item | None, new: Item | None, indexes: Mapping[str, Index]) -> int:
    """Of a write that replaces one item by another, in the table and in its indexes; None for no item."""
    units = write_units(max(item_size(each) if each else 0 for each in (old, new)))
    for index in indexes.values():
        before, after = index.entry(old), index.entry(new)
        if before == after:
            continue
        if before and after and index.key(before) == index.key(after):
            units += write_units(max(item_size(before), item_size(after)))
        else:  # another key is one entry less and one more
            units += sum(write_units(item_size(each)) for each in (before, after) if each)
    return units


def updated(old: Item, call: Mapping[str, Any]) -> Item:
    """The item after an update, which as all of ours sets attributes to values."""
    settings = (each.split(" = ") for each in call["UpdateExpression"].removeprefix("SET ").split(", "))
    return {**old, **{name: call["ExpressionAttributeValues"][value] for name, value in settings}}


def place_of(table: str, key: Item) -> tuple[str, str, str]:
    return table, key["pk"]["S"], key["sk"]["S"]


class Stored:
    """What has been written to some tables, so that it is known what each write replaces."""

    def __init__(self, indexes: Mapping[str, Mapping[str, Index]]) -> None:
        self._indexes = indexes
        self._items: dict[tuple[str, str, str], Item] = {}

    def units(self, operation: str, call: Mapping[str, Any], answer: Mapping[str, Any], refused: bool) -> Units:
        """What one call took; one that its condition refused takes what its write would have taken of the table."""
        match operation:
            case "GetItem":
                return Units(reads=read_units(item_size(answer.get("Item", {})), call.get("ConsistentRead", False)))
            case "BatchGetItem":
                return Units(reads=sum(self._batch_units(call, answer)))
            case "Query":
                size = sum(item_size(each) for each in answer.get("Items", []))
                return Units(reads=read_units(size, call.get("ConsistentRead", False)))
            case "PutItem":
                return Units(writes=self._write(call["TableName"], call["Item"], call["Item"], refused))
            case "UpdateItem":
                old = self._items.get(place_of(call["TableName"], call["Key"]), call["Key"])
                return Units(writes=self._write(call["TableName"], call["Key"], updated(old, call), refused))
            case "DeleteItem":
                return Units(writes=self._write(call["TableName"], call["Key"], None, refused))
        raise ValueError(f"no units are known of {operation}")

    def _batch_units(self, call: Mapping[str, Any], answer: Mapping[str, Any]) -> list[float]:
        units = []
        for table, wanted in call["RequestItems"].items():
            consistent, found = wanted.get("ConsistentRead", False), answer.get("Responses", {}).get(table, [])
            units += [read_units(item_size(each), consistent) for each in found]
            units += [read_units(0, consistent)] * (len(wanted["Keys"]) - len(found))
        return units

    def _write(self, table: str, key: Item, new: Item | None, refused: bool) -> int:
        place = place_of(table, key)
        old = self._items.get(place)
        if refused:
            return write_units(item_size(old or {}))
        if new is None:
            self._items.pop(place, None)
        else:
            self._items[place] = new
        return put_units(old, new, self._indexes[table])
