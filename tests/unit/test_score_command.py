import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapjury.cli.votes import read_votes
from snapjury.rules.export_job import ExportFile
from snapjury.services.export_rows import line_of
from tests.command_line import run
from tests.crowds import session_votes
from tests.jury import NO, YES, judged
from tests.unit.test_export_rows import NAMES


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
    assert result.stderr == ""


def test_workers_csv_says_who_is_ranked(tmp_path: Path) -> None:
    rows = [f"{task},{worker},{label}" for task, worker, label in session_votes()]
    habit = [f"snapshot {number:03},dan,1" for number in range(100)]
    file = write_votes(tmp_path, "task,worker,label", *rows, *habit)

    run("score", file, "--output", tmp_path)

    with (tmp_path / "workers.csv").open() as lines:
        table = csv.DictReader(lines)
        told = {row["worker"]: (row["rank"], row["ranked"]) for row in table}
    assert (table.fieldnames or [])[-1] == "ranked"
    assert told == {"ada": ("1", "true"), "ben": ("2", "true"), "cy": ("3", "false"), "dan": ("3", "false")}


def test_the_command_takes_columns_in_any_order_and_passes_over_others(tmp_path: Path) -> None:
    file = write_votes(tmp_path, "worker,ord,label,task", "ada,1,0,chips", "ben,2,1,cola")

    assert run("score", file, "--output", tmp_path).exit_code == 0
    assert [row["task"] for row in csv.DictReader((tmp_path / "labels.csv").open())] == ["chips", "cola"]


def test_the_command_takes_what_an_export_tells_of_the_votes(tmp_path: Path) -> None:
    answers = [(YES, NO, YES), (NO, NO, NO)]
    exported = [judged(*verdicts, number=number) for number, verdicts in enumerate(answers)]
    manifest = b"".join(line_of(ExportFile.MANIFEST, each, each.decision, NAMES) for each in exported if each.decision)
    (tmp_path / "week-27.manifest").write_bytes(manifest)

    assert list(read_votes(tmp_path / "week-27.manifest")) == [
        (snapshot.id, f"reader of {qa}", int(verdict is YES))
        for snapshot, verdicts in zip(exported, answers, strict=True)
        for qa, verdict in zip(("kevin", "maria", "ahmed"), verdicts, strict=True)
    ]
    assert run("score", tmp_path / "week-27.manifest", "--output", tmp_path).exit_code == 0


@pytest.mark.parametrize("line", ['{"snapjury-decision": {"snapshot": "chips"}}', '{"task": "chips"}', '{"snap'])
def test_the_command_says_which_line_is_none_of_an_export(tmp_path: Path, line: str) -> None:
    result = run("score", write_votes(tmp_path, line), "--output", tmp_path / "scores")

    assert result.exit_code == 1
    assert "votes.csv, line 1 is no line of an export's manifest: " in result.stderr
    assert not (tmp_path / "scores").exists()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("task,who,label", "a,b,1"), "no column worker"),
        (("task,worker,label", "a,b,1", "a,c,yes"), "line 3: the label is 'yes'; it must be 0 or 1"),
        (("task,worker,label", "a,b"), "line 2: 2 fields are too few"),
        (("task,worker,label", ",b,1"), "line 2: the task is empty"),
        (("task,worker,label", "a,,1"), "line 2: the worker is empty"),
        (("task,worker,label",), "there are no votes, and so nothing to score"),
        (("",), "is empty: it has no column task and worker and label"),
        (("task,worker,label", '"a"b,c,1'), "line 2 is no row of CSV"),
        (("task,worker,label", "a,b,1", 'a,c,"1'), "line 3 is no row of CSV: unexpected end of data"),
    ],
)
def test_the_command_says_where_a_file_is_wrong_and_writes_nothing(
    tmp_path: Path, lines: tuple[str, ...], message: str
) -> None:
    result = run("score", write_votes(tmp_path, *lines), "--output", tmp_path / "scores")

    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "scores").exists()


LOST_QUOTES = {
    "before two tasks": {11: '"t11,w,1', 501: '"t501,w,1'},
    "around all that is between": {11: '"t11,w,1', 501: 't501",w,1'},
    "once, with little after it": {11: '"t11,w,1'},
    "in a column that is passed over": {11: 't11,w,1,"see', 501: 't501,w,1,17"'},
}


@pytest.mark.parametrize("lines", LOST_QUOTES.values(), ids=LOST_QUOTES)
@pytest.mark.parametrize("last", [600, 20_000])
def test_a_lost_quote_swallows_no_votes(tmp_path: Path, lines: dict[int, str], last: int) -> None:
    rows = (lines.get(number, f"t{number},w,1") for number in range(2, last))
    file = write_votes(tmp_path, "task,worker,label", *rows)

    result = run("score", file, "--output", tmp_path / "scores")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "votes.csv, line 11: a field in quotes does not end on its line" in result.stderr
    assert not (tmp_path / "scores").exists()


def test_quotes_that_come_in_pairs_are_no_harm(tmp_path: Path) -> None:
    file = write_votes(tmp_path, "task,worker,label", '"chips, ""hot""",ada,1', 'chips 7",ada,"0"', "", '"x",ben,1')

    assert run("score", file, "--output", tmp_path).exit_code == 0
    with (tmp_path / "labels.csv").open() as lines:
        assert [row["task"] for row in csv.DictReader(lines)] == ['chips 7"', 'chips, "hot"', "x"]


