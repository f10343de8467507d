import json
from collections.abc import Iterator

import pytest

from tests.api_server import ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run
from tests.customers import ACMES_ID, ACMES_KEY


class Customers:
    """The part of the API that keeps customers' keys, one on each page of its list, and their secrets."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, object]] = {}

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer token of maria":
            return problem(401, "sign in first")
        if request.route == "POST /keys":
            made = {"id": f"key{len(self.keys)}", "revoked_at": None, **request.body}
            self.keys[str(made["id"])] = made
            return Reply(201, made | {"key": "sj_live_secret"})
        if request.path == "/customers/acme/secrets":
            return self.secrets(request)
        if request.method == "DELETE":
            key = self.keys.get(request.path.rpartition("/")[2])
            return Reply(200, key | {"revoked_at": "now"}) if key else problem(404, "there is none")
        return self.page(request)

    def secrets(self, request: Request) -> Reply:
        if request.method == "POST":
            return Reply(201, {"owner": "acme", "secret": "whsec_new"})
        return Reply(200, {"owner": "acme", "secrets": [{"created_at": "now", "ends_at": None}]})

    def page(self, request: Request) -> Reply:
        wanted = [key for key in self.keys.values() if request.query.get("owner") in (None, key["owner"])]
        place = int(request.query.get("next", "0"))
        is_last = place + 1 >= len(wanted)
        return Reply(200, {"keys": wanted[place : place + 1], "next": None if is_last else str(place + 1)})


@pytest.fixture
def api() -> Iterator[ApiServer]:
    with ApiServer(Customers()) as server:
        yield server


@pytest.fixture
def as_maria(api: ApiServer) -> dict[str, str]:
    return {"SNAPJURY_URL": api.url, "SNAPJURY_TOKEN": "token of maria"}


def test_a_key_is_created_and_printed_once(as_maria: dict[str, str], api: ApiServer) -> None:
    [key] = lines_of(run("keys", "create", "acme", "--scope", "assets:read", "--label", "tills", env=as_maria))

    assert key["key"] == "sj_live_secret"
    assert api.requests[-1].body == {"owner": "acme", "scopes": ["assets:read"], "label": "tills"}


def test_a_key_is_for_everything_unless_its_scopes_are_named(as_maria: dict[str, str], api: ApiServer) -> None:
    lines_of(run("keys", "create", "acme", env=as_maria))

    assert api.requests[-1].body["scopes"] == ["assets:read", "assets:write", "snapshots:write"]


def test_a_key_opens_the_folder_of_the_source_bucket_that_is_named(as_maria: dict[str, str], api: ApiServer) -> None:
    for folder in ("shelves/", "*"):
        lines_of(run("keys", "create", "acme", "--sources", folder, env=as_maria))

    assert [request.body["sources"] for request in api.requests[-2:]] == ["shelves/", "*"]


def test_keys_are_listed_and_revoked(as_maria: dict[str, str]) -> None:
    for owner in ("acme", "bolt", "bolt"):
        run("keys", "create", owner, env=as_maria)

    listed = lines_of(run("keys", "list", env=as_maria))
    bolts = lines_of(run("keys", "list", "--owner", "bolt", env=as_maria))
    revoked = lines_of(run("keys", "revoke", "key1", env=as_maria))

    assert [key["id"] for key in listed] == ["key0", "key1", "key2"]
    assert [key["id"] for key in bolts] == ["key1", "key2"]
    assert [(key["id"], key["revoked_at"]) for key in revoked] == [("key1", "now")]
    assert "sj_live_secret" not in json.dumps(listed)


def test_a_key_that_leaked_is_revoked_as_it_was_found(as_maria: dict[str, str], api: ApiServer) -> None:
    run("keys", "revoke", ACMES_KEY, env=as_maria)

    assert api.routes == [f"DELETE /keys/{ACMES_ID}"]


def test_a_secret_is_rotated_and_printed_once(as_maria: dict[str, str], api: ApiServer) -> None:
    [rotated] = lines_of(run("secrets", "rotate", "acme", env=as_maria))
    lines_of(run("secrets", "rotate", "acme", "--at-once", env=as_maria))

    assert rotated == {"owner": "acme", "secret": "whsec_new"}
    assert [request.body for request in api.requests] == [{"at_once": False}, {"at_once": True}]


def test_the_secrets_that_sign_are_listed_without_themselves(as_maria: dict[str, str]) -> None:
    assert lines_of(run("secrets", "list", "acme", env=as_maria)) == [{"created_at": "now", "ends_at": None}]
