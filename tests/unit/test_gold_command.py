from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_server import HANG_UP, ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run

SIGNED_IN = {"SNAPJURY_TOKEN": "token of maria"}


class Snapshots:
    """The part of the API that knows answers: of `chips` and `salsa`."""

    def __init__(self) -> None:
        self.known: dict[str, str | None] = {"chips": None, "salsa": None}
        self.is_up = True

    def __call__(self, request: Request) -> Reply:
        if not self.is_up:
            return HANG_UP
        if request.headers.get("authorization") != "Bearer token of maria":
            return problem(401, "sign in first")
        snapshot = request.path.split("/")[2]
        if snapshot not in self.known:
            return problem(404, "nothing is stored under this id")
        self.known[snapshot] = request.body["answer"] if request.method == "PUT" else None
        answer = self.known[snapshot]
        return Reply(200, {"id": snapshot, "status": answer or "pending", "known_answer": answer, "votes": []})


@pytest.fixture
def snapshots() -> Snapshots:
    return Snapshots()


@pytest.fixture
def api(snapshots: Snapshots) -> Iterator[ApiServer]:
    with ApiServer(snapshots) as server:
        yield server


def test_an_answer_is_made_known_and_taken_back(api: ApiServer, snapshots: Snapshots) -> None:
    added = run("gold", "add", "chips", "incorrect_or_unsure", "--url", api.url, env=SIGNED_IN)
    known = dict(snapshots.known)
    removed = run("gold", "remove", "chips", "--url", api.url, env=SIGNED_IN)

    marked = {"id": "chips", "status": "incorrect_or_unsure", "known_answer": "incorrect_or_unsure"}
    assert lines_of(added) == [marked]
    assert known == {"chips": "incorrect_or_unsure", "salsa": None}
    assert lines_of(removed) == [{"id": "chips", "status": "pending", "known_answer": None}]
    assert api.routes == ["PUT /snapshots/chips/answer", "DELETE /snapshots/chips/answer"]


def test_an_answer_is_one_of_the_two_verdicts(api: ApiServer) -> None:
    result = run("gold", "add", "chips", "yes", "--url", api.url, env=SIGNED_IN)

    assert result.exit_code == 2
    assert "incorrect_or_unsure" in result.stderr
    assert api.routes == []


def test_what_is_refused_fails_with_one_line(api: ApiServer) -> None:
    result = run("gold", "remove", "nachos/../chips", "--url", api.url, env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("snapjury gold remove: nothing is stored under this id")
    assert len(result.stderr.splitlines()) == 1


def test_a_file_of_answers_is_imported_and_refused_rows_say_why(
    api: ApiServer, snapshots: Snapshots, tmp_path: Path
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("answer,snapshot,note\ncorrect,chips,a\nincorrect_or_unsure,nachos,b\ncorrect,salsa,c\n")

    result = run("gold", "import", file, "--url", api.url, env=SIGNED_IN)

    assert result.exit_code == 1
    assert snapshots.known == {"chips": "correct", "salsa": "correct"}
    assert [line.split('"')[3] for line in result.stdout.splitlines()] == ["chips", "nachos", "salsa"]
    assert "nothing is stored under this id" in result.stdout.splitlines()[1]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("snapshot\nchips\n", "has no column answer"),
        ("", "has no column snapshot and answer"),
        ("snapshot,answer\nchips,correct\nsalsa,yes\n", "line 3: `answer` is 'yes'; it should be correct or"),
        ("snapshot,answer\nchips\n", "line 2: 1 fields are too few for snapshot, answer"),
        ("snapshot,answer\nchips, \n", "line 2: `answer` is ''"),
        ('snapshot,answer\n"chips,correct\nsalsa,correct\n', "line 2: a field in quotes does not end on its line"),
        (
            "snapshot,answer\nchips,correct\nsalsa,correct\n chips,incorrect_or_unsure\n",
            "lines 2 and 4: chips is correct and incorrect_or_unsure; it must have one answer",
        ),
        ("snapshot,answer\n ,correct\n", "line 2: `snapshot` is empty"),
        ("snapshot,answer\n\x1b\x82,correct\n", "is no CSV in UTF-8"),
    ],
)
def test_of_a_file_that_cannot_be_read_nothing_is_imported(
    api: ApiServer, tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(content, "latin-1")

    result = run("gold", "import", file, "--url", api.url, env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr
    assert api.routes == []


def test_an_answer_that_a_file_gives_twice_is_one_answer(api: ApiServer, snapshots: Snapshots, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("snapshot,answer\nchips,correct\nchips,correct\n")

    assert len(lines_of(run("gold", "import", file, "--url", api.url, env=SIGNED_IN))) == 2
    assert snapshots.known["chips"] == "correct"


def test_an_import_ends_where_the_api_does_not_answer(
    api: ApiServer, snapshots: Snapshots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapjury.cli.api.FIRST_PAUSE", 0)
    file = tmp_path / "answers.csv"
    file.write_text("snapshot,answer\nchips,correct\nsalsa,correct\n")
    snapshots.is_up = False

    result = run("gold", "import", file, "--url", api.url, env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "does not answer" in result.stderr
    assert set(api.routes) == {"PUT /snapshots/chips/answer"}
