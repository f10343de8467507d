"""Whether every vote counts once, no jury is too large, and decisions and exports are what the votes say."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.soak.admins import milliseconds
from tests.soak.findings import IMPORTER, Findings
from tests.soak.ledger import Exported, Ledger

JURY = 3
MOMENTS = 10_000
"""Milliseconds in which a decision may be on its way to the index that exports are read from."""


def check_votes(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Each vote that was acknowledged is in its snapshot's record as it was acknowledged, and no other is."""
    counted = recorded_in(found, "votes")
    surplus = recorded_in(found, "surplus_votes")
    for (snapshot, qa), entry in ledger.casts.items():
        where = {"counted": [counted], "no_open_seat": [counted, surplus], "already_decided": [surplus]}
        verdicts = [votes[snapshot, qa] for votes in where.get(entry.reason, []) if (snapshot, qa) in votes]
        if verdicts != [entry.verdict]:
            yield f"{qa}'s vote {entry.verdict} ({entry.reason}) on snapshot {snapshot} is recorded as {verdicts}"
    for snapshot, qa in (counted.keys() | surplus.keys()) - ledger.casts.keys():
        yield f"a vote of {qa} on snapshot {snapshot} is recorded that was never acknowledged"


def recorded_in(found: Findings, field: str) -> dict[tuple[str, str], str]:
    """The verdicts in a field of the snapshots' records, by snapshot and QA."""
    return {(each["id"], vote["qa"]): vote["verdict"] for each in found.snapshots for vote in each[field]}


def check_juries(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Three different QAs decide, never more, by the majority of what the ledger says that they voted."""
    for each in found.snapshots:
        qas = [vote["qa"] for vote in each["votes"]]
        if len(set(qas)) != len(qas) or len(qas) > JURY:
            yield f"snapshot {each['id']} has the jury {qas}"
        verdicts = Counter(ledger.casts[each["id"], qa].verdict for qa in qas if (each["id"], qa) in ledger.casts)
        majority = verdicts.most_common(1)[0][0] if len(qas) == JURY and verdicts else None
        status = each["decision"]["status"] if each["decision"] else None
        if status != majority:
            yield f"snapshot {each['id']} is decided as {status}, and the votes say {majority}: {dict(verdicts)}"
        if each["duplicate_of"] is None and each["decision"] is None:
            yield f"snapshot {each['id']} was not decided, with {len(qas)} votes"


def check_pictures(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Every accepted picture of a product is a snapshot; of the same picture one is judged, for all others."""
    paths = {each["id"]: each["assetPath"]["path"] for each in found.assets[IMPORTER]}
    states = {each["id"]: each["state"] for assets in found.assets.values() for each in assets}
    pictures = {each.asset: (each.product, each.sha256) for each in ledger.submitted.values() if each.product}
    rows = {row.path: (row.product, row.sha256) for row in ledger.rows.values()}
    pictures |= {asset: rows[path] for asset, path in paths.items() if path in rows}
    snapshots = {each["id"]: each for each in found.snapshots}
    expected = {asset for asset in pictures if states.get(asset) == "success"}
    for asset in expected ^ snapshots.keys():
        yield f"picture {asset} is {states.get(asset)}, and {'a' if asset in snapshots else 'no'} snapshot"
    groups: dict[object, list[dict[str, Any]]] = defaultdict(list)
    for asset in expected & snapshots.keys():
        groups[pictures[asset]].append(snapshots[asset])
    for same in groups.values():
        judged = [each for each in same if each["duplicate_of"] is None]
        others = sorted(each["id"] for each in same if each["duplicate_of"] is not None)
        if len(judged) != 1 or sorted(judged[0]["duplicates"]) != others:
            yield f"of the same picture {[each['id'] for each in judged]} are judged, for {others}"
        elif {each["duplicate_of"] for each in same} - {None, judged[0]["id"]}:
            yield f"duplicates of snapshot {judged[0]['id']} name another one"


def check_exports(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Each export holds what had been decided in its time, once, as it was decided; the last one holds everything."""
    decided = {
        each["id"]: (each["decision"]["status"], milliseconds(each["decision"]["decided_at"]))
        for each in found.snapshots
        if each["decision"]
    }
    for export in ledger.exports:
        yield from exported_as(decided, export)
    last = max(ledger.exports, key=lambda each: each.until, default=None)
    if last is None or {name for name, _ in last.manifest} != decided.keys():
        yield f"the last export holds {last and len(last.manifest)} snapshots, and {len(decided)} are decided"


def exported_as(decided: dict[str, tuple[str, int]], export: Exported) -> Iterator[str]:
    held = dict(export.manifest)
    if not len(held) == len(export.manifest) == export.snapshots or export.manifest != export.table:
        counts = f"{export.snapshots} snapshots, {len(export.manifest)} lines and {len(export.table)} rows"
        yield f"export {export.id} has {counts}, or not the same in both files"
    due = {name for name, (_, at) in decided.items() if export.since <= at < export.until - MOMENTS}
    possible = {name for name, (_, at) in decided.items() if export.since <= at < export.until}
    if missing := due - held.keys():
        yield f"export {export.id} lacks {len(missing)} snapshots, {min(missing)} for one"
    if extra := held.keys() - possible:
        yield f"export {export.id} has {len(extra)} snapshots that were not decided in its time, {min(extra)} for one"
    if wrong := [name for name in held.keys() & possible if held[name] != decided[name][0]]:
        yield f"export {export.id} has {len(wrong)} snapshots with another status, {min(wrong)} for one"
