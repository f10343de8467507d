"""What stands in the files of an export."""

import csv
import io
import json
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.rules.export_job import ExportFile
from snapjury.rules.gold import mark
from snapjury.rules.snapshot import Snapshot
from snapjury.services.export_rows import Names, csv_line, harmless, header_of, line_of, reader_of
from tests.builders import NOON
from tests.jury import NO, YES, id_of, judged

NAMES = Names("snapjury-week-27", lambda sha256, kind: f"s3://media/{sha256[-4:]}.{kind}", lambda qa: f"reader of {qa}")
READER = {"kevin": "reader of kevin", "maria": "reader of maria", "ahmed": "reader of ahmed"}


def line(file: ExportFile, snapshot: Snapshot) -> bytes:
    assert snapshot.decision is not None
    return line_of(file, snapshot, snapshot.decision, NAMES)


def with_decision(snapshot: Snapshot, **changes: object) -> Snapshot:
    assert snapshot.decision is not None
    return replace(snapshot, decision=replace(snapshot.decision, **changes))


def record_of(snapshot: Snapshot) -> dict[str, Any]:
    """What the manifest says of the decision."""
    record: dict[str, Any] = json.loads(line(ExportFile.MANIFEST, snapshot))["snapjury-decision"]
    return record


def row_of(snapshot: Snapshot) -> dict[str, str]:
    header, values = cells(header_of(ExportFile.DECISIONS) + line(ExportFile.DECISIONS, snapshot))
    return dict(zip(header, values, strict=True))


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


def test_a_line_of_the_manifest_is_what_ground_truth_writes_and_says_how_it_was_decided() -> None:
    content = line(ExportFile.MANIFEST, judged(YES, NO, YES))

    assert content.count(b"\n") == 1
    assert content.endswith(b"}\n")
    assert json.loads(content) == {
        "source-ref": "s3://media/0001.image",
        "asset-type": "image",
        "product": "00815099021634",
        "snapjury": 1,
        "snapjury-metadata": {
            "class-name": "correct",
            "confidence": 0.8,
            "type": "groundtruth/image-classification",
            "job-name": "snapjury-week-27",
            "human-annotated": "yes",
            "creation-date": "2025-06-15T15:07:40.000000",
        },
        "snapjury-decision": {
            "snapshot": "snapshotaaaaaaaaaaab",
            "status": "correct",
            "reason": "majority",
            "confidence": 0.6,
            "decided_at": "2025-06-15T15:07:40.000+00:00",
            "policy": "three-votes/1",
            "votes": [
                {"reader": READER["kevin"], "verdict": "correct", "at": "2025-06-15T15:07:40.000+00:00"},
                {"reader": READER["maria"], "verdict": "incorrect_or_unsure", "at": "2025-06-15T15:07:40.000+00:00"},
                {"reader": READER["ahmed"], "verdict": "correct", "at": "2025-06-15T15:07:40.000+00:00"},
            ],
            "majority": "correct",
            "posterior": {"label": "correct", "confidence": 0.8},
            "duplicates": [],
        },
    }


def test_incorrect_or_unsure_is_class_zero() -> None:
    content = json.loads(line(ExportFile.MANIFEST, judged(NO, NO, NO)))

    assert content["snapjury"] == 0
    assert content["snapjury-metadata"]["class-name"] == "incorrect_or_unsure"
    assert content["snapjury-decision"]["reason"] == "unanimous"


def test_a_picture_that_is_no_jpeg_is_named_as_what_it_is() -> None:
    snapshot = replace(judged(YES, YES, YES), type="webp")

    row = json.loads(line(ExportFile.MANIFEST, snapshot))

    assert (row["source-ref"], row["asset-type"]) == ("s3://media/0001.webp", "webp")
    assert row_of(snapshot)["image"] == "s3://media/0001.webp"


