"""What a soak came to: for a person as a table, and as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.soak.findings import Findings
from tests.soak.ledger import DISAPPEARED, Ledger
from tests.soak.memory import FLAT, NOISE, NOISE_WHEN_STILL, FunctionMemory, Growth, as_json

SHOWN = 10
"""Differences of one check that are printed."""


def result_of(
    ledger: Ledger,
    found: Findings,
    reviews: Mapping[str, Any],
    memory: Sequence[FunctionMemory],
    emulator: Mapping[str, Any],
    differences: Mapping[str, list[str]],
    minutes: float,
) -> dict[str, Any]:
    """Everything as JSON. It `passed` if all adds up and no function grows."""
    states = Counter(each["state"] for assets in found.assets.values() for each in assets)
    accepted = [each for each in ledger.calls if each.accepted]
    kinds = Counter(each.kind for each in ledger.submitted.values())
    return {
        "passed": not any(differences.values()) and all(each.is_flat for each in memory),
        "minutes": minutes,
        "assets": {"submitted": len(ledger.submitted), "imported": len(ledger.rows), **states},
        "kinds": dict(kinds.most_common()),
        "webhooks": {
            "calls": len(ledger.calls),
            "accepted": len(accepted),
            "accepted_twice": len(accepted) - len({each.webhook_id for each in accepted}),
            "given_up": len(found.troubled),
        },
        "reviews": dict(reviews),
        "snapshots": {
            "in_all": len(found.snapshots),
            "decided": sum(each["decision"] is not None for each in found.snapshots),
            "duplicates": sum(each["duplicate_of"] is not None for each in found.snapshots),
            "votes": sum(len(each["votes"]) for each in found.snapshots),
            "surplus_votes": sum(len(each["surplus_votes"]) for each in found.snapshots),
        },
        "imports": len(ledger.imports),
        "exports": {"requested": len(ledger.exports), "lines": sum(each.snapshots for each in ledger.exports)},
        "faults": faults_of(ledger),
        "dead_letters": {queue: len(bodies) for queue, bodies in found.dead_letters.items()},
        "logged_failures": len(found.failures),
        "invocations": dict(found.invocations.most_common()),
        "memory": {
            "functions": as_json(memory),
            "emulator": emulator,
            "flat_mb_per_10000": FLAT,
            "noise_mb": NOISE,
            "still_mb": NOISE_WHEN_STILL,
        },
        "differences": differences,
    }


def faults_of(ledger: Ledger) -> dict[str, int]:
    """How often each thing went wrong on purpose."""
    done = Counter(f"{each.kind}: {each.part}" if each.kind != DISAPPEARED else each.kind for each in ledger.faults)
    return dict(sorted(done.items())) | dict(sorted(ledger.counts.items()))


def emulator_growth(growth: Growth, items: tuple[int, int], lines: int) -> dict[str, Any]:
    """The emulator keeps everything in memory: how much that is for what it was given."""
    stored = items[1] - items[0]
    grown = growth.end - growth.start
    return {
        "start_mb": growth.start,
        "end_mb": growth.end,
        "mb_per_hour": growth.per_hour,
        "items_stored": stored,
        "log_lines": lines,
        "kb_per_item": 1024 * grown / stored if stored else None,
    }


def lines_of(result: Mapping[str, Any]) -> Iterable[str]:
    """The result for a person."""
    yield f"Soak of {result['minutes']:g} minutes"
    for name in ("assets", "webhooks", "snapshots", "exports", "dead_letters"):
        yield f"{name.replace('_', ' '):<13}" + ", ".join(f"{key} {value}" for key, value in result[name].items())
    yield f"{'imports':<13}{result['imports']}"
    reviews = result["reviews"]
    shown = ("sessions", "votes", "counted", "undone", "abandoned", "late", "lost", "repeated", "surplus", "refused")
    yield f"{'QAs':<13}" + ", ".join(f"{name} {reviews.get(name)}" for name in shown)
    yield f"{'faults':<13}" + ", ".join(f"{name} {count}" for name, count in result["faults"].items())
    yield ""
    yield from memory_lines(result["memory"])
    yield ""
    for check, found in result["differences"].items():
        yield f"{'ok' if not found else 'WRONG':<6}{check}" + (f": {len(found)}" if found else "")
        yield from (f"      {each}" for each in found[:SHOWN])
    yield ""
    yield "Everything adds up, and no function grows." if result["passed"] else "It does NOT add up, or grows."


def memory_lines(memory: Mapping[str, Any]) -> Iterable[str]:
    head = f"{'function':<12}{'processes':>10}{'calls':>8}{'start MB':>10}{'end MB':>9}"
    yield head + f"{'MB/h':>8}{'MB/10,000':>11}{'MB in all':>11}{'asked again':>13}{'MB then':>9}"
    for each in memory["functions"]:
        counts = f"{each['function']:<12}{each['processes']:>10}{each['invocations']:>8}"
        sizes = f"{each['start']:>10.1f}{each['end']:>9.1f}{each['per_hour']:>8.2f}"
        verdict = "" if each["flat"] else "  GROWS"
        growth = f"{each['per_10000']:>11.2f}{each['growth']:>11.2f}"
        again = f"{each['asked_again']:>13}{each['grew_again']:>9.2f}" if each["asked_again"] else ""
        yield counts + sizes + growth + again + verdict
    limits = f"at most {memory['flat_mb_per_10000']:g} MB in 10,000 calls, or {memory['noise_mb']:g} MB in all"
    still = f"or {memory['still_mb']:g} MB when the same is asked again"
    yield f"flat is: {limits}, {still}, by the median of all pairs' slopes, of one process"
    each = memory["emulator"]
    size = f"{each['start_mb']:.0f} MB to {each['end_mb']:.0f} MB"
    yield f"emulator: {size}, with {each['items_stored']} items stored and {each['log_lines']} lines logged"
