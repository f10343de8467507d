import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapjury.cli.api import Api
from snapjury.cli.enrolment import accuracies
from snapjury.cli.terminal import UsageError
from snapjury.cli.truth import Truth, read_truth
from tests.api_server import ApiServer
from tests.command_line import lines_of, run
from tests.jury_api import JuryApi

AS_MARIA = {"SNAPJURY_USER": "maria", "SNAPJURY_PASSWORD": "maria's secret"}
QUICK = ("--patience", "0.2", "--json")


@pytest.fixture
def jury() -> JuryApi:
    return JuryApi(30)


@pytest.fixture(autouse=True)
def api(jury: JuryApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    with ApiServer(jury) as server:
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        yield server


def votes_of(jury: JuryApi, qa: str) -> int:
    return sum(qa in each.voters for each in jury.snapshots.snapshots.values())


def test_an_admin_makes_qas_who_decide_everything(jury: JuryApi) -> None:
    (result,) = lines_of(run("simulate", "--qas", "4", *QUICK, env=AS_MARIA))

    assert (result["counted"], result["decided"], result["refused"]) == (90, 30, {})
    assert result["right"] > 25
    assert len(jury.decided()) == 30
    assert sorted(jury.passwords) == ["maria", "sim-01", "sim-02", "sim-03", "sim-04"]
    assert {method for _, method, path in jury.calls if path == "/users"} == {"POST"}


def test_qas_that_a_simulation_made_before_get_new_passwords(jury: JuryApi) -> None:
    jury.passwords["sim-01"] = "of yesterday"

    lines_of(run("simulate", "--qas", "1", "--sessions", "1", *QUICK, env=AS_MARIA))

    assert jury.passwords["sim-01"] != "of yesterday"
    assert votes_of(jury, "sim-01") == 30


def test_people_keep_their_passwords_unless_it_is_allowed_to_reset_them(jury: JuryApi) -> None:
    jury.passwords["kevin"] = "open sesame"
    command = ("simulate", "--accuracy", "kevin=0.97", "--sessions", "1", *QUICK)

    refused = run(*command, env=AS_MARIA)
    kept = jury.passwords["kevin"]
    lines_of(run(*command, "--reset-passwords", env=AS_MARIA))

    assert refused.exit_code == 1
    assert "kevin is a user already: name the password in --signins" in refused.stderr
    assert kept == "open sesame" != jury.passwords["kevin"]
    assert votes_of(jury, "kevin") == 30


def test_qas_who_have_passwords_need_no_admin(jury: JuryApi, tmp_path: Path) -> None:
    jury.passwords |= {"kevin": "open sesame", "zoe": "a,b"}
    (tmp_path / "people.csv").write_text('kevin,open sesame\nzoe,"a,b"\n')

    (result,) = lines_of(run("simulate", "--signins", tmp_path / "people.csv", *QUICK))

    assert (result["counted"], result["decided"]) == (60, 0)
    assert (votes_of(jury, "kevin"), votes_of(jury, "zoe")) == (30, 30)


def test_the_result_is_a_table_for_people() -> None:
    result = run("simulate", "--qas", "3", "--patience", "0", env=AS_MARIA | {"COLUMNS": "80"})

    assert result.exit_code == 0
    assert "seconds per vote" in result.stdout
    assert result.stderr == ""


def test_what_is_left_undecided_is_told() -> None:
    result = run("simulate", "--qas", "2", *QUICK, env=AS_MARIA)

    (counts,) = lines_of(result)
    assert (counts["snapshots"], counts["decided"]) == (30, 0)
    assert "Snapshots that are not decided: 30. Others have them before them" in result.stderr


def test_what_was_decided_by_votes_of_others_too_is_counted(jury: JuryApi) -> None:
    for qa in ("sim-01", "sim-02"):
        run("simulate", "--accuracy", f"{qa}=1", "--reset-passwords", *QUICK, env=AS_MARIA)

    result = run("simulate", "--accuracy", "sim-03=1", *QUICK, env=AS_MARIA)

    (counts,) = lines_of(result)
    assert (counts["counted"], counts["decided"], counts["right"], result.stderr) == (30, 30, 30, "")
    assert len(jury.decided()) == 30


def test_qas_vote_by_what_a_file_says_is_true(jury: JuryApi, tmp_path: Path) -> None:
    rows = [f"shop/{number}.jpg,1,2,{'false' if number < 10 else 'true'}\n" for number in range(30)]
    (tmp_path / "truth.csv").write_text("path,product,shown,correct\n" + "".join(rows))

    result = run(
        *("simulate", "--qas", "3", "--accuracy", "1", "--truth", tmp_path / "truth.csv", *QUICK), env=AS_MARIA
    )

    (counts,) = lines_of(result)
    statuses = {jury.paths[each.id]: each.status for each in jury.decided()}
    wrong = sorted(path for path, status in statuses.items() if status == "incorrect_or_unsure")
    assert counts["right"] == counts["decided"] == 30
    assert wrong == [f"./shop/{number}.jpg" for number in range(10)]
    assert result.stderr == ""


def test_snapshots_that_the_file_does_not_know_are_told(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("path,correct\nshop/1.jpg,yes\n")

    result = run("simulate", "--qas", "1", "--truth", tmp_path / "truth.csv", *QUICK, env=AS_MARIA)

    assert result.exit_code == 0
    assert "truth.csv: 29. Their truth was made up." in result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,product\na.jpg,1\n", "has no column correct"),
        ("path,correct\na.jpg,true\nb.jpg,perhaps\n", "line 3: `correct` is 'perhaps'"),
        ("path,correct\na.jpg,true\nb.jpg\n", "line 3: 1 fields are too few for path, correct"),
        ("path,correct\n,true\n", "line 2: `path` is empty"),
        ('path,correct\na.jpg,true\n"b.jpg,true\nc.jpg,true\n', "line 3: a field in quotes does not end on its line"),
        ("path,correct\na\x82.jpg,true\n", "is no CSV in UTF-8"),
    ],
)
def test_a_truth_that_cannot_be_read_is_explained(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "truth.csv").write_text(text, "latin-1")

    result = run("simulate", "--truth", tmp_path / "truth.csv", env=AS_MARIA)

    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_files_that_begin_with_a_byte_order_mark_are_read_alike(jury: JuryApi, tmp_path: Path) -> None:
    jury.passwords |= {"kevin": "open sesame"}
    (tmp_path / "people.csv").write_text("kevin,open sesame\n", "utf-8-sig")
    (tmp_path / "truth.csv").write_text("path,correct\nshop/1.jpg,no\n", "utf-8-sig")

    people = run("simulate", "--signins", tmp_path / "people.csv", *QUICK)

    assert people.exit_code == 0, people.stderr
    assert votes_of(jury, "kevin") == 30
    assert read_truth(tmp_path / "truth.csv") == {"shop/1.jpg": False, "1.jpg": False}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kevin,open sesame\nzoe\n", "line 2 should have a name and a password, with a comma between"),
        ("kevin,open sesame\n\nzoe,a,b\n", "line 3 should have a name and a password"),
        ("kevin,\n", "line 1 should have a name and a password"),
        ("Name,Password\nkevin,open sesame\n", "line 1 is a header; there should be names and passwords alone"),
        ('kevin,"open sesame\nzoe,a"\n', "line 1: a field in quotes does not end on its line"),
        ("zo\x82,open sesame\n", "is no CSV in UTF-8"),
    ],
)
def test_sign_ins_that_cannot_be_read_are_explained(api: ApiServer, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "people.csv").write_text(text, "latin-1")

    result = run("simulate", "--signins", tmp_path / "people.csv")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path / 'people.csv'}" in result.stderr
    assert words in result.stderr
    assert "sesame" not in result.stderr
    assert api.routes == []


