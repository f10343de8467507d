"""How good our scores are on votes with a known truth, beside the majority and crowd-kit's Dawid-Skene.

    OMP_NUM_THREADS=1 python -m benchmarks.vote_models DIR...      (each with votes.csv and truth.csv)
    OMP_NUM_THREADS=1 python -m benchmarks.vote_models --growth    (time and memory up to a million votes)

Accuracy in percent of the tasks with a known label; a tied vote counts half. Spearman: rank correlation of the score
with true balanced accuracy, over workers with 20 known answers, of either class at least one; in brackets, five.
Planted: the largest share of the crowd, in percent, that one planted voter of each kind outranks, over five draws.
Without crowd-kit its columns stay empty.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snapjury.cli.score import read_votes
from snapjury.rules.scoring import score, votes_of
from snapjury.rules.vote_model import Votes

Floats = NDArray[np.float64]
Answer = tuple[Floats, Floats]  # each task's probability of 1, each worker's score

KINDS = ("yes", "no", "coin", "copy")
DRAWS = 5
KNOWN = 20
GROWTH = (10_000, 100_000, 1_000_000)


def main(arguments: list[str]) -> None:
    if arguments == ["--growth"]:
        return growth()
    models: dict[str, Callable[[Votes], Answer]] = {"ours": ours, "majority": majority}
    if crowd_kit_is_here():
        models["crowd-kit DS"] = dawid_skene
    else:
        print("crowd-kit is not installed: no comparison with its Dawid-Skene (pip install crowd-kit)")
    means: dict[str, list[tuple[float, ...]]] = {name: [] for name in models}
    for folder in map(Path, arguments):
        votes, truth = read(folder)
        seconds = {}
        for name, model in models.items():
            started = time.perf_counter()
            posterior, scores = model(votes)
            seconds[name] = time.perf_counter() - started
            figures = (accuracy(posterior, truth), *(spearman(scores, votes, truth, least) for least in (1, 5)))
            means[name].append(figures)
            print(row(f"{folder.name} {name}", figures) + f"{seconds[name]:8.2f} s")
        if "crowd-kit DS" in seconds:
            print(f"    time, ours to crowd-kit: {seconds['ours'] / seconds['crowd-kit DS']:.2f}")
        print("    planted: " + ", ".join(f"{kind} {outranked(votes, kind):.0f} %" for kind in KINDS))
    for name, figures_of in means.items():
        print(row(f"mean {name}", tuple(np.mean(figures_of, axis=0))))


def row(name: str, figures: tuple[float, ...]) -> str:
    return f"{name:28}{figures[0]:6.1f} %   Spearman {figures[1]:5.3f} ({figures[2]:5.3f})"


def read(folder: Path) -> tuple[Votes, NDArray[np.int8]]:
    """The votes, and each task's label, -1 where it is not known."""
    votes, tasks, _ = votes_of(read_votes(folder / "votes.csv"))
    lines = (folder / "truth.csv").read_text().split()[1:]
    truth = {task: int(label) for task, _, label in (line.rpartition(",") for line in lines)}
    return votes, np.array([truth.get(task, -1) for task in tasks], np.int8)


def ours(votes: Votes) -> Answer:
    scores = score(votes)
    return scores.posterior, scores.balanced


def majority(votes: Votes) -> Answer:
    """The share of yes votes; how often a worker agrees with the majority."""
    share = np.bincount(votes.task, votes.label, votes.tasks) / np.bincount(votes.task, minlength=votes.tasks)
    agrees = np.where(votes.label == 1, share[votes.task], 1 - share[votes.task]) >= 0.5
    return share, np.bincount(votes.worker, agrees, votes.workers) / np.bincount(votes.worker)


def crowd_kit_is_here() -> bool:
    try:
        import crowdkit.aggregation  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        return False
    return True