def test_a_line_of_the_decisions_has_a_cell_for_each_column() -> None:
    decision = row_of(judged(YES, NO, YES))

    votes = decision.pop("votes").split("; ")
    assert decision == {
        "snapshot": "snapshotaaaaaaaaaaab",
        "product": "00815099021634",
        "image": "s3://media/0001.image",
        "status": "correct",
        "reason": "majority",
        "confidence": "0.6",
        "votes_correct": "2",
        "votes_incorrect_or_unsure": "1",
        "decided_at": "2025-06-15T15:07:40.000+00:00",
        "policy": "three-votes/1",
        "majority": "correct",
        "posterior": "correct",
        "posterior_confidence": "0.8",
        "duplicates": "",
    }
    assert votes[1] == "reader of maria incorrect_or_unsure 2025-06-15T15:07:40.000+00:00"


@pytest.mark.parametrize(
    ("correct", "label", "confidence"),
    [
        (0.9, "correct", 0.9),
        (0.3, "incorrect_or_unsure", 0.7),
        (0.5, "incorrect_or_unsure", 0.5),
        (0.1235, "incorrect_or_unsure", 0.8765),
    ],
)
def test_the_more_probable_label_stands_beside_the_majority_with_its_probability(
    correct: float, label: str, confidence: float
) -> None:
    snapshot = with_decision(judged(YES, NO, YES), correct=correct)

    record, row = record_of(snapshot), row_of(snapshot)

    assert (record["majority"], record["posterior"]) == ("correct", {"label": label, "confidence": confidence})
    assert (row["majority"], row["posterior"]) == ("correct", label)
    assert row["posterior_confidence"] == str(confidence)
    assert (record["status"], record["confidence"]) == ("correct", 0.6), "the decision stays what it was"
    metadata = json.loads(line(ExportFile.MANIFEST, snapshot))["snapjury-metadata"]
    assert metadata["confidence"] == correct, "of the status, whichever is likelier"


def test_a_known_answer_is_certain_and_has_no_posterior() -> None:
    snapshot = mark(judged(YES, NO, YES), NO, "gold", NOON)

    written = json.loads(line(ExportFile.MANIFEST, snapshot))

    assert (written["snapjury"], written["snapjury-metadata"]["confidence"]) == (0, 1.0)
    assert written["snapjury-decision"]["posterior"] is None
    assert row_of(snapshot)["posterior_confidence"] == ""


def test_an_incorrect_picture_is_as_sure_as_it_is_unlikely_to_be_correct() -> None:
    snapshot = with_decision(judged(NO, NO, YES), correct=0.1235)

    assert json.loads(line(ExportFile.MANIFEST, snapshot))["snapjury-metadata"]["confidence"] == 0.8765


def test_even_votes_have_no_majority() -> None:
    decided = judged(YES, NO, YES)
    even = replace(decided, votes=decided.votes[:2])

    assert record_of(even)["majority"] is None
    assert row_of(even)["majority"] == ""


def test_a_line_names_the_duplicates_that_were_judged_with_it() -> None:
    first = replace(judged(NO, NO, NO), duplicates=(id_of(2), id_of(3)))

    assert record_of(first)["duplicates"] == [id_of(2), id_of(3)]
    assert row_of(first)["duplicates"] == f"{id_of(2)} {id_of(3)}"


def test_surplus_votes_are_not_exported() -> None:
    decided = judged(YES, YES, YES)
    late = replace(decided.votes[0], qa="zoe")

    assert line(ExportFile.MANIFEST, replace(decided, surplus=(late,))) == line(ExportFile.MANIFEST, decided)


def test_the_manifest_has_no_header() -> None:
    assert header_of(ExportFile.MANIFEST) == b""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1"])
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "0.6", "a=b", "2025-06-15", "'=1"])
def test_harmless_cells_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_cells_are_quoted_by_rfc_4180() -> None:
    content = csv_line(['say "cheese"', "a,b", "two\nlines", "Käse"])

    assert content == '"say ""cheese""","a,b","two\nlines",Käse\r\n'.encode()
    assert cells(content) == [['say "cheese"', "a,b", "two\nlines", "Käse"]]


def test_a_reader_is_a_name_that_only_the_secret_leads_to() -> None:
    reader = reader_of("secret", "kevin")

    assert reader == reader_of("secret", "kevin")
    assert len(reader) == 16
    assert int(reader, 16) >= 0
    assert len({reader, reader_of("secret", "maria"), reader_of("another secret", "kevin")}) == 3
