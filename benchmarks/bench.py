"""Measures everything that is said about cost, speed and scale: `make bench`.

    .venv/bin/python -m benchmarks.bench [--only PART]... [DIR...]

Each part is written to docs/bench.json as it is done, then a table is printed and the plots are drawn. DIRs are folders
of your own JPEGs to judge beside the demo's. Figures are counts, or ratios of what took turns in one run.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import cold_start, dollars, growth, pipeline, steps
from benchmarks.peers import stack
from benchmarks.report import REPORT, table_of
from infra.deploy import LOG, alone, build
from infra.places import ROOT, environment, shown
from infra.shelf import draw_shelf
from tests.images import jpeg

FIGURES = ROOT / "docs" / "bench.json"
COLD_STARTS = 11
"""Of each function, and of the bare clients."""

Figures = dict[str, Any]


def count_steps(_: Figures, __: list[Path]) -> Figures:
    return {
        name: {
            "calls": dict(spent.calls),
            "rru": round(spent.reads, 2),
            "wru": round(spent.writes, 2),
            "own_ms": round(spent.own, 3),
            "log_bytes": spent.logged,
        }
        for name, spent in steps.measure().items()
    }


def grow(_: Figures, __: list[Path]) -> Figures:
    return dict(growth.measure())


def validate(_: Figures, folders: list[Path]) -> Figures:
    """In an environment with libvips, on the demo's pictures and those of the folders."""
    with TemporaryDirectory() as drawn:
        draw_shelf(Path(drawn))
        (Path(drawn) / "photo.jpg").write_bytes(jpeg(1000, 1000))
        said: Figures = json.loads(in_bench_environment("benchmarks.validation", drawn, *map(str, folders)))
    return said


def start_cold(_: Figures, __: list[Path]) -> Figures:
    with alone():
        LOG.write_bytes(b"")
        built = build()
    return dict(cold_start.measure(built, COLD_STARTS))


def run_pipeline(_: Figures, __: list[Path]) -> Figures:
    return pipeline.measure()


def take_processor(_: Figures, __: list[Path]) -> Figures:
    """Ms of each step of ours, and of an asset of the peer's, 0 without Redis; the two take turns.

    Ours are of processes of their own, whose clients have not been those of another AWS.
    """
    with stack.spending() as spent_by_peer:
        turns = [(json.loads(printed(Path(sys.executable), "benchmarks.processor")), spent_by_peer()) for _ in range(3)]
    steps = {step: median(ours[step] for ours, _ in turns) for step in turns[0][0]}
    return {"steps": steps, "peer": median(each for _, each in turns)}


def run_peer(_: Figures, __: list[Path]) -> Figures:
    return stack.measure() or {"skipped": "there is no redis-server on this machine (apt-get install redis-server)"}


def count_dollars(figures: Figures, _: list[Path]) -> Figures:
    return dollars.measure(figures["steps"], figures["processor"]["steps"])


PARTS: dict[str, Callable[[Figures, list[Path]], Figures]] = {
    "steps": count_steps,
    "growth": grow,
    "validation": validate,
    "cold start": start_cold,
    "pipeline": run_pipeline,
    "processor": take_processor,
    "peer": run_peer,
    "dollars": count_dollars,
}
"""In their order: the last one counts with what others measured."""


def in_bench_environment(module: str, *arguments: str) -> str:
    """What a module prints that needs more than the development tools."""
    return printed(environment("bench"), module, *arguments)


def printed(python: Path, module: str, *arguments: str) -> str:
    command = [str(python), "-m", module, *arguments]
    path = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "layers/snapjury/python")))}
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | path, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part alone, keep the others")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of JPEGs of your own")
    given = parser.parse_args()
    figures: Figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for part in given.only or PARTS:
        began = time.monotonic()
        print(f"{part} ...", end=" ", file=sys.stderr, flush=True)
        figures[part] = PARTS[part](figures, given.folders)
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    print(table_of(figures))
    in_bench_environment("benchmarks.plots", str(FIGURES))
    print(f"\n{REPORT}\nFigures: {shown(FIGURES)}; plots beside it.")


if __name__ == "__main__":
    main()
