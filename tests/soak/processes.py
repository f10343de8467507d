"""The processes of an emulator: its own, and one for each running copy of a function."""

import re
import subprocess
from dataclasses import dataclass

FUNCTION = re.compile(r"ministack-lambda-snapjury-(\w+?)Function-")


@dataclass(frozen=True)
class Process:
    """A process: the function that it runs, if any, MB in memory, and whether it is at work this instant."""

    pid: int
    function: str | None
    megabytes: float
    is_busy: bool


def processes_of(emulator: int) -> list[Process]:
    """The emulator and its children that run functions: what this machine says of them now."""
    command = ["ps", "-axo", "pid=,ppid=,rss=,stat=,command="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = []
    for line in listing.splitlines():
        pid, parent, kilobytes, state, words = line.split(None, 4)
        named = FUNCTION.search(words)
        if state.startswith("Z"):
            continue
        if int(pid) == emulator or (int(parent) == emulator and named):
            name = named.group(1).lower() if named else None
            found.append(Process(int(pid), name, int(kilobytes) / 1024, state.startswith("R")))
    return found
