import json
import os
from pathlib import Path

import pytest
from PIL import Image

from snapjury.cli.plot import COLOURS, Point, draw_points, plot_of, scale_of
from snapjury.rules.comparison import ENTRIES
from tests.command_line import run
from tests.crowds import crowd

NAMES = [entry.name for entry in ENTRIES]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Votes of twenty workers on forty tasks, five each, and the truth."""
    votes, truth, _ = crowd(seed=2, tasks=40)
    rows = zip(votes.task, votes.worker, votes.label, strict=True)
    cast = tmp_path / "votes.csv"
    cast.write_text("task,worker,label\n" + "".join(f"{task},w{worker},{label}\n" for task, worker, label in rows))
    known = tmp_path / "truth.csv"
    known.write_text("task,label\n" + "".join(f"{task},{label}\n" for task, label in enumerate(truth)))
    return cast, known


def test_policies_are_compared_by_the_truth(files: tuple[Path, Path]) -> None:
    votes, truth = files

    result = run("policies", "compare", votes, "--truth", truth, "--orders", "2", "--json")

    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["tasks"], told["votes"], told["orders"]) == (40, 200, 2)
    assert told["measured_by"] == {"kind": "truth", "tasks": 40}
    assert list(told["policies"]) == NAMES
    early = told["policies"]["stop-when-decided"]
    assert early["identical"] == {"mean": 100.0, "error": 0.0}
    assert early["votes"]["mean"] + early["saved"]["mean"] == pytest.approx(3)
    assert early["accuracy"] == told["policies"]["three-votes"]["accuracy"]
    assert early["f1"] == told["policies"]["three-votes"]["f1"]


def test_without_a_truth_the_audit_measures(files: tuple[Path, Path]) -> None:
    result = run("policies", "compare", files[0], "--orders", "1", "--audit-share", "50", "--json")

    told = json.loads(result.stdout)
    assert told["measured_by"]["kind"] == "audit"
    assert 10 < told["measured_by"]["tasks"] < 30
    assert told["policies"]["confidence"]["accuracy"]["mean"] > 60


def test_votes_that_a_file_does_not_have_are_not_called_saved(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("task,worker,label\nchips,ada,1\nchips,ada,1\ncola,ada,1\ncola,ben,1\ncola,cy,1\n")

    result = run("policies", "compare", file, "--orders", "1")
    told = json.loads(run("policies", "compare", file, "--orders", "1", "--json").stdout)

    assert told["policies"]["three-votes"]["votes"]["mean"] == 2
    assert told["policies"]["three-votes"]["saved"]["mean"] == 0
    assert told["policies"]["stop-when-decided"]["saved"]["mean"] == 0.5
    assert (told["replaced"], told["tasks_with_fewer_votes_than"]) == (1, {"3": 1, "5": 2})
    assert "1 of them have fewer than 3 votes, and are decided by those there are" in result.stdout
    assert "the audit of 2 tasks: how often labels agree with most of all votes, right or wrong" in result.stdout
    assert "on the same task replaced: 1 of 5" in result.stderr


def test_where_nothing_is_known_the_votes_are_still_counted(files: tuple[Path, Path]) -> None:
    result = run("policies", "compare", files[0], "--orders", "1", "--audit-share", "0")

    assert result.exit_code == 0, result.stderr
    assert "three-votes" in result.stdout
    assert "accuracy as decided" not in result.stdout


def test_the_same_seed_gives_the_same_figures(files: tuple[Path, Path]) -> None:
    first, again, other = (
        run("policies", "compare", files[0], "--orders", "1", "--seed", seed, "--json").stdout
        for seed in ("1", "1", "2")
    )

    assert first == again != other


def test_a_table_and_a_plot_are_printed_and_drawn(files: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "plot.png"

    result = run("policies", "compare", *files[:1], "--truth", files[1], "--orders", "2", "--plot", picture)

    assert result.exit_code == 0, result.stderr
    assert all(name in result.stdout for name in NAMES)
    assert f"A {NAMES[0]}\n" in result.stdout
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert len(image.getcolors(1 << 20) or ()) > 10


@pytest.mark.parametrize(
    ("votes", "truth", "message"),
    [
        ("task,worker,label\n", None, "there are no votes"),
        ("task,who,label\na,b,1\n", None, "no column worker"),
        ("task,worker,label\na,b,2\n", None, "line 2: the label is '2'; it must be 0 or 1"),
        ("task,worker,label\na,b,1\n", "task,answer\na,1\n", "no column label"),
        ("task,worker,label\na,b,1\n", "task,label\nz,1\n", "none of its tasks is in"),
        ('task,worker,label\n"a,b,1\n"c,b,1\n', None, "votes.csv, line 2: a field in quotes does not end on its line"),
        ("task,worker,label\na,b,1\n", 'task,label\n"a,1\nb",1\n', "truth.csv, line 2: a field in quotes does not"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_file(
    tmp_path: Path, votes: str, truth: str | None, message: str
) -> None:
    cast, known, picture = tmp_path / "votes.csv", tmp_path / "truth.csv", tmp_path / "plot.png"
    cast.write_text(votes)
    if truth:
        known.write_text(truth)

    result = run("policies", "compare", cast, "--plot", picture, *(["--truth", known] if truth else []))

    assert result.exit_code == 1
    assert message in result.stderr
    assert not picture.exists()


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed."""

    def compute(*_: object) -> None:
        raise AssertionError("nothing should be computed")

    monkeypatch.setattr("snapjury.rules.comparison.compare", compute)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plot.jpg", "its name must end with .png"),
        ("plot", "its name must end with .png"),
        ("nodir/plot.png", "nodir, which is not there; make it first"),
        ("folder.png", "folder.png cannot be written"),
        ("link.png", "link.png is the input"),
    ],
)
def test_a_plot_that_cannot_be_is_refused_before_anything_is_computed(
    files: tuple[Path, Path], tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "link.png").symlink_to(files[1])

    result = run("policies", "compare", files[0], "--truth", files[1], "--plot", tmp_path / name)

    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.usefixtures("idle")
