import csv
import json
from pathlib import Path

import pytest

from tests.command_line import run
from tests.crowds import session_votes


def write_votes(folder: Path, *lines: str) -> Path:
    file = folder / "votes.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_the_command_writes_labels_and_workers(tmp_path: Path) -> None:
    rows = (f"{task},{worker},{label}" for task, worker, label in session_votes())
    file = write_votes(tmp_path, "task,worker,label", *rows)

    result = run("score", file, "--output", tmp_path / "scores")

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["votes"] == 300
    labels = list(csv.DictReader((tmp_path / "scores" / "labels.csv").open()))
    workers = list(csv.DictReader((tmp_path / "scores" / "workers.csv").open()))
    assert len(labels) == 100
    assert set(labels[0]) == {"task", "label", "confidence"}
    assert [(row["worker"], row["votes"]) for row in workers] == [("ada", "100"), ("ben", "100"), ("cy", "100")]
    assert (workers[0]["rank"], workers[0]["copied"]) == ("1", "0")


def test_the_command_takes_columns_in_any_order_and_passes_over_others(tmp_path: Path) -> None:
    file = write_votes(tmp_path, "worker,ord,label,task", "ada,1,0,chips", "ben,2,1,cola")

    assert run("score", file, "--output", tmp_path).exit_code == 0
    assert [row["task"] for row in csv.DictReader((tmp_path / "labels.csv").open())] == ["chips", "cola"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("task,who,label", "a,b,1"), "no column worker"),
        (("task,worker,label", "a,b,1", "a,c,yes"), "line 3: the label is 'yes'; it must be 0 or 1"),
        (("task,worker,label", "a,b"), "line 2: 2 fields are too few"),
        (("task,worker,label", ",b,1"), "line 2: the task is empty"),
        (("task,worker,label", "a,,1"), "line 2: the worker is empty"),
    ],
)
def test_the_command_says_where_a_file_is_wrong_and_writes_nothing(
    tmp_path: Path, lines: tuple[str, ...], message: str
) -> None:
    result = run("score", write_votes(tmp_path, *lines), "--output", tmp_path / "scores")

    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "scores").exists()


def test_the_command_says_so_if_there_is_no_such_file(tmp_path: Path) -> None:
    result = run("score", tmp_path / "none.csv")

    assert result.exit_code == 1
    assert "none.csv" in result.stderr


def write_known(folder: Path, *lines: str) -> Path:
    file = folder / "known.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_known_answers_are_kept_whatever_the_votes_say(tmp_path: Path) -> None:
    votes = write_votes(tmp_path, "task,worker,label", "chips,ada,1", "chips,ben,1", "cola,ada,1", "cola,ben,1")
    known = write_known(tmp_path, "task,label", "chips,0", "nobody voted on this,1")

    result = run("score", votes, "--known", known, "--output", tmp_path)

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["known"] == 1
    labels = {row["task"]: row for row in csv.DictReader((tmp_path / "labels.csv").open())}
    assert (labels["chips"]["label"], float(labels["chips"]["confidence"])) == ("0", 1.0)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("task,answer", "chips,1"), "no column label"),
        (("task,label", "chips,2"), "line 2: the label is '2'; it must be 0 or 1"),
        (("task,label", "chips,1", "chips,0"), "line 3: the task 'chips' is 0 and 1; it must have one answer"),
    ],
)
def test_the_command_says_where_known_answers_are_wrong(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    votes = write_votes(tmp_path, "task,worker,label", "chips,ada,1")

    result = run("score", votes, "--known", write_known(tmp_path, *lines), "--output", tmp_path / "scores")

    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "scores").exists()
