"""Imports with their reports, and exports, in the `core` table. Conditions only close races."""

from collections.abc import Callable, Sequence
from itertools import islice

from snapjury.adapters import keys
from snapjury.adapters.lists import list_page
from snapjury.adapters.table import Table, from_item, to_item
from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import BadRow, ImportJob
from snapjury.services.job_ports import BadRowPage, Job, JobPage


class DynamoImports:
    """An import is one item, and each line of its report another one beside it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: ImportJob) -> None:
        self._table.add(to_item(job, keys.import_key(job.id), keys.listed_job(job)))

    def save(self, job: ImportJob, bad_rows: Sequence[BadRow] = ()) -> None:
        item = to_item(job, keys.import_key(job.id), keys.listed_job(job))
        if not bad_rows:
            self._table.put(item, job.version)
            return
        report = [to_item(each, keys.bad_row_key(job.id, each.row)) for each in bad_rows]
        self._table.put_all(item, job.version, report)

    def get(self, import_id: str) -> ImportJob:
        return self._table.get(keys.import_key(import_id), ImportJob)

    def page(self, limit: int, position: str | None) -> JobPage[ImportJob]:
        return jobs_page(self._table, ImportJob, keys.listed_imports_partition, keys.import_key, limit, position)

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
        self._table.add(to_item(job, keys.export_key(job.id), keys.listed_job(job)))

    def save(self, job: ExportJob) -> None:
        self._table.put(to_item(job, keys.export_key(job.id), keys.listed_job(job)), job.version)

    def get(self, export_id: str) -> ExportJob:
        return self._table.get(keys.export_key(export_id), ExportJob)

    def page(self, limit: int, position: str | None) -> JobPage[ExportJob]:
        return jobs_page(self._table, ExportJob, keys.listed_exports_partition, keys.export_key, limit, position)


def jobs_page(
    table: Table,
    of: type[Job],
    partition: Callable[[int], str],
    key: Callable[[str], keys.Attributes],
    limit: int,
    position: str | None,
) -> JobPage[Job]:
    found = list_page(table, keys.LISTED, partition, 1, prefix="", limit=limit, position=position)
    stored = table.get_many(found.keys, of, lambda job: key(job.id)["pk"])
    return JobPage(tuple(stored[each["pk"]] for each in found.keys if each["pk"] in stored), found.next_position)


def bad_row_page(found: Sequence[BadRow], limit: int) -> BadRowPage:
    """The page of what was found when looking for one more than goes on it."""
    return BadRowPage(tuple(found[:limit]), found[limit - 1].row if len(found) > limit else None)
