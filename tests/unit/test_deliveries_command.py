"""`snapjury deliveries` against an API of its own."""

from collections.abc import Iterator

import pytest

from tests.api_server import HANG_UP, ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run

ACME = {"SNAPJURY_API_KEY": "sj_live_acme"}
ADMIN = {"SNAPJURY_TOKEN": "token of maria"}
AT = "2026-11-23T08:00:00.000+00:00"


def delivery(asset: str, state: str) -> dict[str, object]:
    attempts = [{"at": AT, "took_ms": 9, "status": 500, "detail": "answered 500"}] * 2
    return {"asset": asset, "event": "onSuccess", "url": "https://acme.example", "state": state, "attempts": attempts}


class Hooks:
    """The part of the API that tells of webhooks: one a page; `chips` and `salsa` were given up, `dip` is repeated."""

    def __init__(self) -> None:
        self.states = {"dip": "pending", "chips": "failed", "salsa": "failed"}
        self.callers: set[str] = set()
        self.owners: set[str] = set()
        self.lost = ""
        self.is_up = True

    def __call__(self, request: Request) -> Reply:
        if not self.is_up:
            return HANG_UP
        self.callers.add(request.headers.get("authorization", ""))
        if request.method == "POST":
            asset = request.path.split("/")[2]
            if asset == self.lost:
                return problem(409, "the delivery has just changed; look at it and try again")
            self.states[asset] = "pending"
            return Reply(202, delivery(asset, "pending"))
        self.owners.add(request.query.get("owner", "nobody in particular"))
        wanted = request.query.get("state")
        found = [each for each, state in self.states.items() if wanted in (None, state)]
        place = int(request.query.get("next", "0"))
        page = [delivery(each, self.states[each]) for each in found[place : place + 1]]
        return Reply(200, {"deliveries": page, "next": str(place + 1) if place + 1 < len(found) else None})


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


@pytest.fixture
def api(hooks: Hooks) -> Iterator[ApiServer]:
    with ApiServer(hooks) as server:
        yield server


def test_each_webhook_that_has_not_arrived_has_its_line(api: ApiServer, hooks: Hooks) -> None:
    lines = lines_of(run("deliveries", "--url", api.url, env=ACME))

    assert [each["asset"] for each in lines] == ["dip", "chips", "salsa"]
    assert lines[0] == {
        "asset": "dip",
        "event": "onSuccess",
        "url": "https://acme.example",
        "state": "pending",
        "attempts": 2,
        "last_attempt_at": AT,
        "detail": "answered 500",
    }
    assert hooks.callers == {"Bearer sj_live_acme"}


def test_they_can_be_listed_by_state(api: ApiServer) -> None:
    lines = lines_of(run("deliveries", "--state", "failed", "--url", api.url, env=ACME))

    assert [each["asset"] for each in lines] == ["chips", "salsa"]


def test_those_that_were_given_up_are_sent_again(api: ApiServer, hooks: Hooks) -> None:
    lines = lines_of(run("deliveries", "--replay", "--url", api.url, env=ACME))

    assert sorted((each["asset"], each["state"]) for each in lines) == [("chips", "pending"), ("salsa", "pending")]
    assert sorted(each for each in api.routes if each.startswith("POST")) == [
        "POST /assets/chips/deliveries/onSuccess/replay",
        "POST /assets/salsa/deliveries/onSuccess/replay",
    ]
    assert set(hooks.states.values()) == {"pending"}


def test_one_that_cannot_be_replayed_keeps_no_other_back(api: ApiServer, hooks: Hooks) -> None:
    hooks.lost = "chips"

    result = run("deliveries", "--replay", "--url", api.url, env=ACME)

    assert result.exit_code == 1
    assert '"error": "the delivery has just changed' in result.stdout
    assert hooks.states == {"dip": "pending", "chips": "failed", "salsa": "pending"}
    assert result.stderr.strip() == "snapjury deliveries: 1 could not be replayed"


def test_an_admin_names_the_owner(api: ApiServer, hooks: Hooks) -> None:
    lines_of(run("deliveries", "--owner", "acme", "--url", api.url, env=ADMIN))

    assert (hooks.callers, hooks.owners) == ({"Bearer token of maria"}, {"acme"})


def test_what_is_pending_is_not_replayed(api: ApiServer) -> None:
    result = run("deliveries", "--replay", "--state", "pending", "--url", api.url, env=ACME)

    assert (result.exit_code, api.routes) == (1, [])
    assert "what is pending is repeated anyway" in result.stderr


def test_an_api_that_does_not_answer_ends_the_command(api: ApiServer, hooks: Hooks) -> None:
    hooks.is_up = False

    result = run("deliveries", "--url", api.url, env=ACME)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "does not answer" in result.stderr
