"""`snapjury simulate`: QAs of given accuracy and speed, who work through sessions over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from snapjury.cli.api import DEFAULT_URL, Api
from snapjury.cli.enrolment import accuracies, enrol, read_sign_ins, sign_in_all
from snapjury.cli.simulation import Mischief, Plan, Qa, simulate
from snapjury.cli.tally import Tally
from snapjury.cli.terminal import Password, Url, UsageError, User, bar, failing_as, signed_in
from snapjury.cli.truth import Truth, made_up, read_truth
from snapjury.rules.policy import DEFAULT_POLICY, Policy, policy_named
from snapjury.rules.snapshot import Verdict

UNTIL_DONE = "until-done"


def share(text: str) -> Any:
    return typer.Option(min=0, max=1, help=text, rich_help_panel="Mishaps, as shares from 0 to 1")


def simulate_command(
    qas: Annotated[int | None, typer.Option(min=1, help="How many QAs; 12, or as many as are named.")] = None,
    sessions: Annotated[str, typer.Option(help="Sessions of each QA, or until-done.")] = UNTIL_DONE,
    accuracy: Annotated[str, typer.Option(help="Of all, 0.95, and of some, kevin=0.97,ana=0.9.")] = "",
    seconds_per_vote: Annotated[float, typer.Option(min=0, help="Mean time to think, half less to half more.")] = 0.0,
    truth: Annotated[
        Path | None,
        typer.Option(help="CSV with `path` and `correct`; without, 15 % are made up to be wrong.", dir_okay=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="What chance follows from.")] = 1,
    patience: Annotated[float, typer.Option(min=0, help="Seconds without anything new, after which QAs leave.")] = 5.0,
    policy: Annotated[str, typer.Option(help="The jury's policy, to count decisions by.")] = DEFAULT_POLICY,
    signins: Annotated[
        Path | None, typer.Option(help="CSV of names and passwords of QAs; without, an admin makes some.")
    ] = None,
    reset_passwords: Annotated[
        bool, typer.Option("--reset-passwords", help="Give new passwords to named QAs who are users already.")
    ] = False,
    double_click: Annotated[float, share("Votes sent twice at once.")] = 0.0,
    late: Annotated[float, share("Votes sent after their lease ended.")] = 0.0,
    undo: Annotated[float, share("Votes cast wrong and withdrawn first.")] = 0.0,
    abandon: Annotated[float, share("Pages left for good, with their session.")] = 0.0,
    lost: Annotated[float, share("Requests sent again since the answer got lost.")] = 0.0,
    two_tabs: Annotated[bool, typer.Option("--two-tabs", help="Each QA has two sessions open at once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Let QAs review snapshots, all at once, and print what they were answered.

    An admin signs in to make the QAs (sim-01 and so on), and to look up what the truth says of a snapshot. Exit code
    1 if the same request was answered differently, or a QA was shown again what they had voted on.
    """
    mischief = Mischief(double_click, late, undo, abandon, lost, tabs=2 if two_tabs else 1)
    with failing_as("simulate"):
        plan = Plan(number_of(sessions), seconds_per_vote, patience, seed, mischief)
        rule = policy_of(policy)
        admin = signed_in(url, user, password) if truth or not signins else None
        known = truth_of(truth, admin)
        is_correct = known.is_correct if known else made_up
        people = people_of(url, admin, accuracies(accuracy, qas), signins, reset_passwords)
        tally = run(people, plan, is_correct, rule)
        if admin:
            tally.decided |= decided_with_others(tally.undecided, admin)
        result = tally.result() | {"right": rightly_decided(tally, is_correct)}
        typer.echo(json.dumps(result)) if as_json else print_table(result)
        if known and known.unknown:
            typer.echo(f"Snapshots that are not in {truth}: {len(known.unknown)}. Their truth was made up.", err=True)
        if plan.sessions is None and tally.undecided:
            typer.echo(f"Snapshots that are not decided: {len(tally.undecided)}. {reason_for(admin)}", err=True)
        if tally.disagreements or result["shown_again"]:
            raise UsageError(f"answers that should not be: {tally.disagreements or 'voted snapshots shown again'}")


def number_of(sessions: str) -> int | None:
    if sessions == UNTIL_DONE:
        return None
    if not sessions.isdecimal():
        raise UsageError(f"--sessions {sessions!r} should be a number, or {UNTIL_DONE}")
    return int(sessions)


def truth_of(file: Path | None, admin: Api | None) -> Truth | None:
    """What the file says of snapshots, if there is one."""
    return Truth(read_truth(file), admin) if file and admin else None


def people_of(
    url: str, admin: Api | None, accuracy: dict[str, float], signins: Path | None, may_reset: bool
) -> list[Qa]:
    """The QAs of the file, or those of these names, signed in."""
    if signins is not None:
        return sign_in_all(url, read_sign_ins(signins), accuracy)
    if admin is None:
        raise UsageError("without --signins an admin has to sign in, who makes the QAs")
    return sign_in_all(url, enrol(admin, list(accuracy), may_reset), accuracy)


def policy_of(name: str) -> Policy:
    try:
        return policy_named(name)
    except ValueError as error:
        raise UsageError(f"--policy {error}") from error


def run(people: list[Qa], plan: Plan, is_correct: Callable[[str], bool], policy: Policy) -> Tally:
    """Simulate, with a bar that shows how many of the snapshots seen so far are decided."""
    with bar() as progress:
        task = progress.add_task("0 votes", total=None)

        def show(tally: Tally) -> None:
            votes = f"{tally.counts['votes']} votes"
            progress.update(task, description=votes, completed=len(tally.decided), total=tally.snapshots)

        return simulate(people, plan, is_correct, Tally(policy, show))


def decided_with_others(snapshots: list[str], admin: Api) -> dict[str, Verdict | None]:
    """Which of the snapshots are decided all the same, by votes of others too."""
    statuses = {snapshot: admin.call("GET", f"/snapshots/{snapshot}").get("status") for snapshot in snapshots}
    return {snapshot: Verdict(status) for snapshot, status in statuses.items() if status in set(Verdict)}


def reason_for(admin: Api | None) -> str:
    """Why snapshots are left undecided, as far as it is known."""
    if admin:
        return "Others have them before them, or votes of more QAs are needed."
    return "Votes of others may have decided some of them; an admin could look."


def rightly_decided(tally: Tally, is_correct: Callable[[str], bool]) -> int:
    return sum(
        is_correct(snapshot) == (verdict is Verdict.CORRECT) for snapshot, verdict in tally.decided.items() if verdict
    )


def print_table(result: dict[str, Any]) -> None:
    table = Table("what", "how many")
    for name, value in result.items():
        if isinstance(value, dict):
            value = ", ".join(f"{kind}: {number}" for kind, number in value.items()) or 0
        table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