VOTES = "task,worker,label\nchips,zoé,1\n"
ENCODED = {"Latin-1": VOTES.encode("latin-1"), "UTF-16": VOTES.encode("utf-16"), "gzip": gzip.compress(VOTES.encode())}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_a_file_in_another_encoding_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "votes.csv").write_bytes(content)

    result = run("score", tmp_path / "votes.csv", "--output", tmp_path / "scores")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path / 'votes.csv'} is no CSV in UTF-8, which it must be" in result.stderr


@pytest.mark.parametrize(("votes", "known"), [("workers.csv", "known.csv"), ("votes.csv", "labels.csv")])
@pytest.mark.parametrize("how", ["here", "by a link", "spelled differently"])
def test_the_command_never_writes_over_what_it_reads(tmp_path: Path, votes: str, known: str, how: str) -> None:
    (tmp_path / votes).write_text("task,worker,label\nchips,ada,1\nchips,ben,1\n")
    (tmp_path / known).write_text("task,label\nchips,1\n")
    before = {file: file.read_text() for file in tmp_path.iterdir()}
    output = {"here": tmp_path, "by a link": tmp_path / "link", "spelled differently": tmp_path / "sub" / ".."}[how]
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(tmp_path)

    result = run("score", tmp_path / votes, "--known", tmp_path / known, "--output", output)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "which would be lost; write somewhere else" in result.stderr
    assert {file: file.read_text() for file in tmp_path.iterdir() if file.is_file()} == before


def test_a_link_from_the_output_to_the_input_is_noticed(tmp_path: Path) -> None:
    file = write_votes(tmp_path, "task,worker,label", "chips,ada,1")
    (tmp_path / "labels.csv").symlink_to(file)

    assert run("score", file, "--output", tmp_path).exit_code == 1
    assert file.read_text() == "task,worker,label\nchips,ada,1\n"


def test_what_was_written_before_is_written_again(tmp_path: Path) -> None:
    file = write_votes(tmp_path, "task,worker,label", "chips,ada,1", "chips,ben,1")

    assert [run("score", file, "--output", tmp_path).exit_code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("name", ["labels.csv", "workers.csv"])
def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path, name: str) -> None:
    file = write_votes(tmp_path, "task,worker,label", "chips,ada,1", "chips,ben,1")
    (tmp_path / name).write_text("task,label\nchips,0\n")

    result = run("score", file, "--output", tmp_path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{name} is there already, and begins with 'task,label': it would be lost" in result.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"votes.csv", name}
    assert (tmp_path / name).read_text() == "task,label\nchips,0\n"


def test_a_blank_first_line_makes_no_file_ours(tmp_path: Path) -> None:
    file = write_votes(tmp_path, "task,worker,label", "chips,ada,1", "chips,ben,1")
    (tmp_path / "labels.csv").write_text("\nprecious\n")

    assert run("score", file, "--output", tmp_path).exit_code == 1
    assert (tmp_path / "labels.csv").read_text() == "\nprecious\n"


def test_no_other_file_is_touched_on_the_way(tmp_path: Path) -> None:
    votes = tmp_path / "labels.csv.part"
    votes.write_text("task,worker,label\nchips,ada,1\nchips,ben,1\n")
    (tmp_path / "workers.csv.part").write_text("precious\n")
    (tmp_path / "labels.csv").touch()

    assert run("score", votes, "--output", tmp_path).exit_code == 0
    assert votes.read_text().startswith("task,worker,label")
    assert (tmp_path / "workers.csv.part").read_text() == "precious\n"
    assert {each.name for each in tmp_path.iterdir()} == {
        "labels.csv",
        "workers.csv",
        "labels.csv.part",
        "workers.csv.part",
    }


def test_where_one_file_cannot_be_put_there_nothing_is_left_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_votes(tmp_path, "task,worker,label", "chips,ada,1", "chips,ben,1")

    def broken(*_: object) -> Iterator[tuple[str]]:
        yield ("ada",)
        raise OSError("no space left")

    monkeypatch.setattr("snapjury.cli.score.worker_rows", broken)

    result = run("score", file, "--output", tmp_path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "no space left" in result.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"votes.csv"}


def test_votes_that_later_ones_replaced_are_told(tmp_path: Path) -> None:
    rows = [f"chips {task},anonymous,{label}" for task in range(4) for label in (0, 1, 1)]
    file = write_votes(tmp_path, "task,worker,label", *rows)

    result = run("score", file, "--output", tmp_path)

    told = json.loads(result.stdout)
    assert (told["votes"], told["replaced"]) == (4, 8)
    assert "on the same task replaced: 8 of 12. If they are not of one worker, the column worker" in result.stderr
    assert "Tasks with only one vote: 4 of 4" in result.stderr


def test_tasks_with_only_one_vote_are_told(tmp_path: Path) -> None:
    rows = ("chips,ada,1", "chips,ben,1", "cola,ada,1", "nuts,ada,1", "salsa,ben,0")
    file = write_votes(tmp_path, "task,worker,label", *rows)
    known = write_known(tmp_path, "task,label", "salsa,0")

    result = run("score", file, "--known", known, "--output", tmp_path)

    assert result.exit_code == 0
    assert result.stderr.startswith("Tasks with only one vote: 2 of 4. Nothing checks that vote")


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
        (("task,label", "cola,1"), "known.csv: none of its tasks is in"),
        (("task,label",), "known.csv: none of its tasks is in"),
        (("task,label", "chips,1", "chips,0"), "line 3: the task 'chips' is 0 and 1; it must have one answer"),
    ],
)
def test_the_command_says_where_known_answers_are_wrong(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    votes = write_votes(tmp_path, "task,worker,label", "chips,ada,1")

    result = run("score", votes, "--known", write_known(tmp_path, *lines), "--output", tmp_path / "scores")

    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "scores").exists()
