import csv
import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapjury.rules.beta import digamma, log_gamma, quantile, share_below
from snapjury.rules.scoring import Scores, score, votes_of
from snapjury.rules.vote_model import STILL, SUBTYPES, Beliefs, Votes, fit, leaving_out, normalised
from tests.command_line import run

CLOSE = 1e-6


def crowd(
    seed: int, tasks: int = 300, per_task: int = 5, workers: int = 20, share_of_ones: float = 0.4
) -> tuple[Votes, np.ndarray, np.ndarray]:
    """Votes, the truth, and the workers' true balanced accuracy; the workers' skills go from poor to good."""
    chance = np.random.default_rng(seed)
    truth = (chance.random(tasks) < share_of_ones).astype(np.int8)
    right = np.stack([np.linspace(0.5, 0.95, workers), np.linspace(0.6, 0.9, workers)])
    worker = np.concatenate([chance.permutation(workers)[:per_task] for _ in range(tasks)])
    task = np.repeat(np.arange(tasks), per_task)
    is_right = chance.random(len(task)) < right[truth[task], worker]
    label = np.where(is_right, truth[task], 1 - truth[task]).astype(np.int8)
    return Votes(task, worker, label, tasks, workers), truth, right.mean(axis=0)


def with_one_more(votes: Votes, task: np.ndarray, label: np.ndarray) -> Votes:
    """The same votes, and those of a further worker, the last."""
    return replace(
        votes,
        task=np.concatenate([votes.task, task]),
        worker=np.concatenate([votes.worker, np.full(len(task), votes.workers)]),
        label=np.concatenate([votes.label, label.astype(np.int8)]),
        workers=votes.workers + 1,
    )


def majority_of(votes: Votes) -> np.ndarray:
    return np.bincount(votes.task, votes.label - 0.5, votes.tasks) > 0


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    ranks = np.array([np.argsort(np.argsort(values)) for values in (first, second)], float)
    return float(np.corrcoef(ranks)[0, 1])


def assert_alike(first: Scores, second: Scores) -> None:
    for name in ("posterior", "balanced", "lower"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), atol=CLOSE)
    assert list(first.rank) == list(second.rank)


@pytest.mark.parametrize("share_of_ones", [0.05, 0.2, 0.5])
def test_skilled_votes_weigh_more_than_many_so_labels_beat_the_majority(share_of_ones: float) -> None:
    votes, truth, _ = crowd(1, tasks=1000, share_of_ones=share_of_ones)

    scores = score(votes)

    assert (scores.label == truth).mean() > (majority_of(votes) == truth).mean()


def test_workers_rank_by_how_good_they_are() -> None:
    votes, _, true = crowd(2, tasks=1000)

    assert spearman(score(votes).balanced, true) > 0.85


def test_a_mistake_that_most_share_does_not_make_the_few_who_see_it_look_bad() -> None:
    """A fifth of the tasks mislead all but the skilled third of the crowd."""
    chance = np.random.default_rng(3)
    tasks, workers = 400, 18
    truth, misleads = chance.random(tasks) < 0.4, chance.random(tasks) < 0.2
    task, worker = (part.ravel() for part in np.indices((tasks, workers)))
    right = np.where(misleads[task] & (worker >= 6), 0.4, 0.85)
    label = np.where(chance.random(len(task)) < right, truth[task], ~truth[task]).astype(np.int8)

    scores = score(Votes(task, worker, label, tasks, workers))

    assert (scores.label == truth).mean() > 0.95
    assert set(np.argsort(-scores.balanced)[:6]) == set(range(6))


def test_a_hundred_workers_with_a_few_votes_each_are_no_worse_than_the_majority() -> None:
    votes, truth, _ = crowd(4, tasks=200, per_task=3, workers=100)

    assert (score(votes).label == truth).mean() >= (majority_of(votes) == truth).mean()


@pytest.mark.parametrize("kind", ["yes", "no", "coin"])
@pytest.mark.parametrize("seed", range(3))
def test_who_does_not_look_has_no_rank_of_their_own(kind: str, seed: int) -> None:
    votes, _, _ = crowd(seed, tasks=500, share_of_ones=0.1)
    chance = np.random.default_rng(100 + seed)
    task = chance.permutation(votes.tasks)[:200]
    said = {"yes": np.ones(200), "no": np.zeros(200), "coin": chance.integers(0, 2, 200)}[kind]

    scores = score(with_one_more(votes, task, said))

    assert not scores.is_ranked[-1]
    assert scores.rank[-1] == scores.rank.max()


