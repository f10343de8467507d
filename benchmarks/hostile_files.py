"""What hostile files of each type cost to read and judge, against an ordinary file of that type in the same run.

    .venv/bin/python -m benchmarks.hostile_files

Prints the processor time of each, the median of several runs, and its ratio to the ordinary file's.
"""

import json
import os
import resource
import statistics
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from snapjury.adapters.local_files import LocalFiles
from snapjury.errors import TooLargeError, UnreachableError
from snapjury.rules.types.data_type import DataType
from snapjury.rules.types.inspection import larger_than_message
from snapjury.rules.types.registry import TYPES, rule_of
from tests.images import encoded, jpeg, picture, png
from tests.types.pdf import pdf, stream

RUNS = 9
RAW_PICTURE = picture(1000, 1000).tobytes()
ORDINARY: dict[str, tuple[str, Callable[[], bytes]]] = {
    "image": ("photo 1000x1000", lambda: jpeg(1000, 1000)),
    "pdf": ("10 pages, 10 pictures", lambda: pdf(*[stream(RAW_PICTURE, b"/Subtype/Image")] * 10, pages=10)),
    "png": ("drawing 1000x1000", lambda: png(1000, 1000)),
    "text": ("100 kB of lines", lambda: "Knusprig, für Grüße.\n".encode() * 4000),
    "webp": ("photo 1000x1000", lambda: encoded(picture(1000, 1000), "WEBP")),
}


def contents_of(name: str) -> Iterator[tuple[str, bytes]]:
    """The ordinary file of this type, then all that its tests have."""
    ordinary, make = ORDINARY[name]
    yield ordinary, make()
    module = import_module(f"tests.types.{name}")
    yield from module.good().items()
    yield from ((file, content) for file, (content, _) in module.bad().items())


def hostile_paths(root: Path) -> dict[str, str]:
    """A path for each way to lead out of the root, or to what is no file."""
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    (root / "link").symlink_to("/etc/hostname")
    return {
        "directory": "folder",
        "pipe": "pipe",
        "link out of the root": "link",
        "../": "../../etc/hostname",
        "%2e%2e": "%2e%2e/etc/hostname",
        "absolute path": "/etc/hostname",
        "NUL": "nul\0.jpg",
        "300 characters": "n" * 300,
    }


def judge(files: LocalFiles, kind: DataType, path: str) -> str:
    try:
        return ", ".join(rule_of(kind)(files.read(path, kind.limits.max_bytes)).errors) or "accepted"
    except UnreachableError:
        return "is not reachable"
    except TooLargeError:
        return larger_than_message(kind.limits.max_bytes)


def milliseconds(call: Callable[[], object]) -> float:
    """Median processor time of several calls, that of processes which they start included."""
    times = []
    for _ in range(RUNS):
        began = processor_seconds()
        call()
        times.append(1000 * (processor_seconds() - began))
    return statistics.median(times)


def processor_seconds() -> float:
    spent = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def measure(files: LocalFiles, kind: DataType, paths: dict[str, str]) -> None:
    """Print a line for each path; the first one is the ordinary file's."""
    ordinary = None
    for name, path in paths.items():
        call = partial(judge, files, kind, path)
        verdict, spent = call(), milliseconds(call)
        ordinary = ordinary or spent
        line = {"type": kind.name, "file": name, "ms": round(spent, 2), "ratio": round(spent / ordinary, 2)}
        print(json.dumps(line | {"verdict": verdict}), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, files = Path(folder), LocalFiles(folder)
        for kind in TYPES.values():
            paths = {}
            for number, (name, content) in enumerate(contents_of(kind.name)):
                paths[name] = f"{kind.name}-{number}"
                (root / paths[name]).write_bytes(content)
            measure(files, kind, paths | (hostile_paths(root) if kind.name == "image" else {}))


if __name__ == "__main__":
    main()
