"""Draws the plots of docs/bench.json: `.venv-bench/bin/python -m benchmarks.plots docs/bench.json`."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

WIDE = (9, 4.5)
SIZES = (128, 256, 512, 1024, 1769)
OWN, OTHER = "#4e79a7", "#c9c9c9"


def save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, dpi=110, metadata={"Software": None})
    plt.close(figure)


def dollars(figures: dict[str, Any], file: Path) -> None:
    """What a million of each cost, by what is paid for."""
    figure, axes = plt.subplots(figsize=WIDE)
    costs = figures["per_million"]
    left = dict.fromkeys(costs, 0.0)
    for part in next(iter(costs.values()))["parts"]:
        amounts = {name: each["parts"][part] for name, each in costs.items()}
        axes.barh(list(costs), list(amounts.values()), left=list(left.values()), label=part)
        left = {name: left[name] + amounts[name] for name in costs}
    axes.axvline(figures["floor"], color="#333333", linestyle="--", linewidth=1, label="a request and a write")
    axes.invert_yaxis()
    axes.set_xlabel(f"dollars a million, list prices of {figures['as_of']}")
    axes.legend(fontsize=8)
    save(figure, file)


def memory(figures: dict[str, Any], file: Path) -> None:
    """Duration and price of an invocation by memory."""
    figure, (times, prices) = plt.subplots(1, 2, figsize=WIDE)
    for name, curves in figures["memory"].items():
        sizes = [int(each) for each in curves["arm"]]
        times.plot(sizes, [each["ms"] for each in curves["arm"].values()], marker=".", label=name)
        prices.plot(sizes, [each["dollars"] for each in curves["arm"].values()], marker=".", label=name)
    for axes, title in ((times, "ms an invocation"), (prices, "dollars of GB-seconds a million, arm64")):
        axes.set(xlabel="MB", ylabel=title, xscale="log", ylim=(0, None))
        axes.set_xticks(SIZES, [str(each) for each in SIZES])
        axes.minorticks_off()
        axes.legend(fontsize=8)
    save(figure, file)


def cold_start(figures: dict[str, Any], file: Path) -> None:
    """Processor time until a function has answered, as a ratio to a bare client."""
    figure, axes = plt.subplots(figsize=WIDE)
    ratios = {name: each["ratio"] for name, each in figures.items()}
    colours = [OTHER if name.startswith("bare") else OWN for name in ratios]
    axes.barh(list(ratios), list(ratios.values()), color=colours)
    axes.axvline(1.3, color="#333333", linestyle="--", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("processor time to the first answer, of a bare client's (wanted: 1.3 at most)")
    save(figure, file)


def growth(figures: dict[str, Any], file: Path) -> None:
    """Request units by the size of what is stored."""
    figure, axes = plt.subplots(figsize=WIDE)
    sizes = [int(each) for each in figures]
    for what in next(iter(figures.values())):
        units = [each[what]["RRU"] + each[what]["WRU"] for each in figures.values()]
        axes.plot(sizes, units, marker=".", label=what)
    axes.set(xscale="log", yscale="log", xlabel="snapshots in the pool, QAs on the leaderboard", ylabel="request units")
    axes.legend(fontsize=8)
    save(figure, file)


PLOTS = {
    "bench-dollars.png": ("dollars", dollars),
    "bench-memory.png": ("dollars", memory),
    "bench-cold-start.png": ("cold start", cold_start),
    "bench-growth.png": ("growth", growth),
}


def main() -> None:
    file = Path(sys.argv[1])
    figures = json.loads(file.read_text())
    for name, (part, draw) in PLOTS.items():
        if part in figures:
            draw(figures[part], file.with_name(name))


if __name__ == "__main__":
    main()