def test_two_with_the_same_mistakes_are_not_ranked_and_nobody_else_is_suspected() -> None:
    votes, _, _ = crowd(5, tasks=500)
    copied = votes.worker == 10

    scores = score(with_one_more(votes, votes.task[copied], votes.label[copied]))

    assert list(np.flatnonzero(scores.is_copy)) == [10, 20]
    assert not scores.is_ranked[[10, 20]].any()


@pytest.mark.parametrize("seed", range(5))
def test_workers_who_agree_because_they_are_right_are_no_copies(seed: int) -> None:
    chance = np.random.default_rng(seed)
    task, worker = (part.ravel() for part in np.indices((200, 8)))
    label = ((task % 3 == 0) ^ (chance.random(len(task)) < 0.03)).astype(np.int8)

    assert not score(Votes(task, worker, label, 200, 8)).is_copy.any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_calling_yes_no_and_no_yes_mirrors_everything(seed: int) -> None:
    votes, _, _ = crowd(seed, tasks=60, per_task=3, workers=8)

    scores, mirrored = score(votes), score(replace(votes, label=1 - votes.label))

    np.testing.assert_allclose(mirrored.posterior, 1 - scores.posterior, atol=CLOSE)
    np.testing.assert_allclose(mirrored.on_correct.mean, scores.on_incorrect.mean, atol=CLOSE)
    np.testing.assert_allclose(mirrored.balanced, scores.balanced, atol=CLOSE)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_votes_tasks_and_workers_makes_no_difference(seed: int) -> None:
    votes, _, _ = crowd(seed, tasks=60, per_task=3, workers=8)
    chance = np.random.default_rng(seed)
    order, tasks, workers = (chance.permutation(size) for size in (len(votes), votes.tasks, votes.workers))

    scores = score(votes)
    shuffled = score(Votes(tasks[votes.task][order], workers[votes.worker][order], votes.label[order], 60, 8))

    np.testing.assert_allclose(shuffled.posterior[tasks], scores.posterior, atol=CLOSE)
    np.testing.assert_allclose(shuffled.balanced[workers], scores.balanced, atol=CLOSE)


def test_the_same_votes_give_the_same_scores_to_the_last_bit() -> None:
    votes, _, _ = crowd(6)

    first, second = score(votes), score(votes)

    assert first.posterior.tobytes() == second.posterior.tobytes()
    assert first.balanced.tobytes() == second.balanced.tobytes()


def test_no_votes_give_no_scores() -> None:
    votes, tasks, workers = votes_of([])

    scores = score(votes)

    assert (tasks, workers, len(scores.posterior), len(scores.rank)) == ([], [], 0, 0)


def test_a_single_worker_proves_nothing_about_themselves() -> None:
    votes, _, _ = votes_of((f"task {n:02}", "ada", int(n % 3 == 0)) for n in range(60))

    scores = score(votes)

    assert scores.balanced[0] == pytest.approx(0.5, abs=0.05)
    assert not scores.is_ranked[0]


def test_all_agree_so_all_are_sure_and_alike() -> None:
    votes, _, _ = votes_of((f"task {n:02}", who, n % 2) for n in range(60) for who in ("ada", "ben", "cy"))

    scores = score(votes)

    assert [int(label) for label in scores.label] == [n % 2 for n in range(60)]
    assert scores.confidence.min() > 0.95
    assert list(scores.rank) == [1, 1, 1]
    assert scores.is_ranked.all()


def test_a_later_vote_on_the_same_task_replaces_the_earlier_one() -> None:
    votes, tasks, workers = votes_of([("chips", "ada", 0), ("cola", "ada", 1), ("chips", "ada", 1)])

    assert (tasks, workers) == (["chips", "cola"], ["ada"])
    assert list(votes.label) == [1, 1]


