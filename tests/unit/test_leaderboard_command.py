from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.rules.board import Board, Window
from snapjury.rules.user import Caller, Role
from snapjury.schemas_board import leaderboard_view
from tests.api_server import ApiServer, Reply, Request, problem
from tests.boards import a_board
from tests.command_line import lines_of, run

CALLERS = {"Bearer token": Caller("qa-00015", Role.QA), "Bearer admin": Caller("anna", Role.ADMIN)}


class Scored:
    """The part of the API that shows leaderboards, to the 15th of each and an admin; only the week has been scored."""

    def __init__(self) -> None:
        week = a_board(Window.WEEK, qas=20)
        *others, last = week.rows
        self.boards: dict[str, Board] = {"week": replace(week, rows=(*others, replace(last, is_copy=True)))}

    def __call__(self, request: Request) -> Reply:
        caller = CALLERS.get(request.headers.get("authorization", ""))
        if caller is None:
            return problem(401, "sign in first")
        window = request.query["window"]
        return Reply(200, leaderboard_view(Window(window), self.boards.get(window), caller))


@pytest.fixture
def signed_in() -> Iterator[dict[str, str]]:
    with ApiServer(Scored()) as server:
        yield {"SNAPJURY_URL": server.url, "SNAPJURY_TOKEN": "token", "COLUMNS": "80"}


def ranks(table: str) -> list[str]:
    """The first cell of each row of a QA."""
    return [line.split()[0] for line in table.splitlines() if " qa-" in line]


def test_the_table_has_the_ten_best_and_ones_own_neighbours(signed_in: dict[str, str]) -> None:
    result = run("leaderboard", env=signed_in)

    assert result.exit_code == 0, result.stderr
    assert ranks(result.stdout) == [str(rank) for rank in (*range(1, 11), 13, 14, 15, 16, 17)]
    assert "week: 2000 decisions, 6000 votes" in result.stdout
    assert "78.0-91.0" in result.stdout


def test_admins_are_told_whose_votes_look_copied(signed_in: dict[str, str]) -> None:
    qas, admins = (run("leaderboard", env=signed_in | {"SNAPJURY_TOKEN": token}) for token in ("token", "admin"))

    assert "Votes that look copied: qa-00020." in admins.stdout
    assert "copied:" not in qas.stdout


def test_as_json_it_is_what_the_api_answers(signed_in: dict[str, str]) -> None:
    shown: dict[str, Any]
    (shown,) = lines_of(run("leaderboard", "--json", "--window", "week", env=signed_in))

    assert shown["own"]["rank"] == 15
    assert len(shown["top"]) == 10


def test_before_the_first_scoring_it_says_so(signed_in: dict[str, str]) -> None:
    result = run("leaderboard", "--window", "all", env=signed_in)

    assert (result.exit_code, result.stdout) == (0, "Nothing was scored yet.\n")


def test_who_may_not_see_it_is_told_in_one_line(signed_in: dict[str, str]) -> None:
    result = run("leaderboard", env=signed_in | {"SNAPJURY_TOKEN": "old"})

    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("snapjury leaderboard: sign in first")
