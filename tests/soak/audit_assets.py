"""Whether what customers were promised was kept: each asset one end, each webhook once or more, start before end."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from snapjury.rules.asset import NOT_VALIDATED
from tests.soak.admins import milliseconds
from tests.soak.findings import IMPORTER, Findings
from tests.soak.kinds import BEHAVIOURS
from tests.soak.ledger import Call, Errors, Ledger, Row, Submitted

END_EVENTS = {"success": "onSuccess", "failed": "onFailure"}
RECEIVES = 3
"""How often a validation is begun before it is given up."""


def check_assets(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Every accepted asset is there, with one end that its file can come to, and no other asset is."""
    listed = {
        each["id"]: (owner, each) for owner, assets in found.assets.items() if owner != IMPORTER for each in assets
    }
    if sum(len(assets) for owner, assets in found.assets.items() if owner != IMPORTER) != len(listed):
        yield "an asset is listed twice"
    for asset in listed.keys() - ledger.submitted.keys():
        yield f"asset {asset} is there though nobody was promised it"
    for asset, entry in ledger.submitted.items():
        owner, record = listed.get(asset, (None, None))
        if record is None:
            yield f"asset {asset} ({entry.kind}) was accepted and is not there"
        elif owner != entry.owner:
            yield f"asset {asset} is {owner}'s and was submitted by {entry.owner}"
        elif not ended_as(record, entry.ends, ledger):
            yield f"asset {asset} ({entry.kind}) is {record['state']} {record['errors']}; possible: {list(entry.ends)}"


def check_imported_assets(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Every row of every import is one asset of the importer, with its end."""
    by_path: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for asset in found.assets[IMPORTER]:
        by_path[asset["assetPath"]["path"]].append(asset)
    expected: Mapping[str, Row] = {row.path: row for row in ledger.rows.values()}
    for path in by_path.keys() - expected.keys():
        yield f"an asset of {path} is there though no import brought it"
    for path, row in expected.items():
        records = by_path.get(path, [])
        if len(records) != 1:
            yield f"the imported picture {path} is {len(records)} assets, not one"
        elif not ended_as(records[0], (row.end,), ledger):
            yield f"the imported {path} is {records[0]['state']} {records[0]['errors']}, not {row.end or 'success'}"


def ended_as(record: Mapping[str, Any], ends: tuple[Errors, ...], ledger: Ledger) -> bool:
    """Whether this end was possible; or every attempt at it was killed, as the ledger shows."""
    if record["state"] not in END_EVENTS or (record["state"] == "failed") != bool(record["errors"]):
        return False
    if record["errors"].get("asset") == [NOT_VALIDATED]:
        lived = milliseconds(record["created_at"]), milliseconds(record["finished_at"])
        return ledger.ended_processes("validator", *lived) >= RECEIVES
    return any(record["errors"] == end for end in ends)


def check_webhooks(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Each asset's owner was told as it ended, in order, under one id, unless the receiver was told not to listen."""
    records = {each["id"]: each for assets in found.assets.values() for each in assets}
    calls: dict[str, dict[str, list[Call]]] = defaultdict(lambda: defaultdict(list))
    for call in ledger.calls:
        calls[call.asset][call.event].append(call)
        if call.signature != "ok":
            yield f"a webhook of asset {call.asset} was signed {call.signature}"
    for asset in calls.keys() - ledger.submitted.keys():
        yield f"a receiver was told of asset {asset}, which nobody submitted"
    for asset, entry in ledger.submitted.items():
        if asset in records and records[asset]["state"] in END_EVENTS:
            yield from told(entry, records[asset], found.deliveries.get(asset, []), calls[asset], ledger)


def told(
    entry: Submitted,
    record: Mapping[str, Any],
    deliveries: list[dict[str, Any]],
    calls: Mapping[str, list[Call]],
    ledger: Ledger,
) -> Iterator[str]:
    """What was told of one asset, against what had to be."""
    bodies = bodies_for(entry, record)
    by_event = {each["event"]: each for each in deliveries}
    if by_event.keys() != bodies.keys():
        yield f"asset {entry.asset} has the deliveries {sorted(by_event)}, not {sorted(bodies)}"
    for event in calls.keys() - bodies.keys():
        yield f"asset {entry.asset}: {event} was sent though it is {record['state']}"
    for event in bodies.keys() & by_event.keys():
        name = f"asset {entry.asset}, {event} to a receiver that is {entry.behaviour}"
        arrived = [call for call in calls.get(event, []) if call.accepted]
        if any(call.body != bodies[event] for call in calls.get(event, [])):
            yield f"{name}: another body than {bodies[event]}"
        if {call.webhook_id for call in calls.get(event, [])} - {by_event[event]["webhook_id"]}:
            yield f"{name}: more than one webhook-id"
        if (by_event[event]["state"] == "delivered") != bool(arrived):
            yield f"{name}: it is {by_event[event]['state']}, and {len(arrived)} arrived"
        if bool(arrived) != BEHAVIOURS[entry.behaviour].arrives and not is_overdue(by_event[event], record, ledger):
            yield f"{name}: {len(arrived)} arrived"
    starts, ends = (calls.get(event, []) for event in ("onStart", END_EVENTS[record["state"]]))
    if starts and ends and max(each.order for each in starts) > min(each.order for each in ends):
        yield f"asset {entry.asset}: the end was told before the start"


def is_overdue(delivery: Mapping[str, Any], record: Mapping[str, Any], ledger: Ledger) -> bool:
    """Whether a start was given up because those who should have sent it were killed until the end was due."""
    last = delivery["attempts"][-1] if delivery["attempts"] else {"detail": "", "at": record["finished_at"]}
    lived = milliseconds(record["created_at"]), milliseconds(last["at"])
    return (
        delivery["event"] == "onStart"
        and "end was due" in last["detail"]
        and ledger.ended_processes("notifier", *lived) > 0
    )


def bodies_for(entry: Submitted, record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the owner has to be told, by event: nothing at URLs that were found broken."""
    end: dict[str, Any] = {"id": entry.asset, "state": record["state"]}
    if record["errors"]:
        end["errors"] = record["errors"]
    bodies = {END_EVENTS[record["state"]]: end}
    if record["started_at"]:
        bodies["onStart"] = {"id": entry.asset, "state": "started"}
    return {event: body for event, body in bodies.items() if event in entry.urls and event not in record["errors"]}
