"""docs/reliability.md names tests that there are, and leaves out no function and no fault."""

import re
from pathlib import Path

import pytest

from tests.template import ROOT, properties, resources

TEXT = (ROOT / "docs" / "reliability.md").read_text()
FUNCTIONS = [Path(properties(each)["CodeUri"]).name for each in resources("AWS::Serverless::Function")]
QUEUES = [each.removesuffix("Queue").lower() for each in resources("AWS::SQS::Queue") if each.endswith("Queue")]
SHORT = dict(re.findall(r"`(T[A-Z])` (?:stands )?for\s+`tests/([\w/.]+)`", TEXT))

FAULTS = {
    "A process dies at any step": set(FUNCTIONS),
    "The table is throttled or does not answer": set(FUNCTIONS),
    "Two write at once, or one write is sent twice": set(FUNCTIONS) - {"assets", "notifier", "operations"},
    "A queue is unavailable, or takes a batch in part": set(FUNCTIONS) - {"customers"},
    "A bucket is unavailable, or an object is missing": {"validator", "importer", "exporter"},
    "Clocks are wrong": {"assets", "catalog", "reviews", "notifier", "scorer", "exporter"},
    "Messages come twice, or out of order": {"validator", "notifier", "importer", "exporter", "scorer"},
    "A message is poison": {"validator", "notifier", "importer", "exporter", "scorer", "operations"},
    "A receiver is slow, dead, hostile or gone": {"notifier", "validator"},
}
"""Each fault, and the functions that it can come over."""


def rows() -> list[tuple[str, list[str]]]:
    """The rows of the matrix: the fault, and the five cells."""
    matrix = TEXT.partition("## The matrix")[2].partition("## What an operator does")[0]
    found = []
    for section in matrix.split("\n### ")[1:]:
        fault, _, table = section.partition("\n")
        lines = [line for line in table.splitlines() if line.startswith("|")]
        assert lines[0].startswith("| part | lost | repeated, under which id | recovery | shown by |")
        found += [(fault, [cell.strip() for cell in line.strip("|").split("|")]) for line in lines[2:]]
    return found


ROWS = rows()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_a_row_for_each_function_that_it_can_come_over(fault: str) -> None:
    parts = " ".join(cells[0].partition(":")[0] for name, cells in ROWS if name == fault)

    assert set(re.findall(r"`(\w+)`", parts)) == FAULTS[fault]


def test_the_matrix_has_no_other_faults_and_no_empty_cell() -> None:
    assert list(dict.fromkeys(fault for fault, _ in ROWS)) == list(FAULTS)
    assert all(len(cells) == 5 and all(cells) for _, cells in ROWS)


@pytest.mark.parametrize(("fault", "cells"), ROWS, ids=[f"{fault}: {cells[0]}" for fault, cells in ROWS])
def test_what_is_promised_is_shown_by_tests_that_there_are(fault: str, cells: list[str]) -> None:
    named = re.findall(r"`([\w/.]+)::(\w+)`", cells[4])

    assert named, fault
    for path, test in named:
        source = (ROOT / "tests" / SHORT.get(path, path)).read_text()
        assert re.search(rf"^(def {test}\(|{test} = )", source, re.MULTILINE), f"{path}::{test}"


def test_the_operator_is_told_the_command_for_each_queue() -> None:
    guide = TEXT.partition("## What an operator does")[2]

    assert sorted(re.findall(r"^\| `(\w+)` \|.*`snapjury redrive \1`", guide, re.MULTILINE)) == sorted(QUEUES)
