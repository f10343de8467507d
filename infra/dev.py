"""Makes each saved change live on a running emulator: `python -m infra.dev`.

It watches `functions/`, our package and the page, in this repository or in the root that it is given; what else a
function needs is taken from the last `sam build`.
"""

import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from watchfiles import watch

from infra.aws import NoStackError, endpoint_from_environment, resource_names
from infra.deploy import DeploymentError, alone, build, python_tag
from infra.package import FUNCTIONS, PYTHON, Function, affected, faults, functions_of, sources, zipped
from infra.page import WEB, upload_page
from infra.places import LOCAL, ROOT
from infra.reload import replace_code, restore
from infra.server import heed_interruptions, say

TICK_MS = 200  # how long it looks for changes before it reports that there are none


class DevError(Exception):
    """There is nothing to watch; the message says what is missing."""


def follow_changes(root: Path, endpoint: str, functions: list[Function]) -> None:
    """Say that changes go live as soon as they do, and reload what changes, until somebody interrupts."""
    watched = [root / FUNCTIONS, root / PYTHON, root / WEB]
    reports = watch(*watched, step=100, rust_timeout=TICK_MS, yield_on_timeout=True)
    first = next(reports)  # none comes before it watches
    say(f"Changes in {FUNCTIONS}/, {PYTHON}/ and {WEB}/ go live at {endpoint}; Ctrl-C brings the deployed code back.")
    for changes in filter(None, chain([first], reports)):
        changed = sorted({Path(path).relative_to(root) for _, path in changes})
        reload(root, endpoint, changed, affected(changed, functions))
        if any(path.is_relative_to(WEB) for path in changed):
            reload_page(root, endpoint, changed)


def reload_page(root: Path, endpoint: str, changed: list[Path]) -> None:
    """Serve the page as it is now, and say so."""
    try:
        upload_page(endpoint, root)
    except (OSError, NoStackError, BotoCoreError, ClientError) as error:
        say(f"{clock()} not reloaded: the page: {error}")
    else:
        say(f"{clock()} reloaded the page after {in_short(changed)}")


def reload(root: Path, endpoint: str, changed: list[Path], functions: Iterable[Function]) -> None:
    """Give the functions their sources as they are now, except those that cannot run, and say so."""
    began = time.monotonic()
    packages: dict[Function, bytes] = {}
    found: set[str] = set()
    for function in functions:
        files = sources(root, function)
        wrong = faults(files)
        if all(file.name != "app.py" for file in files):
            wrong.append(f"{FUNCTIONS / function.folder / 'app.py'} is missing")
        if not wrong:
            packages[function] = zipped(files, function.libraries)
        found.update(wrong)
    for fault in sorted(found):
        say(f"{clock()} not reloaded: {fault}")
    if packages:
        names = ", ".join(function.folder for function in packages)
        try:
            replace(endpoint, packages)
        except (NoStackError, BotoCoreError, ClientError) as error:
            say(f"{clock()} not reloaded: {names}: {error}")
        else:
            say(f"{clock()} reloaded {names} in {time.monotonic() - began:.1f} s after {in_short(changed)}")


def replace(endpoint: str, packages: dict[Function, bytes]) -> None:
    names = resource_names(endpoint)
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(replace_code, endpoint, names[each.logical], packages[each]) for each in packages]:
            done.result()


def in_short(changed: list[Path]) -> str:
    others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{changed[0]}{others}"


def clock() -> str:
    return time.strftime("%H:%M:%S")


def last_build() -> Path:
    """The built template that holds the layers for what runs the functions."""
    template = LOCAL / "build" / python_tag() / "built" / "template.yaml"
    return template if template.exists() else build()


def put_back(endpoint: str) -> None:
    """Bring the deployed code back, and say what to do if that is impossible."""
    try:
        restored = restore(endpoint)
    except (NoStackError, BotoCoreError, ClientError) as error:
        sys.exit(f"The functions still run reloaded code: {error}")
    if restored:
        say(f"The deployed code runs again in {', '.join(restored)}. To deploy your changes: make deploy-local")


def run(root: Path, endpoint: str) -> None:
    """Check that everything is there, then follow changes and clean up."""
    missing = [str(each) for each in (FUNCTIONS, PYTHON, WEB) if not (root / each).is_dir()]
    if missing:
        raise DevError(f"{root} has no {' and no '.join(missing)} to watch.")
    resource_names(endpoint)
    with alone():  # what is being built by somebody else is not there
        functions = functions_of(last_build())
        for function in functions:
            zipped([], function.libraries)  # once, before the first change
    try:
        follow_changes(root, endpoint, functions)
    finally:
        put_back(endpoint)


def main() -> None:
    """Run until interrupted."""
    heed_interruptions()
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT).resolve()
    try:
        run(root, endpoint_from_environment())
    except KeyboardInterrupt:
        say("Stopped.")
    except (DevError, NoStackError, DeploymentError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