def test_a_fit_is_where_its_own_equations_hold() -> None:
    """The posterior by enumeration of the classes, from the skills that the fit's own counts imply."""
    votes, _, _ = votes_of(
        [("a", "u", 1), ("a", "v", 1), ("b", "u", 0), ("b", "v", 1), ("c", "u", 0), ("c", "v", 0), ("d", "v", 0)]
    )
    share = fit(votes, 1).posterior

    expected = np.zeros(4)
    for task in range(4):
        weights = [np.log(1.0), np.log(1.0)]
        for kind, prior in ((0, (1, 4)), (1, (4, 1))):
            of_kind = share if kind else 1 - share
            weights[kind] = float(digamma(np.array([1 + of_kind.sum()]))[0])
            for cast in np.flatnonzero(votes.task == task):
                mine = votes.worker == votes.worker[cast]
                yes = prior[0] + (of_kind[votes.task] * (votes.label == 1))[mine].sum()
                no = prior[1] + (of_kind[votes.task] * (votes.label == 0))[mine].sum()
                said = yes if votes.label[cast] else no
                weights[kind] += float(digamma(np.array([said]))[0] - digamma(np.array([yes + no]))[0])
        expected[task] = np.exp(weights[1]) / np.exp(weights).sum()

    np.testing.assert_allclose(share, expected, atol=2 * STILL)


def test_a_left_out_vote_is_predicted_as_by_hand() -> None:
    """One task, surely of class 1, one worker with a Beta(4 + 1, 1) yes rate: without the vote it is Beta(4, 1)."""
    votes, _, _ = votes_of([("a", "u", 1)])
    beliefs = Beliefs(np.array([[0.0], [1.0]]), yes=np.array([[1.0], [5.0]]), no=np.array([[4.0], [1.0]]))

    ((log_probability,), (by_others,)) = next(leaving_out(beliefs, votes))

    assert np.exp(log_probability) == pytest.approx(0.8)
    assert by_others == pytest.approx(1.0)


def test_every_number_of_subtypes_gives_probabilities() -> None:
    votes, _, _ = crowd(7)

    for subtypes in SUBTYPES:
        found = fit(votes, subtypes)
        assert np.all((found.posterior >= 0) & (found.posterior <= 1))
        assert np.all(found.held_out < 0)


def test_log_weights_far_from_zero_are_normalised_without_overflow() -> None:
    np.testing.assert_allclose(normalised(np.array([[-5000.0], [-5000.0]])), [[0.5], [0.5]])


def test_special_functions_are_right_where_they_are_known() -> None:
    euler = 0.5772156649015329

    np.testing.assert_allclose(digamma(np.array([1.0, 0.5, 2.0])), [-euler, -euler - 2 * np.log(2), 1 - euler])
    np.testing.assert_allclose(log_gamma(np.array([0.5, 5.0])), [np.log(np.pi) / 2, np.log(24)])
    np.testing.assert_allclose(share_below(np.array([0.3]), np.array([1.0]), np.array([3.0])), [1 - 0.7**3])
    np.testing.assert_allclose(quantile(0.25, [1.0, 0.5], [1.0, 0.5]), [0.25, np.sin(np.pi / 8) ** 2], atol=1e-9)


# The worked example of docs/ranking.md: three QAs judge the same hundred snapshots, 20 of them incorrect.
# ada misses 2 of the incorrect and refuses 4 of the correct; ben misses 5 and refuses 8; cy, who hardly ever refuses,
# misses 12 and refuses 1.
SESSION = {
    "ada": (range(2), range(20, 24)),
    "ben": (range(2, 7), range(24, 32)),
    "cy": (range(6, 18), range(31, 32)),
}


def session_votes() -> list[tuple[str, str, int]]:
    return [
        (f"snapshot {number:03}", qa, int((number >= 20) != (number in missed or number in refused)))
        for number, (qa, (missed, refused)) in itertools.product(range(100), SESSION.items())
    ]


def test_three_qas_are_ranked_after_a_session_of_a_hundred_snapshots_as_the_page_on_ranking_says() -> None:
    votes, _, workers = votes_of(session_votes())

    scores = score(votes)

    assert workers == ["ada", "ben", "cy"]
    page = (Path(__file__).parents[2] / "docs" / "ranking.md").read_text()
    for place, qa in enumerate(workers):
        cells = [qa, scores.on_correct.mean[place], scores.on_incorrect.mean[place], scores.balanced[place]]
        line = " | ".join(cell if isinstance(cell, str) else f"{cell:.2f}" for cell in [*cells, scores.lower[place]])
        rank = f"{scores.rank[place]}" if scores.is_ranked[place] else "not ranked"
        assert f"| {line} | {rank} |" in page


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
    assert workers[0]["rank"] == "1"


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
