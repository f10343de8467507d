"""Lists in an index: spread over shards, read in the order of their sort keys or backwards, paged by position."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from snapjury.adapters.table import Item, Table


class ListPage(Struct, frozen=True):
    """The primary keys of what is on the page, in order, and where to go on (None at the end)."""

    keys: tuple[dict[str, str], ...]
    next_position: str | None


def list_page(
    table: Table,
    index: str,
    partition: Callable[[int], str],
    shards: int,
    *,
    prefix: str = "",
    between: tuple[str, str] | None = None,
    limit: int,
    position: str | None,
    ascending: bool = False,
) -> ListPage:
    """At most `limit` entries whose sort key begins with the prefix, beyond `position`: highest first, or lowest.

    Or those whose sort key lies `between` two. `partition` names the partition of a shard; each is asked for a page, so
    a list costs a query for each shard.
    """
    first, last = between or (prefix or "\x00", prefix + "~")
    lowest = (position if ascending else None) or first
    highest = (None if ascending else position) or last
    sort_key = f"{index}_sk"
    items: list[Item] = []
    for shard in range(shards):
        items += _page_of_shard(table, index, partition(shard), (lowest, highest), ascending, limit + 2)
    items.sort(key=lambda item: str(item[sort_key]["S"]), reverse=not ascending)
    beyond = [item for item in items if item[sort_key]["S"] != position]
    shown = beyond[:limit]
    keys = tuple({"pk": item["pk"]["S"], "sk": item["sk"]["S"]} for item in shown)
    return ListPage(keys, shown[-1][sort_key]["S"] if len(beyond) > limit else None)


def _page_of_shard(
    table: Table, index: str, partition: str, between: tuple[str, str], ascending: bool, limit: int
) -> list[Item]:
    arguments: dict[str, Any] = {
        "IndexName": index,
        "KeyConditionExpression": f"{index}_pk = :pk AND {index}_sk BETWEEN :lowest AND :highest",
        "ExpressionAttributeValues": {
            ":pk": {"S": partition},
            ":lowest": {"S": between[0]},
            ":highest": {"S": between[1]},
        },
        "ScanIndexForward": ascending,
        "Limit": limit,
    }
    items: list[Item] = []
    for item in table.query(**arguments):
        items.append(item)
        if len(items) == limit:
            break
    return items
