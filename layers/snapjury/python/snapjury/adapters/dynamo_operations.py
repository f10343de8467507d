"""What happened lately and what went wrong, read by time from indexes of the `core` table."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from snapjury.adapters import keys
from snapjury.adapters.dynamo import troubled_page
from snapjury.adapters.dynamo_reviews import month_of
from snapjury.adapters.lists import list_page
from snapjury.adapters.table import Item, Table
from snapjury.rules.activity import Decided, Ended
from snapjury.rules.asset import Asset, State
from snapjury.services.operation_ports import Newest, T
from snapjury.services.ports import AssetPage, DeliveryPage


class DynamoActivity:
    def __init__(self, table: Table) -> None:
        self._table = table

    def ended(self, since: int, until: int, limit: int) -> Newest[Ended]:
        found: list[Ended] = []
        for failed in (False, True):
            partitions = [keys.ended_partition(failed, shard) for shard in range(keys.LIST_SHARDS)]
            back = partial(self._back_from, keys.BY_PRODUCT, until)
            newest = newest_of(partitions, back, partial(ended_of, failed), since, limit)
            since = newest.since
            found += newest.entries
        return Newest(tuple(each for each in found if each.at >= since), since)

    def decided(self, since: int, until: int, limit: int) -> Newest[Decided]:
        months = sorted({month_of(since), month_of(until)}, reverse=True)
        partitions = [keys.decided_partition(month, shard) for month in months for shard in range(keys.LIST_SHARDS)]
        return newest_of(partitions, partial(self._back_from, keys.DECIDED, until), decided_of, since, limit)

    def failed(self, limit: int, position: str | None) -> AssetPage:
        partition = partial(keys.ended_partition, True)
        found = list_page(
            self._table, keys.BY_PRODUCT, partition, keys.LIST_SHARDS, prefix="", limit=limit, position=position
        )
        assets = self._table.get_many(found.keys, Asset, lambda asset: keys.asset_partition(asset.id))
        shown = (assets[key["pk"]] for key in found.keys if key["pk"] in assets)
        return AssetPage(tuple(each for each in shown if each.state is State.FAILED), found.next_position)

    def troubled(self, limit: int, position: str | None) -> DeliveryPage:
        found = list_page(
            self._table,
            keys.BY_PRODUCT,
            keys.troubled_partition,
            keys.LIST_SHARDS,
            prefix="",
            limit=limit,
            position=position,
        )
        return troubled_page(self._table, found, None)

    def _back_from(self, index: str, until: int, partition: str, since: int, limit: int) -> Iterator[Item]:
        return self._table.query(
            IndexName=index,
            KeyConditionExpression=f"{index}_pk = :pk AND {index}_sk BETWEEN :since AND :until",
            ExpressionAttributeValues={
                ":pk": {"S": partition},
                ":since": {"S": f"{since:013d}"},
                ":until": {"S": f"{until:013d}"},
            },
            ScanIndexForward=False,
            Limit=limit,
        )


def newest_of(
    partitions: Sequence[str],
    back: Callable[[str, int, int], Iterator[Item]],
    of: Callable[[Item], T],
    since: int,
    limit: int,
) -> Newest[T]:
    """The newest `limit` of each partition, and from when on they are all that there are."""
    found: list[T] = []
    for partition in partitions:
        entries = [of(item) for item in islice(back(partition, since, limit), limit)]
        if len(entries) == limit:
            since = entries[-1].at + 1  # there may be more of the last one's millisecond
        found += entries
    return Newest(tuple(each for each in found if each.at >= since), since)


def ended_of(failed: bool, item: Item) -> Ended:
    return keys.ended_in(item["by_product_sk"]["S"], failed)


def decided_of(item: Item) -> Decided:
    """Read from the item as it is, since making thousands of snapshots of them takes long."""
    decision, votes = item["decision"]["M"], item.get("votes", {"L": []})["L"]
    return Decided(int(decision["decided_at"]["N"]), len(votes), int(decision["spared"]["N"]))
