"""Looks up every pinned package among the known vulnerabilities: `python -m infra.audit [--offline-ok]`.

pip-audit asks the OSV database. It ends with 1 for a vulnerability and for a missing network alike, so its report
tells the two apart: a machine without a network may go on where that is allowed, one with a finding may not.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = tuple(
    sorted(each.with_suffix(".txt") for each in (*ROOT.glob("layers/*/*.in"), *ROOT.glob("requirements/*.in")))
)
OSV = "https://api.osv.dev/v1/query"
OFFLINE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "timed out")


class OfflineError(Exception):
    """The database cannot be reached."""


def findings(lock: Path, database: str) -> dict[str, list[str]]:
    """Each package that this file pins, with a line for each known vulnerability; OfflineError without a network."""
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--desc", "off", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", "-s", "osv", "--osv-url", database, *options, "-r", str(lock)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(ended.stdout)["dependencies"]
    except ValueError:
        reason = (ended.stderr.strip() or "it said nothing").splitlines()[-1]
        if any(sign in reason for sign in OFFLINE):
            raise OfflineError(reason) from None
        raise SystemExit(f"audit: pip-audit failed with {lock.name}: {reason}") from None
    return {f"{each['name']} {each['version']}": [in_words(known) for known in each["vulns"]] for each in packages}


def in_words(known: dict[str, Any]) -> str:
    mended = ", ".join(known["fix_versions"]) or "no version yet"
    return f"{', '.join([known['id'], *known['aliases']])}; mended in {mended}"


def main() -> None:
    found: dict[str, list[str]] = {}
    try:
        for lock in LOCKS:
            found |= findings(lock, OSV)
    except OfflineError as error:
        if "--offline-ok" not in sys.argv[1:]:
            sys.exit(f"audit: the database of vulnerabilities cannot be reached: {error}")
        print("audit: not done, there is no network; run `make audit` where there is one")
        return
    lines = [f"{package}: {known}" for package, all_known in found.items() for known in all_known]
    if lines:
        sys.exit("\n".join([f"audit: {len(lines)} known vulnerabilities; raise the versions with `make lock`", *lines]))
    print(f"audit: no known vulnerability in {len(found)} packages")


if __name__ == "__main__":
    main()
