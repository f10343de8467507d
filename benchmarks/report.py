"""The table of what was measured, and of what was wanted."""

from typing import Any, NamedTuple

from benchmarks.steps import API, STEPS, SUBMIT, VOTE

REPORT = "Ratios are of what took turns in one run; counts are exact."

Figures = dict[str, Any]


class Target(NamedTuple):
    """A figure, and what it may be at most, or at least."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def wanted(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.limit:g}"


def targets_of(figures: Figures) -> list[Target]:
    """All that there are figures for."""
    found = []
    if steps := figures.get("steps"):
        found += [Target(f"calls of AWS, {name}", sum(steps[name]["calls"].values()), 2) for name in (SUBMIT, VOTE)]
        found += [Target(f"own processor time, {name}, ms", steps[name]["own_ms"], 1) for name in STEPS if name in API]
    if cold := figures.get("cold start"):
        found += [Target(f"cold start of {name}, of a bare client's", cold[name]["ratio"], 1.3) for name in COLD]
    if judged := figures.get("validation"):
        found.append(Target("judging an image, of decoding it", judged["real files"]["to pillow"]["ratio"], 1.15))
    if piped := figures.get("pipeline"):
        for load, measured in piped["end to end"].items():
            for chain, ratio in measured["ratios"].items():
                found.append(Target(f"assets per second, of the {chain} chain's, {load}", ratio, 0.7, at_least=True))
    if (spent := figures.get("processor")) and spent["peer"]:
        ratio = sum(spent["steps"].values()) / spent["peer"]
        found.append(Target("processor time an asset, of Flask, Celery and Redis", round(ratio, 2), 1))
    return found


COLD = ("assets", "reviews")


def table_of(figures: Figures) -> str:
    """Markdown tables of all that there are figures for."""
    tables = [lines_of(["figure", "", "wanted", ""], [row_of(each) for each in targets_of(figures)])]
    if steps := figures.get("steps"):
        head = ["request or message", "calls of AWS", "RRU", "WRU", "own processor ms"]
        rows = [
            [
                name,
                f"{sum(step['calls'].values()):.1f}",
                f"{step['rru']:g}",
                f"{step['wru']:g}",
                f"{step['own_ms']:.2f}",
            ]
            for name, step in steps.items()
        ]
        tables.append(lines_of(head, rows))
    if cost := figures.get("dollars"):
        rows = [
            [name, f"{each['dollars']:.2f}", f"{each['times_floor']:.1f}", parts_of(each["parts"])]
            for name, each in cost["per_million"].items()
        ]
        floor = ["a request and a write, the floor", f"{cost['floor']:.2f}", "1.0", ""]
        tables.append(lines_of([f"a million, at the prices of {cost['as_of']}", "$", "x floor", ""], [*rows, floor]))
    if grown := figures.get("growth"):
        rows = [
            [f"{int(size):,}", what, *(f"{each[unit]:,.1f}" for unit in ("requests", "RRU", "WRU"))]
            for size, costs in grown.items()
            for what, each in costs.items()
        ]
        tables.append(lines_of(["items", "", "requests", "RRU", "WRU"], rows))
    if cold := figures.get("cold start"):
        rows = [[name, f"{each['answered_ms']:.0f}", f"{each['ratio']:.2f}"] for name, each in cold.items()]
        tables.append(lines_of(["cold start", "processor ms", "x bare client"], rows))
    return "\n\n".join([*tables, *runs_of(figures)])


def runs_of(figures: Figures) -> list[str]:
    """The tables of whole runs: end to end, and the peer."""
    rows, killed = [], []
    spent = figures.get("processor", {"steps": {}, "peer": 0})
    if piped := figures.get("pipeline"):
        rows += [
            [f"{name}, one webhook, {load}", *run_of(each), "", ""]
            for load, measured in piped["end to end"].items()
            for name, each in measured["runs"].items()
        ]
        own, own_ms = piped["functions"], sum(spent["steps"].values())
        rows += [["snapjury, two webhooks", *run_of(own), f"{own_ms:.1f}", str(own["memory_mb"])]]
        killed.append(["validators killed", *fate_of(piped["killed"])])
    if "assets" in figures.get("peer", {}):
        peer = figures["peer"]
        rows += [["Flask, Celery, Redis", *run_of(peer), f"{spent['peer']:.1f}", str(peer["memory_mb"])]]
        killed += [[f"Celery, {name}", *fate_of(each)] for name, each in peer["killed"].items()]
    if not rows:
        return []
    head = ["run", "assets/s", "p50 s", "p99 s", "processor ms an asset", "MB"]
    return [
        lines_of(head, rows),
        lines_of(["a worker is killed", "ended", "not within two minutes", "told twice", "s"], killed),
    ]


def run_of(run: Figures) -> list[str]:
    return [f"{run['assets_per_second']:.1f}", f"{run['p50_s']:.2f}", f"{run['p99_s']:.2f}"]


def fate_of(run: Figures) -> list[str]:
    return [f"{run['ended']} of {run['assets']}", str(run["lost"]), str(run["told_twice"]), f"{run['recovered_s']:g}"]


def row_of(target: Target) -> list[str]:
    return [target.name, f"{target.value:.3g}", target.wanted, "met" if target.is_met else "missed"]


def parts_of(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {amount:.2f}" for name, amount in parts.items() if amount >= 0.005)


def lines_of(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, its columns as wide as they need to be."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [head, ["-" * max(3, width) for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |" for line in lines
    )