def test_a_picture_is_known_by_its_name_where_only_the_folder_differs(
    jury: JuryApi, api: ApiServer, tmp_path: Path
) -> None:
    (tmp_path / "truth.csv").write_text("path,correct\ndrawn/7.jpg,false\ndrawn/8.jpg,true\nold/8.jpg,false\n")
    admin = Api(api.url)
    admin.sign_in("maria", "maria's secret")
    truth = Truth(read_truth(tmp_path / "truth.csv"), admin)
    seven, eight = (name for name, path in jury.paths.items() if path in ("./shop/7.jpg", "./shop/8.jpg"))

    truth.is_correct(eight)

    assert truth.is_correct(seven) is truth.is_correct(seven) is False
    assert truth.unknown == {eight}  # two pictures have this name
    assert api.routes.count(f"GET /snapshots/{seven}") == 1


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("", 2, {"sim-01": 0.95, "sim-02": 0.95}),
        ("0.8", 1, {"sim-01": 0.8}),
        ("kevin=0.97, ana=0.9", None, {"kevin": 0.97, "ana": 0.9}),
        ("kevin=0.97,0.8", 3, {"kevin": 0.97, "sim-01": 0.8, "sim-02": 0.8}),
    ],
)
def test_qas_are_named_with_their_accuracy_or_made_up(text: str, number: int | None, expected: object) -> None:
    assert accuracies(text, number) == expected


def test_twelve_qas_are_made_up_if_nothing_else_is_said() -> None:
    assert list(accuracies("", None)) == [f"sim-{number:02}" for number in range(1, 13)]


@pytest.mark.parametrize("text", ["1.2", "kevin=good", "-0.1", "nan"])
def test_an_accuracy_that_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="a number from 0 to 1"):
        accuracies(text, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sessions", "many"], "--sessions 'many' should be a number, or until-done"),
        (["--policy", "coin"], "--policy 'coin' is none of: one-vote, three-votes"),
        (["--signins", "/dev/null"], "should have a name and a password in each line"),
    ],
)
def test_what_makes_no_sense_is_explained_in_one_line(arguments: list[str], words: str) -> None:
    result = run("simulate", *arguments, env=AS_MARIA)

    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_all_mishaps_can_be_had_over_http(jury: JuryApi) -> None:
    shares = ("--double-click", "0.2", "--undo", "0.2", "--lost", "0.2")

    result = run("simulate", "--qas", "4", "--two-tabs", *shares, *QUICK, env=AS_MARIA)

    (counts,) = lines_of(result)
    assert min(counts["repeated"], counts["undone"], counts["lost"]) > 0
    assert (counts["disagreements"], counts["shown_again"]) == (0, 0)
    assert [len(each.votes) for each in jury.decided()] == [3] * 30


def test_an_answer_that_contradicts_another_one_fails_the_command(
    jury: JuryApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, turn = jury.answer, iter(range(1000))

    def forgetful(*call: object) -> object:
        answered = honest(*call)  # type: ignore[arg-type]
        return answered | {"remaining": next(turn)} if call[1] == "PUT" else answered

    monkeypatch.setattr(jury, "answer", forgetful)

    result = run("simulate", "--qas", "1", "--sessions", "1", "--double-click", "1", "--json", env=AS_MARIA)

    assert result.exit_code == 1
    assert json.loads(result.stdout)["disagreements"] > 0
    assert "answers that should not be" in result.stderr
