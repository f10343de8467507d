"""Starts a system on free ports, fuzzes its API as a customer, a QA and an admin, and stops it: `make fuzz`."""

import os
import random
import re
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from infra.aws import signing_secret
from infra.deploy import DeploymentError, build_and_deploy
from infra.emulator import Emulator, EmulatorError
from infra.fuzz.report import Counts, answers_in, table_of
from infra.openapi.document import ROUTES
from infra.openapi.route import Route
from infra.parameters import local_parameters
from infra.places import ASSETS, LOCAL, ROOT, api_url, environment, shown
from infra.ports import free_port
from infra.processes import run_to_end
from infra.receiver import Receiver
from infra.samples import draw_samples, upload_sample
from infra.seed import ADMIN, PASSWORD, QAS, SeedError, seed
from infra.server import heed_interruptions
from snapjury.cli.api import Api
from snapjury.rules.user import Role

HOME = LOCAL / "fuzz"

EXAMPLES = {"customer": 200, "qa": 150, "admin": 150}
"""Requests that are made up for each operation, beside those that follow from its schema."""

LEFT_OUT = "unsupported_method,positive_data_acceptance"
"""Checks that cannot hold: a gateway answers 404 to other methods, and a good request may not fit what is stored."""


def credentials(url: str) -> dict[str, str]:
    """What each kind of caller proves itself by."""
    api = Api(url)
    tokens = {
        role: str(api.call("POST", "/auth/token", {"name": name, "password": PASSWORD})["token"])
        for role, name in {"qa": QAS[0], "admin": ADMIN}.items()
    }
    api.use_token(tokens["admin"])
    return {"customer": str(api.call("POST", "/keys", {"owner": "acme"})["key"])} | tokens


def may_ask(caller: str, route: Route) -> bool:
    """Whether the route is for this kind of caller; tests/integration/test_callers.py asks as all others."""
    is_for_anyone = not (route.roles or route.scopes)
    return is_for_anyone or (bool(route.scopes) if caller == "customer" else Role(caller) in route.roles)


def fuzz(caller: str, credential: str, url: str, receiver: str, seed_number: str) -> tuple[bool, Counts]:
    """Whether everything held for this caller, and what was answered; the log is in `HOME`."""
    report, log = HOME / f"{caller}.ndjson", HOME / f"{caller}.log"
    command = [
        *(str(environment("fuzz")), "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--url", url),
        *("--header", f"Authorization: Bearer {credential}", "--exclude-checks", LEFT_OUT),
        *(f"--include-operation-id={route.operation}" for route in ROUTES if may_ask(caller, route)),
        *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES[caller])),
        *("--seed", seed_number, "--workers", "1", "--continue-on-failure", "--generation-database", "none"),
        *("--request-timeout", "30"),  # the gateway gives up before
        *("--report", "ndjson", "--report-ndjson-path", str(report), "--no-color"),
    ]
    variables = {"PATH": os.environ["PATH"], "FUZZ_RECEIVER": receiver, "PYTHONPATH": str(ROOT)}
    variables |= {"SCHEMATHESIS_HOOKS": "infra.fuzz.hooks"}
    report.unlink(missing_ok=True)
    log.write_bytes(b"")
    code = run_to_end(command, log, variables, HOME)
    return code == 0, answers_in(report) if report.exists() else Counter()


def fuzz_a_system(seed_number: str) -> bool:
    """Whether the API kept to its description whoever asked."""
    emulator = Emulator(free_port(), HOME / "emulator", fresh=True)
    with ExitStack() as running:
        print("Starting a system ...", flush=True)
        running.enter_context(emulator)
        receiver = Receiver(secret=lambda: signing_secret(emulator.endpoint), report=lambda _: None)
        running.enter_context(receiver)
        # Keys are required, so that it shows when one is not looked at; no image's server is called. Nobody is told to
        # slow down, which the emulator says in words of its own, not in the template's.
        many = {"SignInsPerSecond": "10000", "RequestsPerSecond": "10000"}
        given = local_parameters(emulator.port, RequireApiKeys="true", HttpTimeout="0", **many)
        build_and_deploy(emulator.endpoint, given)
        draw_samples(ASSETS)
        upload_sample(emulator.endpoint)
        seed(emulator.endpoint, ASSETS)
        url = api_url(emulator.endpoint)
        counts: Counts = Counter()
        failed = []
        for caller, credential in credentials(url).items():
            print(f"Fuzzing as {caller}, SEED={seed_number} ...", flush=True)
            holds, answers = fuzz(caller, credential, url, receiver.url, seed_number)
            counts += answers
            if not holds:
                failed.append(caller)
    print("\n".join(table_of(counts)))
    for caller in failed:
        print(f"\nAs {caller} ({shown(HOME / caller)}.log):\n{findings_in(HOME / f'{caller}.log')}")
    return not failed


def findings_in(log: Path) -> str:
    """What schemathesis says of errors and failures, each with a request that shows it; else its last words."""
    said = log.read_text()
    found = re.search(r"^=+ (ERRORS|FAILURES) =+$.*?(?=^=+ (WARNINGS|SUMMARY) =+$)", said, re.MULTILINE | re.DOTALL)
    return found[0] if found else said[-4000:]


def main() -> None:
    """Fuzz; the exit code is not 0 if anything was found."""
    heed_interruptions()
    seed_number = os.environ.get("SEED") or str(random.randrange(10**6))
    try:
        holds = fuzz_a_system(seed_number)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except (DeploymentError, EmulatorError, SeedError) as error:
        sys.exit(str(error))
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
