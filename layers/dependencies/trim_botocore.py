"""Leaves of botocore's data what some services need: `python trim_botocore.py SITE SERVICE...`, once at build time.

A client reads it when it is made, so all that is read for nothing is paid for at each cold start: the endpoints of four
hundred services, and the documentation in the descriptions, which are compressed besides.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any


def trim(data: Path, services: set[str]) -> None:
    """Drop other services, and all that only people read."""
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in services:
            shutil.rmtree(folder)
    endpoints = json.loads((data / "endpoints.json").read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in services}
    write(data / "endpoints.json", endpoints)
    for description in data.rglob("*.json.gz"):
        write(description.with_suffix(""), without_documentation(json.loads(gzip.decompress(description.read_bytes()))))
        description.unlink()


def without_documentation(value: Any) -> Any:
    """The same with empty texts of that name, which some places must have; a shape's member of that name is no text."""
    if isinstance(value, dict):
        return {
            name: "" if name == "documentation" and isinstance(each, str) else without_documentation(each)
            for name, each in value.items()
        }
    return [without_documentation(each) for each in value] if isinstance(value, list) else value


def write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    trim(Path(sys.argv[1]) / "botocore" / "data", set(sys.argv[2:]))
