"""The ledger against what the system says: every way in which they may differ, in words."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.soak.admins import milliseconds
from tests.soak.audit_assets import check_assets, check_imported_assets, check_webhooks
from tests.soak.audit_votes import check_exports, check_juries, check_pictures, check_votes
from tests.soak.findings import Findings
from tests.soak.ledger import Ledger

HOUR = 3_600_000
MOST_TALLIED = 1000
"""Decisions of an hour that /stats counts at the most."""


def check_promises(ledger: Ledger, _: Findings) -> Iterator[str]:
    """Nothing that clients saw while it ran was wrong."""
    yield from ledger.broken


def check_imports(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Each import is done and has counted every row once."""
    for each in ledger.imports:
        record = found.imports[each.id]
        counts = (record["accepted"], record["known"], record["rejected"])
        if record["state"] != "done" or counts != (each.accepted, each.known, each.rejected):
            wanted = (each.accepted, each.known, each.rejected)
            yield f"import {each.id} is {record['state']}: {counts} accepted, known and rejected, not {wanted}"


def check_queues(ledger: Ledger, found: Findings) -> Iterator[str]:
    """Nothing waits, and every dead letter is one that nobody can read, as the ledger says."""
    for queue, lengths in found.stats["queues"].items():
        poison = ledger.poison(queue)
        held = lengths["waiting"] + lengths["in_flight"]
        if held > (len(poison) if queue == "notification" else 0):
            yield f"the queue {queue} holds {held} messages"
        if held + lengths["dead"] != len(poison):
            yield f"the queue {queue} has {lengths['dead']} dead letters and holds {held}, for {len(poison)} faults"
        if not lengths["dead"] <= len(found.dead_letters[queue]) <= lengths["dead"] + held:  # which are read later
            yield f"of {lengths['dead']} dead letters of the queue {queue}, {len(found.dead_letters[queue])} show"
        for body in found.dead_letters[queue]:
            if body not in poison:
                yield f"a dead letter of the queue {queue} that no fault explains: {body[:200]}"


def check_failures(ledger: Ledger, found: Findings) -> Iterator[str]:
    """No function failed at anything but what nobody can read."""
    poison = {each.body for each in ledger.faults if each.body is not None}
    for each in found.failures:
        if not (each["event"] == "record_failed" and each.get("body") in poison):
            yield f"{each['function']} logged {each['event']}: {each.get('error')}"


def check_lists(_: Ledger, found: Findings) -> Iterator[str]:
    """What operations lists is what failed and what was given up."""
    failed = {each["id"] for assets in found.assets.values() for each in assets if each["state"] == "failed"}
    if sorted(found.failed) != sorted(failed):
        yield f"operations lists {len(found.failed)} failed assets, and {len(failed)} failed"
    given_up = {
        (asset, each["event"])
        for asset, all_of in found.deliveries.items()
        for each in all_of
        if each["state"] != "delivered"
    }
    if sorted(found.troubled) != sorted(given_up):
        yield f"operations lists {len(found.troubled)} webhooks in trouble, and {len(given_up)} were given up"


def check_figures(_: Ledger, found: Findings) -> Iterator[str]:
    """The figures of statistics, operations and leaderboard are the sums of what is there."""
    decisions = [each for each in found.snapshots if each["decision"]]
    pending = sum(each["status"] == "pending" for each in found.snapshots)
    if found.stats["pending"] != {"snapshots": pending, "estimated": False}:
        yield f"/stats: pending {found.stats['pending']}, and {pending} are"
    hour = found.stats["last_hour"]
    late = [each for each in decisions if decided_at(each) > found.read_at - HOUR]
    sums = (len(late), sum(each["status"] == "correct" for each in late), sum(len(each["votes"]) for each in late))
    if hour["complete"] and (hour["decided"], hour["correct"], hour["votes"]) != sums:
        yield f"/stats: the last hour is {hour}, and decided, correct, votes are {sums}"
    if not hour["complete"] and hour["decided"] != MOST_TALLIED:
        yield f"/stats: the last hour is not complete, and has {hour['decided']} decisions"
    board, votes = found.leaderboard, sum(len(each["votes"]) for each in decisions)
    if (board["decided"], board["votes"]) != (len(decisions), votes):
        yield f"/leaderboard: {board['decided']} decided with {board['votes']} votes, not {len(decisions)} with {votes}"
    yield from check_operations(found, decisions)


def check_operations(found: Findings, decisions: list[dict[str, Any]]) -> Iterator[str]:
    hour = found.operations["last_hour"]
    since = milliseconds(hour["assets_counted_since"])
    ended = [each for assets in found.assets.values() for each in assets if each["finished_at"]]
    assets = [each for each in ended if milliseconds(each["finished_at"]) >= since]
    wanted = {state: sum(each["state"] == state for each in assets) for state in ("success", "failed")}
    shown = {"success": hour["assets"]["succeeded"], "failed": hour["assets"]["failed"]}
    if shown != wanted:
        yield f"/operations: assets ended as {shown}, not {wanted}"
    late = [each for each in decisions if decided_at(each) >= milliseconds(hour["decisions_counted_since"])]
    sums = (len(late), sum(len(each["votes"]) for each in late))
    if (hour["decisions"]["decided"], hour["decisions"]["votes"]) != sums:
        yield f"/operations: decisions are {hour['decisions']}, and decided, votes are {sums}"


def decided_at(snapshot: dict[str, Any]) -> int:
    return milliseconds(snapshot["decision"]["decided_at"])


CHECKS: dict[str, Callable[[Ledger, Findings], Iterator[str]]] = {
    "answers while it ran": check_promises,
    "every asset one end": check_assets,
    "imported assets": check_imported_assets,
    "imports' counts": check_imports,
    "webhooks": check_webhooks,
    "votes": check_votes,
    "juries and majorities": check_juries,
    "pictures and duplicates": check_pictures,
    "exports": check_exports,
    "statistics, operations, leaderboard": check_figures,
    "lists of what failed": check_lists,
    "queues and dead letters": check_queues,
    "logged failures": check_failures,
}


def differences(ledger: Ledger, found: Findings) -> dict[str, list[str]]:
    """What does not add up, by check."""
    return {name: list(check(ledger, found)) for name, check in CHECKS.items()}
