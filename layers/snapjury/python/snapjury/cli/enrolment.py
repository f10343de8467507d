"""The people of a simulation: who they are, how accurate, and signed in."""

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from snapjury.cli.api import Api, ApiError
from snapjury.cli.simulation import Qa
from snapjury.cli.tables import BadFileError, rows_of
from snapjury.cli.terminal import UsageError

DEFAULT_ACCURACY = 0.95
DEFAULT_NUMBER = 12
PREFIX = "sim-"
"""How the names of made-up QAs begin, whose passwords belong to the simulation."""

HEADERS = {("name", "password"), ("user", "password"), ("qa", "password")}
"""What is no sign-in, since a header was meant."""

AT_ONCE = 4
CONFLICT = 409


def accuracies(text: str, number: int | None) -> dict[str, float]:
    """QAs and how often each is right, from `0.9`, `kevin=0.97,ana=0.9` or both; `sim-01` and so on fill up."""
    named: dict[str, float] = {}
    others = DEFAULT_ACCURACY
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, is_named, value = part.rpartition("=")
        if is_named:
            named[name.strip()] = share(value)
        else:
            others = share(value)
    wanted = number or len(named) or DEFAULT_NUMBER
    made_up = {f"{PREFIX}{place:02}": others for place in range(1, wanted - len(named) + 1)}
    return named | made_up


def share(text: str) -> float:
    """A number from 0 to 1; UsageError if it is none."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise UsageError(f"accuracy {text!r} should be a number from 0 to 1")
    return value


def read_sign_ins(file: Path) -> dict[str, str]:
    """Names and passwords, from a CSV with a name and a password in each line, and no header."""
    sign_ins: dict[str, str] = {}
    for line, row in rows_of(file):
        if len(row) != 2 or not all(row):
            raise BadFileError(f"{file}, line {line} should have a name and a password, with a comma between")
        name, password = row
        if (name.lower(), password.lower()) in HEADERS:
            raise BadFileError(f"{file}, line {line} is a header; there should be names and passwords alone")
        sign_ins[name] = password
    if not sign_ins:
        raise BadFileError(f"{file} is empty; it should have a name and a password in each line")
    return sign_ins


def enrol(admin: Api, names: list[str], may_reset: bool) -> dict[str, str]:
    """Make users of these names, with random passwords; those that were made before get new ones.

    Users whom no simulation made keep theirs, unless `may_reset`: UsageError then says what to do.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        passwords = pool.map(lambda name: enrol_one(admin, name, may_reset or name.startswith(PREFIX)), names)
        return dict(zip(names, passwords, strict=True))


def enrol_one(admin: Api, name: str, may_reset: bool) -> str:
    password = secrets.token_urlsafe(18)
    try:
        body = {"name": name, "password": password, "role": "qa"}
        admin.call("POST", "/users", body, repeatable=may_reset)
    except ApiError as error:
        if error.status != CONFLICT:
            raise
        if not may_reset:
            raise UsageError(
                f"{name} is a user already: name the password in --signins, or allow a new one with --reset-passwords"
            ) from None
        admin.call("PATCH", f"/users/{quote(name, safe='')}", {"password": password, "disabled": False})
    return password


def sign_in_all(url: str, passwords: Mapping[str, str], accuracy: Mapping[str, float]) -> list[Qa]:
    """The QAs, each signed in with a connection of their own."""

    def signed_in(name: str) -> Qa:
        api = Api(url)
        api.sign_in(name, passwords[name])
        return Qa(name, accuracy.get(name, DEFAULT_ACCURACY), api)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(signed_in, passwords))
