"""How good our scores are on votes with a known truth, beside the majority and crowd-kit's Dawid-Skene.

    OMP_NUM_THREADS=1 python -m benchmarks.vote_models DIR...      (each with votes.csv and truth.csv)
    OMP_NUM_THREADS=1 python -m benchmarks.vote_models --growth    (processor time and memory up to a million votes)

Accuracy in percent of the tasks with a known label; a tied vote counts half. Spearman: rank correlation of the score
with true balanced accuracy, over workers with 20 known answers, of either class at least one; in brackets, five.
Planted, one voter at a time: in how many of ten draws a voter of each kind ranks above more than a tenth of the workers
with 20 known answers, and the largest share outranked. A copy repeats all the votes of one of the busiest quarter;
"slip 2" and "slip 5" differ from it in 2 and 5 % of the votes. Gold: accuracy on the other tasks, thinned to three and
five votes, when 0, 10 or 20 % of the tasks are known and keep all their votes; ten draws.
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

from snapjury.cli.votes import read_votes
from snapjury.rules.scoring import score, votes_of
from snapjury.rules.vote_model import Votes

Floats = NDArray[np.float64]
Answer = tuple[Floats, Floats]  # each task's probability of 1, each worker's score

KINDS = ("yes", "no", "coin", "copy", "slip 2", "slip 5")
DRAWS = 30
KNOWN = 20
DECILE = 0.1
GOLD = (0.0, 0.1, 0.2)
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
            (posterior, scores), seconds[name] = timed(model, votes)
            figures = (accuracy(posterior, truth), *(spearman(scores, votes, truth, least) for least in (1, 5)))
            means[name].append(figures)
            print(row(f"{folder.name} {name}", figures) + f"{seconds[name]:8.2f} s")
        if "crowd-kit DS" in seconds:
            print(f"    time, ours to crowd-kit: {seconds['ours'] / seconds['crowd-kit DS']:.2f}")
        print(f"    suspected of copying, none planted: {score(votes).is_copy.sum()}")
        counted = np.bincount(votes.worker, truth[votes.task] >= 0, votes.workers) >= KNOWN
        for kind in KINDS:
            shares = np.array([outranked(votes, kind, draw, counted) for draw in range(DRAWS)])
            print(
                f"    {kind:8}above the worst decile in {(shares > DECILE).sum()}, at most {100 * shares.max():.0f} %"
            )
        for per_task in (3, 5):
            print(
                f"    {per_task} votes a task, gold: " + ", ".join(with_gold(votes, truth, per_task, g) for g in GOLD)
            )
    for name, figures_of in means.items():
        print(row(f"mean {name}", tuple(np.mean(figures_of, axis=0))))


def timed(model: Callable[[Votes], Answer], votes: Votes) -> tuple[Answer, float]:
    """The model's answer, and the processor seconds it took in the fastest of five runs."""
    fastest = float("inf")
    for _ in range(5):
        started = time.process_time()
        answer = model(votes)
        fastest = min(fastest, time.process_time() - started)
    return answer, fastest


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


def outranked(votes: Votes, kind: str, draw: int, counted: NDArray[np.bool_]) -> float:
    """The share of the counted workers that a planted voter of this kind ranks above."""
    rank = score(planted(votes, kind, np.random.default_rng(draw))).rank
    return float((rank[:-1] > rank[-1])[counted].mean())


def planted(votes: Votes, kind: str, chance: np.random.Generator) -> Votes:
    """The votes and one more voter's, the last; as many as a worker of the busiest quarter casts."""
    counts = np.bincount(votes.worker, minlength=votes.workers)
    busy = int(chance.choice(np.argsort(-counts, kind="stable")[: max(1, votes.workers // 4)]))
    if kind in ("copy", "slip 2", "slip 5"):
        task, label = votes.task[votes.worker == busy], votes.label[votes.worker == busy]
        slips = chance.random(len(task)) < {"copy": 0, "slip 2": 0.02, "slip 5": 0.05}[kind]
        label = np.where(slips, 1 - label, label)
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


def with_gold(votes: Votes, truth: NDArray[np.int8], per_task: int, share: float) -> str:
    """Mean accuracy, and in brackets the majority's, on the tasks that are not known."""
    right = []
    for draw in range(DRAWS):
        chance = np.random.default_rng(draw)
        known = np.where(chance.random(votes.tasks) < share, truth, -1).astype(np.int8)
        thinned = thinned_out(votes, per_task, known >= 0, chance)
        unknown = np.where(known < 0, truth, -1).astype(np.int8)
        answers = (score(thinned, known).posterior, majority(thinned)[0])
        right.append([accuracy(posterior, unknown) for posterior in answers])
    ours_right, majority_right = np.mean(right, axis=0)
    return f"{100 * share:.0f} % {ours_right:.1f} ({majority_right:.1f})"


def thinned_out(votes: Votes, per_task: int, kept: NDArray[np.bool_], chance: np.random.Generator) -> Votes:
    """So many random votes a task, but all those on the tasks kept whole."""
    order = np.lexsort((chance.random(len(votes)), votes.task))
    task = votes.task[order]
    order = order[(np.arange(len(task)) - np.searchsorted(task, task) < per_task) | kept[task]]
    workers, worker = np.unique(votes.worker[order], return_inverse=True)
    return Votes(votes.task[order], worker, votes.label[order], votes.tasks, len(workers))


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
        started = time.process_time()
        scores = score(votes)
        seconds = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        right = 100 * (scores.label == truth).mean()
        print(f"{len(votes):9,} votes: {seconds:6.1f} s, {peak:5.0f} MB at the most, {right:.1f} % right")


if __name__ == "__main__":
    main(sys.argv[1:])
