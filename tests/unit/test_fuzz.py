import json
from collections import Counter
from pathlib import Path

from infra.fuzz.report import answers_in, table_of


def scenario(phase: str, *statuses: int | None) -> str:
    """A line of schemathesis's report: one scenario and what it was answered; None where nothing came."""
    interactions = {
        str(number): {"request": {}, "response": None if status is None else {"status_code": status}}
        for number, status in enumerate(statuses)
    }
    return json.dumps({"ScenarioFinished": {"phase": phase, "recorder": {"interactions": interactions}}})


def test_answers_are_counted_by_phase_and_status(tmp_path: Path) -> None:
    report = tmp_path / "report.ndjson"
    skipped = json.dumps({"ScenarioFinished": {"phase": "examples", "recorder": {"label": "GET /health"}}})
    lines = [json.dumps({"Initialize": {}}), skipped, scenario("coverage", 200, 404, 200), scenario("fuzzing", None)]
    report.write_text("\n".join(lines))

    counts = answers_in(report)

    assert counts == {("coverage", "200"): 2, ("coverage", "404"): 1, ("fuzzing", "none"): 1}


def test_the_table_has_a_row_for_each_status_and_a_column_for_each_phase() -> None:
    counts = Counter({("coverage", "404"): 1, ("coverage", "200"): 2, ("fuzzing", "200"): 30})

    rows = [line.split() for line in table_of(counts)]

    assert rows == [
        ["status", "coverage", "fuzzing", "all"],
        ["200", "2", "30", "32"],
        ["404", "1", "0", "1"],
        ["all", "3", "30", "33"],
    ]
