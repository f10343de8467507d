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

from snapjury.rules.types.image.rule import inspect
from tests.images import huge_header, jpeg, png, scan_bomb

os.environ["VIPS_CONCURRENCY"] = "1"  # as the validator has about one processor
import pyvips  # reads the variable when it is loaded

FILES, TURNS = 60, 10
SCANS = 200
"""Enough to be refused, and few enough that what is refused can be measured."""


def judge(data: bytes) -> object:
    return inspect(data)


def load(data: bytes) -> object:
    with JpegImageFile(BytesIO(data)) as image:
        return image.load()


def vips(data: bytes) -> object:
    return pyvips.Image.new_from_buffer(data, "", access="sequential").copy_memory()


def milliseconds(data: bytes, *calls: Callable[[bytes], object]) -> list[float]:
    """The least processor time of each over some turns, every other one the other way round, as one warms the next."""
    least = dict.fromkeys(calls, float("inf"))
    for turn in range(TURNS):
        for call in calls if turn % 2 else reversed(calls):
            began = time.process_time()
            call(data)
            least[call] = min(least[call], 1000 * (time.process_time() - began))
    return list(least.values())


def ratios(folders: list[Path]) -> dict[str, Any]:
    """Judging the real files against decoding them: the sums' ratio, and the middle and largest of single files."""
    found = sorted(file for folder in folders for file in folder.rglob("*.jpg"))
    step = max(1, len(found) // FILES)
    contents = [data for data in (file.read_bytes() for file in found[::step][:FILES]) if inspect(data).ok]
    figures: dict[str, Any] = {"files": len(contents), "megabytes": round(sum(map(len, contents)) / 1e6, 1)}
    for name, decode in (("pillow", load), ("libvips", vips)):
        spent = [milliseconds(data, judge, decode) for data in contents]
        single = [judged / decoded for judged, decoded in spent]
        judged, decoded = map(sum, zip(*spent, strict=True))
        figures[f"to {name}"] = {
            "ratio": round(judged / decoded, 3),
            "median": round(statistics.median(single), 3),
            "largest": round(max(single), 3),
        }
    return figures


def refusals() -> dict[str, float]:
    """Judging what is refused before a pixel is decoded, against decoding a photo of the largest size."""
    [photo] = milliseconds(jpeg(1000, 1000), load)
    refused = {
        "JPEG of 4000x3000": jpeg(4000, 3000),
        "header of 65500x65500": huge_header(65_500, 65_500),
        "PNG of 2000x2000": png(2000, 2000),
        "no image": b"Dear customer, " * 1000,
    }
    return {name: round(milliseconds(data, judge)[0] / photo, 4) for name, data in refused.items()}


def bomb() -> dict[str, float]:
    """A file of so many scans: judging it, and decoding it, against decoding a photo of the same size."""
    data = scan_bomb(SCANS)
    [photo] = milliseconds(jpeg(1000, 1000), load)
    began = time.process_time()
    load(data)
    decoded = 1000 * (time.process_time() - began)
    [judged] = milliseconds(data, judge)
    return {"scans": SCANS, "judged": round(judged / photo, 4), "decoded": round(decoded / photo, 1)}


def main() -> None:
    folders = [Path(each) for each in sys.argv[1:]]
    print(json.dumps({"real files": ratios(folders), "refusals": refusals(), "scan bomb": bomb()}))


if __name__ == "__main__":
    main()
