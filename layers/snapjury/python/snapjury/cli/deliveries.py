"""`snapjury deliveries`: webhooks that have not arrived, and sending those again that were given up."""

import json
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL, Api, ApiError, Record
from snapjury.cli.at_once import at_once
from snapjury.cli.terminal import Password, Url, UsageError, User, as_customer, failing_as, is_signing_in, signed_in
from snapjury.rules.delivery import Trouble

SHOWN = ("asset", "event", "url", "state")


def deliveries(
    state: Annotated[
        Trouble | None, typer.Option(help="Only those that are repeated (pending), or were given up (failed).")
    ] = None,
    replay: Annotated[bool, typer.Option("--replay", help="Send those again that were given up.")] = False,
    owner: Annotated[str, typer.Option(help="Whose webhooks; admins only.")] = "",
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Print a JSON line for each webhook that was tried and has not arrived, with what its last attempt came to.

    With --replay, have those that were given up sent again from the foot of the ladder, under their old webhook ids,
    and print theirs alone. Customers see their own, with the key in SNAPJURY_API_KEY; admins sign in. Exit code 1 if
    one could not be replayed; its line says why.
    """
    with failing_as("deliveries"):
        if replay and state is Trouble.REPEATED:
            raise UsageError("--replay is for what was given up; what is pending is repeated anyway")
        api = signed_in(url, user, password) if is_signing_in(user) else as_customer(url)
        wanted = {"state": Trouble.GIVEN_UP if replay else state, "owner": owner}
        found = api.pages("/deliveries", "deliveries", **{name: value for name, value in wanted.items() if value})
        if not replay:
            for each in found:
                print(json.dumps(line_of(each)), flush=True)
            return
        failed = 0
        for line in at_once(lambda each, _: replayed(api, each), list(found), "replaying"):
            print(json.dumps(line), flush=True)
            failed += "error" in line
        if failed:
            raise UsageError(f"{failed} could not be replayed")


def line_of(delivery: Record) -> Record:
    last = delivery["attempts"][-1]
    times = {"attempts": len(delivery["attempts"]), "last_attempt_at": last["at"]}
    return {name: delivery[name] for name in SHOWN} | times | {"detail": last["detail"]}


def replayed(api: Api, delivery: Record) -> Record:
    """The line of a webhook that was given up: what became of having it sent again."""
    asset, event = (quote(str(delivery[name]), safe="") for name in ("asset", "event"))
    line = {name: delivery[name] for name in ("asset", "event", "url")}
    try:
        # Asked for twice, it is replayed once.
        done = api.call("POST", f"/assets/{asset}/deliveries/{event}/replay", repeatable=True)
    except ApiError as error:
        if error.status is None:
            raise
        return line | {"error": str(error)}
    return line | {"state": done["state"]}
