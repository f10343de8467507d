"""Crowds made for tests: votes of workers whose skills are known."""

import itertools
from dataclasses import replace

import numpy as np

from snapjury.rules.vote_model import Votes


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
