"""Child processes that end with what started them."""

import os
import signal
import subprocess
from pathlib import Path


def command_of(pid: int) -> str:
    """The command line of a running process; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        pass
    try:
        listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return listing.stdout.strip()


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to every process of a group that still runs."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return  # all of them have ended (macOS says "not permitted" of a group of zombies)


def run_to_end(command: list[str], log: Path, environment: dict[str, str], folder: Path) -> int:
    """Run a command in a process group of its own, its output appended to a file; the exit code.

    If the caller is interrupted meanwhile, the whole group is ended before the interruption goes on.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait()
        except BaseException:
            signal_group(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                signal_group(process.pid, signal.SIGKILL)
                process.wait()
            raise
