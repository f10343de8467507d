"""Imports with their reports, and exports, in the `core` table. Conditions only close races."""

from collections.abc import Sequence
from itertools import islice

from snapjury.adapters import keys
from snapjury.adapters.table import Table, from_item, to_item
from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import BadRow, ImportJob
from snapjury.services.job_ports import BadRowPage


class DynamoImports:
    """An import is one item, and each line of its report another one beside it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: ImportJob) -> None:
        self._table.add(to_item(job, keys.import_key(job.id)))

    def save(self, job: ImportJob, bad_rows: Sequence[BadRow] = ()) -> None:
        item = to_item(job, keys.import_key(job.id))
        if not bad_rows:
            self._table.put(item, job.version)
            return
        report = [to_item(each, keys.bad_row_key(job.id, each.row)) for each in bad_rows]
        self._table.put_all(item, job.version, report)

    def get(self, import_id: str) -> ImportJob:
        return self._table.get(keys.import_key(import_id), ImportJob)

    def bad_rows(self, import_id: str, limit: int, after: int) -> BadRowPage:
        items = self._table.query(
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :lowest AND :highest",
            ExpressionAttributeValues={
                ":pk": {"S": keys.import_partition(import_id)},
                ":lowest": {"S": keys.bad_row_key(import_id, after + 1)["sk"]},
                ":highest": {"S": f"{keys.BAD_ROW_PREFIX}~"},
            },
            Limit=limit + 1,
        )
        return bad_row_page([from_item(item, BadRow) for item in islice(items, limit + 1)], limit)


class DynamoExports:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: ExportJob) -> None:
        self._table.add(to_item(job, keys.export_key(job.id)))

    def save(self, job: ExportJob) -> None:
        self._table.put(to_item(job, keys.export_key(job.id)), job.version)

    def get(self, export_id: str) -> ExportJob:
        return self._table.get(keys.export_key(export_id), ExportJob)


def bad_row_page(found: Sequence[BadRow], limit: int) -> BadRowPage:
    """The page of what was found when looking for one more than goes on it."""
    return BadRowPage(tuple(found[:limit]), found[limit - 1].row if len(found) > limit else None)