def test_a_plot_needs_the_right_to_write(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapjury.cli.plot.os.access", lambda _, mode: mode != os.W_OK)

    result = run("policies", "compare", files[0], "--plot", tmp_path / "plot.png")

    assert result.exit_code == 1
    assert "plot.png cannot be written" in result.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_plot_that_fails_costs_no_result(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    def fill(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("snapjury.cli.plot.draw_plot", fill)

    result = run("policies", "compare", files[0], "--orders", "1", "--plot", tmp_path / "plot.png", *options)

    assert result.exit_code == 1
    assert all(name in result.stdout for name in NAMES)
    assert result.stderr == "snapjury policies compare: the disk is full\n"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("policies", "compare", tmp_path / "none.csv")

    assert result.exit_code == 1
    assert "none.csv" in result.stderr


def test_every_point_of_the_plot_can_be_told_apart() -> None:
    text = plot_of([Point("slow", 3.0, 90.0), Point("quick", 2.0, 80.0), Point("quick too", 2.0, 80.0)])

    grid = [line.partition("|")[2] for line in text.splitlines() if "|" in line]
    assert [sum(letter in line for line in grid) for letter in "ABC"] == [1, 1, 1]
    above, below = (next(row for row, line in enumerate(grid) if letter in line) for letter in "AB")
    assert above < below
    assert "C quick too" in text


def test_a_picture_shows_more_points_than_there_are_colours(tmp_path: Path) -> None:
    points = [Point(f"policy {number}", float(number), 80.0) for number in range(len(COLOURS) + 1)]

    draw_points(points, tmp_path / "all.png")
    draw_points(points[:-1], tmp_path / "but-one.png")

    with Image.open(tmp_path / "all.png") as every, Image.open(tmp_path / "but-one.png") as fewer:
        legend = (every.width - 300, 0, every.width, every.height)
        assert every.crop(legend).tobytes() != fewer.crop(legend).tobytes()


def test_a_scale_holds_all_values_even_if_they_are_all_the_same() -> None:
    for values in ([2.0], [93.21, 93.29], [50.0, 100.0], [1.0, 3.04]):
        scale = scale_of(values)
        assert scale.low <= min(values) <= max(values) < scale.high
        assert len(list(scale.lines())) <= 8


def test_a_plot_of_one_point_is_drawn(tmp_path: Path) -> None:
    draw_points([Point("only", 2.0, 80.0)], tmp_path / "plot.png")

    with Image.open(tmp_path / "plot.png") as image:
        assert image.size[0] > image.size[1]