def dawid_skene(votes: Votes) -> Answer:
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from crowdkit.aggregation import DawidSkene

    frame = pd.DataFrame({"task": votes.task, "worker": votes.worker, "label": votes.label})
    model: Any = DawidSkene(n_iter=100).fit(frame)
    errors = model.errors_.reset_index()
    scores = np.zeros(votes.workers)
    for label in (0, 1):
        of_label = errors[errors["label"] == label]
        scores[of_label["worker"].to_numpy()] += of_label[label].to_numpy() / 2
    return model.probas_.sort_index()[1].to_numpy(), scores


def accuracy(posterior: Floats, truth: NDArray[np.int8]) -> float:
    known = truth >= 0
    said = np.where(np.abs(posterior - 0.5) < 1e-9, 0.5, posterior > 0.5)
    return float(100 * (1 - np.abs(said - truth)[known].mean()))


def spearman(scores: Floats, votes: Votes, truth: NDArray[np.int8], least: int) -> float:
    of_vote = truth[votes.task]
    asked = [np.bincount(votes.worker, of_vote == label, votes.workers) for label in (0, 1)]
    right = [np.bincount(votes.worker, (of_vote == label) & (votes.label == label), votes.workers) for label in (0, 1)]
    counted = (asked[0] + asked[1] >= KNOWN) & (asked[0] >= least) & (asked[1] >= least)
    if counted.sum() < 3:
        return float("nan")
    true = (right[0][counted] / asked[0][counted] + right[1][counted] / asked[1][counted]) / 2
    return float(np.corrcoef(mean_ranks(true), mean_ranks(scores[counted]))[0, 1])


def mean_ranks(values: Floats) -> Floats:
    """Ranks, of equals the mean one."""
    _, place, count = np.unique(np.round(values, 12), return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def outranked(votes: Votes, kind: str) -> float:
    """The largest share of the crowd that a planted voter of this kind ranks above, in percent."""
    shares = []
    for draw in range(DRAWS):
        rank = score(planted(votes, kind, np.random.default_rng(draw))).rank
        shares.append(float((rank[:-1] > rank[-1]).mean()))
    return 100 * max(shares)


def planted(votes: Votes, kind: str, chance: np.random.Generator) -> Votes:
    """The votes and one more voter's, the last; as many as a worker of the busiest quarter casts."""
    counts = np.bincount(votes.worker, minlength=votes.workers)
    busy = int(chance.choice(np.argsort(-counts, kind="stable")[: max(1, votes.workers // 4)]))
    if kind == "copy":
        task, label = votes.task[votes.worker == busy], votes.label[votes.worker == busy]
    else:
        task = chance.permutation(votes.tasks)[: counts[busy]]
        said = {"yes": np.ones(len(task)), "no": np.zeros(len(task)), "coin": chance.integers(0, 2, len(task))}
        label = said[kind].astype(np.int8)
    return replace(
        votes,
        task=np.concatenate([votes.task, task]),
        worker=np.concatenate([votes.worker, np.full(len(task), votes.workers)]),
        label=np.concatenate([votes.label, label]),
        workers=votes.workers + 1,
    )


def growth() -> None:
    """Three votes a task by a thousand workers, of skills from 0.55 to 0.95."""
    for count in GROWTH:
        chance = np.random.default_rng(count)
        tasks, workers = count // 3, 1000
        truth = chance.random(tasks) < 0.3
        task = np.repeat(np.arange(tasks), 3)
        worker = (chance.integers(0, workers, tasks)[:, np.newaxis] + np.arange(3) * 317).ravel() % workers
        is_right = chance.random(len(task)) < np.linspace(0.55, 0.95, workers)[worker]
        votes = Votes(task, worker, (truth[task] == is_right).astype(np.int8), tasks, workers)
        started = time.perf_counter()
        scores = score(votes)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        right = 100 * (scores.label == truth).mean()
        print(f"{len(votes):9,} votes: {seconds:6.1f} s, {peak:5.0f} MB at the most, {right:.1f} % right")


if __name__ == "__main__":
    main(sys.argv[1:])
