"""What hostile files cost to read and judge, against an ordinary photo in the same run.

    .venv/bin/python -m benchmarks.hostile_files

Prints the processor time of each, the median of several runs, and its ratio to the photo's.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from snapjury.rules.image import inspect_image
from snapjury.rules.limits import ImageLimits

from snapjury.adapters.local_files import LocalFiles
from snapjury.errors import TooLargeError, UnreachableError
from tests.images import huge_header, jpeg, jpeg_without_eoi, png, scan_bomb, truncated_jpeg

RUNS = 9
LIMITS = ImageLimits()
PHOTO = "photo 1000x1000"


def hostile_paths(root: Path) -> dict[str, str]:
    """Make the files below `root`; a path for each name."""
    contents = {
        PHOTO: jpeg(1000, 1000),
        "3,000 scans": scan_bomb(3000),
        "header of 65500x65500": huge_header(65_500, 65_500),
        "truncated": truncated_jpeg(),
        "no end marker": jpeg_without_eoi(),
        "PNG of 2000x2000 named .jpg": png(2000, 2000),
        "empty": b"",
        "20 MB of FF": b"\xff\xd8\xff" + b"\xff" * (LIMITS.max_bytes - 3),
        "20 MB of FF 00": b"\xff\xd8\xff\xc0\x00\x0b" + b"\xff\x00" * (LIMITS.max_bytes // 2 - 4),
        "21 MB": bytes(LIMITS.max_bytes + 1),
    }
    paths = {name: f"{number}.jpg" for number, name in enumerate(contents)}
    for name, content in contents.items():
        (root / paths[name]).write_bytes(content)
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    (root / "link").symlink_to("/etc/hostname")
    return paths | {
        "directory": "folder",
        "pipe": "pipe",
        "link out of the root": "link",
        "../": "../../etc/hostname",
        "%2e%2e": "%2e%2e/etc/hostname",
        "absolute path": "/etc/hostname",
        "NUL": "nul\0.jpg",
        "300 characters": "n" * 300,
    }


def judge(files: LocalFiles, path: str) -> str:
    try:
        return ", ".join(inspect_image(files.read(path, LIMITS.max_bytes), LIMITS).errors) or "accepted"
    except UnreachableError:
        return "is not reachable"
    except TooLargeError:
        return "is larger than 20 MB"


def milliseconds(call: Callable[[], object]) -> float:
    """Median processor time of several calls."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        call()
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = LocalFiles(folder)
        paths = hostile_paths(Path(folder))
        measured = {
            name: (milliseconds(lambda path=path: judge(files, path)), judge(files, path))  # type: ignore[misc]
            for name, path in paths.items()
        }
    of_photo = measured[PHOTO][0]
    for name, (spent, verdict) in measured.items():
        print(
            json.dumps({"file": name, "ms": round(spent, 2), "ratio": round(spent / of_photo, 2), "verdict": verdict})
        )


if __name__ == "__main__":
    main()
