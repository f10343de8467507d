from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapjury.rules.crowd import probability_of_correct
from snapjury.rules.scoring import Scores, crowd_from, ranks, score, votes_of
from snapjury.rules.snapshot import Verdict, Vote
from snapjury.rules.vote_model import Votes
from tests.crowds import crowd, majority_of, session_votes, spearman, with_one_more

CLOSE = 1e-6


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

    assert scores.balanced[0] == pytest.approx(0.5, abs=0.1)
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


def test_known_answers_teach_whom_to_believe_where_most_are_wrong_together() -> None:
    """Ten of fourteen workers miss most of class 1; gold that all have judged tells who does not."""
    truth = np.arange(200) % 2
    known = np.where(np.arange(200) < 20, truth, -1).astype(np.int8)
    right: dict[str, list[float]] = {"none": [], "gold": [], "majority": []}
    for seed in range(5):
        chance = np.random.default_rng(seed)
        task, worker = (part.ravel() for part in np.indices((200, 14)))
        cast = (task < 20) | (chance.random(len(task)) < 0.25)
        task, worker = task[cast], worker[cast]
        skill = np.where((truth[task] == 1) & (worker < 10), 0.3, 0.9)
        label = np.where(chance.random(len(task)) < skill, truth[task], 1 - truth[task]).astype(np.int8)
        votes = Votes(task, worker, label, 200, 14)
        with_gold = score(votes, known)
        labels = {"none": score(votes).label, "gold": with_gold.label, "majority": majority_of(votes)}
        for name in right:
            right[name].append(float((labels[name] == truth)[20:].mean()))

        assert list(with_gold.posterior[:20]) == list(truth[:20])
        assert with_gold.balanced[10:].mean() > with_gold.balanced[:10].max()

    assert np.mean(right["gold"]) > max(np.mean(right["majority"]), np.mean(right["none"])) + 0.1


def test_a_single_worker_is_judged_by_known_answers() -> None:
    votes, _, _ = votes_of((f"task {n:02}", "ada", int(n % 3 == 0)) for n in range(60))
    known = (np.arange(60) % 3 == 0).astype(np.int8)

    scores = score(votes, known)

    assert scores.balanced[0] > 0.9
    assert scores.is_ranked[0]


def votes_by_task(votes: Votes) -> list[list[Vote]]:
    by_task: list[list[Vote]] = [[] for _ in range(votes.tasks)]
    for task, worker, label in zip(votes.task, votes.worker, votes.label, strict=True):
        verdict = Verdict.CORRECT if label else Verdict.INCORRECT_OR_UNSURE
        by_task[task].append(Vote(f"qa {worker:02}", verdict, at=0, session="", drawn_at=0, remaining=0))
    return by_task


@pytest.mark.parametrize("share_of_ones", [0.1, 0.5])
def test_a_jury_weighs_votes_as_the_scores_did(share_of_ones: float) -> None:
    votes, _, _ = crowd(8, share_of_ones=share_of_ones)
    scores = score(votes)

    known = crowd_from(scores, [f"qa {worker:02}" for worker in range(votes.workers)])

    weighed = [probability_of_correct(cast, known) for cast in votes_by_task(votes)]
    np.testing.assert_allclose(weighed, scores.posterior, atol=1e-9)


def test_the_better_half_of_the_ranked_are_referees() -> None:
    votes, _, true = crowd(2, tasks=1000)
    scores = score(votes)

    referees = crowd_from(scores, [f"qa {worker:02}" for worker in range(votes.workers)]).referees

    places = [int(qa.removeprefix("qa ")) for qa in referees]
    others = [place for place in np.flatnonzero(scores.is_ranked) if place not in places]
    assert len(places) - len(others) in (0, 1)
    assert scores.balanced[places].min() >= scores.balanced[others].max()
    assert true[places].mean() > true[others].mean()


def test_most_true_scores_lie_within_the_bounds() -> None:
    inside = []
    for seed in range(4):
        votes, _, true = crowd(seed, tasks=600)
        scores = score(votes)
        inside.append((scores.lower < true) & (true < scores.upper))

    assert 0.75 < np.mean(inside) < 1


UNKNOWN = np.nan


@pytest.mark.parametrize(
    ("scores", "seconds", "expected"),
    [
        pytest.param([0.9, 0.9], [8.0, 5.0], [2, 1], id="of two equals the faster"),
        pytest.param([0.902, 0.898], [8.0, 5.0], [2, 1], id="alike to a hundredth is equal"),
        pytest.param([0.92, 0.9], [60.0, 2.0], [1, 2], id="better by more than that is better at any speed"),
        pytest.param([0.702, 0.698], [8.0, 5.0], [1, 2], id="below the floor speed decides nothing"),
        pytest.param([0.902, 0.898], [1.0, 0.1], [1, 2], id="faster than anybody can look is no faster"),
        pytest.param([0.902, 0.898], [UNKNOWN, UNKNOWN], [1, 2], id="with no times the score decides"),
        pytest.param([0.902, 0.898, 0.9], [UNKNOWN, 5.0, UNKNOWN], [2, 1, 3], id="a known time before an unknown"),
        pytest.param([0.9, 0.9, 0.85], [5.0, 5.0, 1.0], [1, 1, 3], id="equals in both share a rank"),
        pytest.param(
            [-1.0, 0.9, -1.0], [2.0, 9.0, 4.0], [2, 1, 2], id="who is not ranked shares the last at any speed"
        ),
    ],
)
def test_speed_decides_between_equals_who_are_good(
    scores: list[float], seconds: list[float], expected: list[int]
) -> None:
    assert list(ranks(np.array(scores), np.array(seconds))) == expected


def test_of_two_equal_workers_the_faster_comes_first_but_not_a_fast_bad_one() -> None:
    cast = [(f"task {n:03}", worker, n % 2) for n in range(100) for worker in ("ada", "ben")]
    bad = [(f"task {n:03}", "cy", int(n % 2 == 1 or n % 4 == 0)) for n in range(100)]
    votes, _, workers = votes_of([*cast, *bad])

    scores = score(votes, seconds=np.array([6.0, 4.0, 1.5]))

    assert workers == ["ada", "ben", "cy"]
    assert list(scores.rank) == [2, 1, 3]
    assert scores.is_ranked[2]
