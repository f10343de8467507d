"""`snapjury remove` against an API of its own: snapshots by their owners, imports by admins."""

from collections.abc import Iterator

import pytest

from snapjury.cli.api import Api, ApiError
from snapjury.cli.waiting import await_end
from tests.api_server import HANG_UP, ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run

ADMIN = {"SNAPJURY_TOKEN": "token of maria"}
ACME = {"SNAPJURY_API_KEY": "sj_live_acme"}


class Shelf:
    """The part of the API that removes: snapshots `chips` and `salsa`, and an import that takes two looks."""

    def __init__(self) -> None:
        self.there = {"chips", "salsa"}
        self.states = ["done", "removing", "removing", "removed"]
        self.callers: set[str] = set()
        self.is_up = True

    def __call__(self, request: Request) -> Reply:
        if not self.is_up:
            return HANG_UP
        self.callers.add(request.headers.get("authorization", ""))
        _, plural, name, *_ = request.path.split("/")
        if plural == "snapshots" and name in self.there:
            return Reply(200, {"id": name, "removed_at": "2026-11-23T08:00:00.000+00:00"})
        if plural != "imports" or name != "week-27":
            return problem(404, "nothing is stored under this id")
        if len(self.states) > 1:
            self.states.pop(0)
        status = 202 if request.method == "PUT" else 200
        return Reply(status, {"id": name, "state": self.states[0], "accepted": 7, "removed": 7, "error": "too tired"})


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def api(shelf: Shelf) -> Iterator[ApiServer]:
    with ApiServer(shelf) as server:
        yield server


def test_each_snapshot_has_its_line(api: ApiServer) -> None:
    result = run("remove", "chips", "salsa", "--url", api.url, env=ADMIN)

    assert lines_of(result) == [{"id": "chips", "status": "removed"}, {"id": "salsa", "status": "removed"}]
    assert api.routes == ["PUT /snapshots/chips/removal", "PUT /snapshots/salsa/removal"]


def test_one_that_is_not_there_keeps_no_other_back(api: ApiServer) -> None:
    result = run("remove", "dip", "salsa", "--url", api.url, env=ADMIN)

    assert result.exit_code == 1
    assert '"error": "nothing is stored under this id' in result.stdout
    assert '{"id": "salsa", "status": "removed"}' in result.stdout


def test_a_customer_needs_no_sign_in_but_the_key(api: ApiServer, shelf: Shelf) -> None:
    lines_of(run("remove", "chips", "--url", api.url, env=ACME))

    assert shelf.callers == {"Bearer sj_live_acme"}


def test_an_import_is_waited_for_until_all_of_it_was_removed(api: ApiServer) -> None:
    result = run("remove", "--import", "week-27", "--url", api.url, env=ADMIN)

    assert lines_of(result) == [{"id": "week-27", "state": "removed", "accepted": 7, "removed": 7}]
    assert api.routes == ["PUT /imports/week-27/removal", "GET /imports/week-27", "GET /imports/week-27"]


def test_without_waiting_its_beginning_is_shown(api: ApiServer) -> None:
    result = run("remove", "--import", "week-27", "--no-wait", "--url", api.url, env=ADMIN)

    assert lines_of(result) == [{"id": "week-27", "state": "removing", "accepted": 7, "removed": 7}]


def test_a_removal_that_failed_says_why(api: ApiServer, shelf: Shelf) -> None:
    shelf.states = ["done", "removing", "failed"]

    result = run("remove", "--import", "week-27", "--url", api.url, env=ADMIN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.strip() == "snapjury remove: imports/week-27 failed: too tired"


@pytest.mark.parametrize("words", [(), ("chips", "--import", "week-27")])
def test_what_to_remove_is_said_in_one_way(api: ApiServer, words: tuple[str, ...]) -> None:
    result = run("remove", *words, "--url", api.url, env=ADMIN)

    assert result.exit_code == 1
    assert "name snapshots, or an import with --import" in result.stderr
    assert api.routes == []


def test_an_api_that_does_not_answer_ends_the_command(api: ApiServer, shelf: Shelf) -> None:
    shelf.is_up = False

    result = run("remove", "chips", "salsa", "--url", api.url, env=ADMIN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "does not answer" in result.stderr


def test_an_import_that_is_taken_back_meanwhile_ends_the_command_that_waits_for_it(
    api: ApiServer, shelf: Shelf
) -> None:
    with pytest.raises(ApiError, match="imports/week-27 is removing: somebody asked for that"):
        await_end(Api(api.url), "/imports/week-27", lambda _: None, 10)
