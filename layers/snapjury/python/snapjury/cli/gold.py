"""`snapjury gold`: say which snapshots' answers are known, so that QAs are asked them too and scored by them."""

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from snapjury.cli.api import DEFAULT_URL, Api, ApiError, Record
from snapjury.cli.tables import BadFileError, table_of
from snapjury.cli.terminal import Password, Url, User, bar, failing_as, signed_in
from snapjury.rules.snapshot import Verdict

COLUMNS = ("snapshot", "answer")
SHOWN = ("id", "status", "known_answer")

app = typer.Typer(help="Manage snapshots whose answer is known.", no_args_is_help=True)

Snapshot = Annotated[str, typer.Argument(help="The snapshot's id.")]


@app.command("add")
def add(
    snapshot: Snapshot,
    answer: Annotated[Verdict, typer.Argument(help="What is right.")],
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Decide a snapshot by its known answer, and mix it in among what QAs are asked."""
    with failing_as("gold add"):
        print(json.dumps(shown(mark(signed_in(url, user, password), snapshot, answer))))


@app.command("remove")
def remove(snapshot: Snapshot, url: Url = DEFAULT_URL, user: User = "", password: Password = "") -> None:
    """Leave a snapshot to the jury again; answers to it no longer count for anybody's score."""
    with failing_as("gold remove"):
        print(json.dumps(shown(signed_in(url, user, password).call("DELETE", path_of(snapshot)))))


@app.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="A CSV with the columns snapshot and answer.", dir_okay=False)],
    url: Url = DEFAULT_URL,
    user: User = "",
    password: Password = "",
) -> None:
    """Add each row of a file, one JSON line each; it is safe to do so again.

    Nothing is added if a row cannot be read. Exit code 1 if the API refused a row; the line says why.
    """
    with failing_as("gold import"), bar() as progress:
        answers = read_answers(file)
        api = signed_in(url, user, password)
        refused = False
        for snapshot, answer in progress.track(answers, description="marking"):
            try:
                print(json.dumps(shown(mark(api, snapshot, answer))))
            except ApiError as error:
                if error.status is None:
                    raise
                refused = True
                print(json.dumps({"id": snapshot, "error": str(error)}))
        if refused:
            raise typer.Exit(1)


def mark(api: Api, snapshot: str, answer: Verdict) -> Record:
    return api.call("PUT", path_of(snapshot), {"answer": answer})


def path_of(snapshot: str) -> str:
    return f"/snapshots/{quote(snapshot, safe='')}/answer"


def shown(snapshot: Record) -> Record:
    return {name: snapshot[name] for name in SHOWN}


def read_answers(file: Path) -> list[tuple[str, Verdict]]:
    """The rows of the file; BadFileError names the first that is no good, or that contradicts one before it."""
    answers: list[tuple[str, Verdict]] = []
    first: dict[str, tuple[int, Verdict]] = {}
    for line, (id_field, answer_field) in table_of(file, COLUMNS):
        snapshot, answer = snapshot_of(id_field, file, line), answer_of(answer_field, file, line)
        before, known = first.setdefault(snapshot, (line, answer))
        if known is not answer:
            raise BadFileError(
                f"{file}, lines {before} and {line}: {snapshot} is {known} and {answer}; it must have one answer"
            )
        answers.append((snapshot, answer))
    return answers


def snapshot_of(text: str, file: Path, line: int) -> str:
    if not text.strip():
        raise BadFileError(f"{file}, line {line}: `snapshot` is empty")
    return text.strip()


def answer_of(text: str, file: Path, line: int) -> Verdict:
    answer = text.strip()
    if answer not in list(Verdict):
        raise BadFileError(f"{file}, line {line}: `answer` is {answer!r}; it should be {' or '.join(Verdict)}")
    return Verdict(answer)
