"""What judging an image costs against only decoding it: with Pillow, and with libvips. Processor time, as ratios.

    .venv-bench/bin/python -m benchmarks.validation DIR...

Prints JSON. The files are the JPEGs below the folders; each is judged and decoded in turns, and the least of several
times counts, since whatever else the machine does only adds to them.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL.JpegImagePlugin import JpegImageFile

from snapjury.rules.image import inspect_image
from tests.images import huge_header, jpeg, png, scan_bomb

os.environ["VIPS_CONCURRENCY"] = "1"  # as the validator has about one processor
import pyvips  # reads the variable when it is loaded

FILES, TURNS = 80, 7
SCANS = 200
"""Enough to be refused, and few enough that what is refused can be measured."""


def judge(data: bytes) -> object:
    return inspect_image(data)


def load(data: bytes) -> object:
    with JpegImageFile(BytesIO(data)) as image:
        return image.load()


def vips(data: bytes) -> object:
    return pyvips.Image.new_from_buffer(data, "", access="sequential").copy_memory()


def milliseconds(calls: dict[str, Callable[[bytes], object]], data: bytes) -> dict[str, float]:
    """The least processor time of each over some turns."""
    least = dict.fromkeys(calls, float("inf"))
    for _ in range(TURNS):
        for name, call in calls.items():
            began = time.process_time()
            call(data)
            least[name] = min(least[name], 1000 * (time.process_time() - began))
    return least


def ratios(folders: list[Path]) -> dict[str, Any]:
    """Judging the real files against decoding them: the sums' ratio, and the middle and largest of single files."""
    found = sorted(file for folder in folders for file in folder.rglob("*.jpg"))
    step = max(1, len(found) // FILES)
    contents = [data for data in (file.read_bytes() for file in found[::step][:FILES]) if inspect_image(data).ok]
    spent = [milliseconds({"judge": judge, "pillow": load, "libvips": vips}, data) for data in contents]
    figures: dict[str, Any] = {"files": len(contents), "megabytes": round(sum(map(len, contents)) / 1e6, 1)}
    for name in ("pillow", "libvips"):
        single = [each["judge"] / each[name] for each in spent]
        figures[f"to {name}"] = {
            "ratio": round(sum(each["judge"] for each in spent) / sum(each[name] for each in spent), 3),
            "median": round(statistics.median(single), 3),
            "largest": round(max(single), 3),
        }
    return figures


def refusals() -> dict[str, float]:
    """Judging what is refused before a pixel is decoded, against decoding a photo of the largest size."""
    photo = milliseconds({"load": load}, jpeg(1000, 1000))["load"]
    refused = {
        "JPEG of 4000x3000": jpeg(4000, 3000),
        "header of 65500x65500": huge_header(65_500, 65_500),
        "PNG of 2000x2000": png(2000, 2000),
        "no image": b"Dear customer, " * 1000,
    }
    spent = {name: milliseconds({"judge": judge}, data)["judge"] for name, data in refused.items()}
    return {name: round(each / photo, 4) for name, each in spent.items()}


def bomb() -> dict[str, float]:
    """A file of so many scans: judging it, and decoding it, against decoding a photo of the same size."""
    data = scan_bomb(SCANS)
    photo = milliseconds({"load": load}, jpeg(1000, 1000))["load"]
    began = time.process_time()
    load(data)
    decoded = 1000 * (time.process_time() - began)
    judged = milliseconds({"judge": judge}, data)["judge"]
    return {"scans": SCANS, "judged": round(judged / photo, 4), "decoded": round(decoded / photo, 1)}


def main() -> None:
    folders = [Path(each) for each in sys.argv[1:]]
    print(json.dumps({"real files": ratios(folders), "refusals": refusals(), "scan bomb": bomb()}))


if __name__ == "__main__":
    main()
