"""What schemathesis reports of a run, counted."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

Counts = Counter[tuple[str, str]]
"""Answers by phase and status; the status of a request without an answer is `none`."""


def answers_in(report: Path) -> Counts:
    """The answers that an NDJSON report tells of."""
    counts: Counts = Counter()
    for line in report.read_text().splitlines():
        finished = json.loads(line).get("ScenarioFinished")
        for interaction in (finished or {}).get("recorder", {}).get("interactions", {}).values():
            answer = interaction["response"]
            counts[finished["phase"], str(answer["status_code"]) if answer else "none"] += 1
    return counts


def table_of(counts: Counts) -> Iterable[str]:
    """The counts as lines for a person: a row for each status, a column for each phase."""
    phases = list(dict.fromkeys(phase for phase, _ in counts))
    statuses = sorted({status for _, status in counts})
    yield row_of("status", [*phases, "all"])
    for status in statuses:
        cells = [counts[phase, status] for phase in phases]
        yield row_of(status, [*cells, sum(cells)])
    sums = [sum(counts[phase, status] for status in statuses) for phase in phases]
    yield row_of("all", [*sums, sum(sums)])


def row_of(name: str, cells: Iterable[object]) -> str:
    return f"{name:8}" + "".join(f"{each!s:>10}" for each in cells)
