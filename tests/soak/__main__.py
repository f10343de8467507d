"""A mixed load with faults on a system of its own, and then whether everything adds up: `make soak MINUTES=3`."""

import argparse
import json
import shutil
import sys
import time
from contextlib import ExitStack
from random import Random
from typing import Any

from infra.aws import client
from infra.deploy import DeploymentError
from infra.emulator import EmulatorError
from infra.places import LOCAL, shown
from infra.server import heed_interruptions, say
from snapjury.cli.api import ApiError
from tests.soak.admins import ExportDesk
from tests.soak.audit import differences
from tests.soak.customers import Storage
from tests.soak.findings import read_all, settle
from tests.soak.ledger import Ledger
from tests.soak.load import Crowd, Reviewers, begin, receivers
from tests.soak.memory import Sampler, functions_of, growth_of, judged_again
from tests.soak.receiver import pictures
from tests.soak.report import emulator_growth, lines_of, result_of
from tests.soak.still import sampled_again, seconds_for
from tests.soak.system import System, running_system

HOME = LOCAL / "soak"
SETTLING = 600.0
"""Seconds that all which was begun may take to end once the load has ended."""

LONGEST = 240
TABLES = ("CoreTable", "SessionsTable")


def soak(minutes: float, seed: int) -> dict[str, Any]:
    """Run it, and stop all that it started; the result."""
    root = HOME / "assets"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    ledger, chance = Ledger(), Random(seed)
    with ExitStack() as running:
        say("Starting a system of its own ...")
        system = running.enter_context(running_system(HOME / "emulator", root, ledger))
        storage = Storage(root, system.stack.endpoint, running.enter_context(pictures(root)))
        opened = running.enter_context(receivers(system, ledger))
        crowd, reviewers, sampler = Crowd(ledger, chance), Reviewers(system, ledger), Sampler(system.emulator)
        running.callback(reviewers.stop)
        running.callback(sampler.stop)
        before = items_of(system)
        say(f"{minutes:g} minutes of mixed load begin ...")
        sampler.start()
        reviewers.start()
        begin(crowd, system, storage, opened, ledger, chance, minutes)
        watch(minutes, ledger)
        say("The load ends. What was begun goes on to its end ...")
        sampler.stop()
        items = (before, items_of(system))
        crowd.close()
        settle(system, ledger, SETTLING, say, but="scoring")  # which has work as long as QAs have
        reviewers.finish(within=SETTLING)
        settle(system, ledger, SETTLING, say)
        say("Nothing changes any more. The same is asked again and again ...")
        asked, again = sampled_again(system, seconds_for(minutes))
        settle(system, ledger, SETTLING, say)
        ExportDesk(system.admin, ledger, Random(seed)).act()
        say("Comparing ...")
        found = read_all(system, ledger)
        invocations = found.invocations
        own = sampler.samples[None, system.emulator]
        emulator = emulator_growth(growth_of(own), items, found.log_lines)
        memory = judged_again(functions_of(sampler.samples, invocations), again, asked)
        wrong = differences(ledger, found)
        return result_of(ledger, found, reviewers.told, memory, emulator, wrong, minutes)


def watch(minutes: float, ledger: Ledger) -> None:
    """Wait, and say each minute how far it is."""
    end = time.monotonic() + 60 * minutes
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 60))
        counts = f"{len(ledger.submitted)} assets, {len(ledger.casts)} votes, {len(ledger.calls)} webhook calls"
        say(f"  {counts}, {len(ledger.exports)} exports, {len(ledger.faults)} faults, {len(ledger.broken)} wrong")


def items_of(system: System) -> int:
    """How many items the tables hold."""
    pages = client("dynamodb", system.stack.endpoint).get_paginator("scan")
    tables = [system.stack.outputs[each] for each in TABLES]
    return sum(page["Count"] for table in tables for page in pages.paginate(TableName=table, Select="COUNT"))


def minutes_from(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes <= LONGEST:
        raise ValueError
    return minutes


def main() -> None:
    """Exit with 1 if something does not add up, or grows."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=minutes_from, default=30.0, help=f"of load, up to {LONGEST}")
    parser.add_argument("--seed", type=int, default=1, help="of all that is left to chance")
    given = parser.parse_args()
    heed_interruptions()
    try:
        result = soak(given.minutes, given.seed)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except (EmulatorError, DeploymentError, ApiError) as error:
        sys.exit(str(error))
    report = HOME / "report.json"
    report.write_text(json.dumps(result, indent=2))
    for line in lines_of(result):
        say(line)
    say(f"All figures: {shown(report)}")
    sys.exit(not result["passed"])


if __name__ == "__main__":
    main()
