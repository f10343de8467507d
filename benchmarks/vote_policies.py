"""How many votes each jury policy spends on votes with a known truth, and how right it is.

    OMP_NUM_THREADS=1 python -m benchmarks.vote_policies [--orders 20] DIR...     (each with votes.csv and truth.csv)

Means over random orders of the votes. "same" is the share of tasks that three votes in the same order decide alike,
"decided" the labels as they were decided, "final" those by all votes asked for, scored once more at the end; each
with accuracy in percent, even votes counting half, F1 of label 1, and by how much it is above three votes.
"""

import sys
from pathlib import Path

import numpy as np

from snapjury.cli.votes import read_known, read_votes
from snapjury.rules.comparison import BASELINE, ENTRIES, Entry, Figures, compare
from snapjury.rules.replay import ballots_of

ORDERS, SEED = 20, 1


def main(arguments: list[str]) -> None:
    orders = int(arguments.pop(arguments.index("--orders") + 1)) if "--orders" in arguments else ORDERS
    gains: dict[str, list[float]] = {entry.name: [] for entry in ENTRIES}
    spent: dict[str, list[float]] = {entry.name: [] for entry in ENTRIES}
    for folder in (Path(each) for each in arguments if each != "--orders"):
        ballots, truth = ballots_of(read_votes(folder / "votes.csv")), read_known(folder / "truth.csv")
        found: dict[Entry, list[Figures]] = {entry: [] for entry in ENTRIES}
        for entry, figures in compare(ballots, truth, orders, SEED):
            found[entry].append(figures)
        print(f"{folder.name}, {orders} orders")
        baseline = column(found[Entry(BASELINE)], "accuracy")
        for entry, figures_of in found.items():
            print(row(entry.name, figures_of, baseline))
            gains[entry.name].append(float(np.mean(column(figures_of, "accuracy") - baseline)))
            spent[entry.name].append(float(np.mean(column(figures_of, "votes"))))
    print("mean of the sets")
    for name in gains:
        print(f"  {name:32} votes {np.mean(spent[name]):.2f}, decided {np.mean(gains[name]):+.2f} above three votes")


def column(figures: list[Figures], name: str) -> np.ndarray:
    return np.array([getattr(each, name) for each in figures])


def row(name: str, figures: list[Figures], baseline: np.ndarray) -> str:
    votes, same = (float(np.mean(column(figures, each))) for each in ("votes", "identical"))
    fewest = min(each.fewest for each in figures)
    parts = [f"  {name:32} votes {votes:.3f} (at least {fewest}), same {same:5.1f} %"]
    for label, prefix in (("decided", ""), ("final", "final_")):
        accuracy, f1 = column(figures, f"{prefix}accuracy"), column(figures, f"{prefix}f1")
        above = accuracy - baseline
        error = float(np.std(above, ddof=1)) / len(above) ** 0.5 if len(above) > 1 else 0.0
        parts.append(f"{label} {accuracy.mean():.2f} F1 {f1.mean():.1f} ({above.mean():+.2f} ±{error:.2f})")
    return ", ".join(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
