"""Who may do what: every route and every kind of caller, with the code of each answer, in one table.

A route is asked with the body `{}` unless `BODIES` has another, and with Acme's asset or else ids that nobody has: 404,
409 and 422 are answers to those who were let in. A new route needs one line; without it the first test fails.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest

from infra.openapi.document import ROUTES
from infra.openapi.route import Route
from snapjury.rules.api_key import Scope, hash_of, key_text, revoke
from snapjury.rules.user import Role
from snapjury.wiring import catalog, customers
from snapjury.wiring.clients import now
from tests.aws import mocked_aws
from tests.customers import ACMES_ID, ACMES_KEY, BOLTS_KEY, acmes_key, bolts_key
from tests.integration.callers import bearer
from tests.integration.deployment import FUNCTION_OF, Deployment
from tests.people import ada, kevin
from tests.template import properties

# Columns: `open` sends nothing where no key is required, `none` sends nothing where one is; `bad` is each of BAD;
# `reads`, `writes` and `pictures` are keys of Acme with one scope; `bolt` and `acme` are customers with keys for all.
TABLE = """
route                                            open none bad  reads writes pictures bolt acme qa   admin

GET    /health                                   200  200  200  200   200    200      200  200  200  200
GET    /openapi.json                             200  200  200  200   200    200      200  200  200  200
POST   /auth/token                               422  422  422  422   422    422      422  422  422  422

POST   /assets/image                             202  401  401  403   202    403      202  202  403  202
GET    /assets                                   200  401  401  200   403    403      200  200  403  200
POST   /assets/{type_or_id}                      202  401  401  403   202    403      202  202  403  202
GET    /assets/{type_or_id}                      404  401  401  200   403    403      404  200  403  200
GET    /assets/{type_or_id}/deliveries           404  401  401  200   403    403      404  200  403  200
GET    /deliveries                               200  401  401  200   403    403      200  200  403  200
POST   /assets/{type_or_id}/deliveries/{event}/replay 404 401 401 403 409    403      404  409  403  409
POST   /uploads                                  201  401  401  403   201    201      201  201  403  201
POST   /snapshots                                422  401  401  403   403    422      422  422  403  422

GET    /users/me                                 401  401  401  401   401    401      401  401  200  200
PATCH  /users/{name}                             401  401  401  401   401    401      401  401  403  404
GET    /users/{name}                             401  401  401  401   401    401      401  401  403  404
GET    /users                                    401  401  401  401   401    401      401  401  403  200
POST   /users                                    401  401  401  401   401    401      401  401  403  422
GET    /products                                 401  401  401  401   401    401      401  401  200  200
GET    /products/{gtin}                          401  401  401  401   401    401      401  401  404  404
POST   /products                                 401  401  401  401   401    401      401  401  403  422
PUT    /products/{gtin}                          401  401  401  401   401    401      401  401  403  422
DELETE /products/{gtin}                          401  401  401  401   401    401      401  401  403  404
POST   /imports                                  401  401  401  401   401    401      401  401  403  422
GET    /imports                                  401  401  401  401   401    401      401  401  403  200
GET    /imports/{import_id}                      401  401  401  401   401    401      401  401  403  404
PUT    /imports/{import_id}/removal              401  401  401  401   401    401      401  401  403  404
GET    /imports/{import_id}/errors               401  401  401  401   401    401      401  401  403  404
POST   /exports                                  401  401  401  401   401    401      401  401  403  202
GET    /exports                                  401  401  401  401   401    401      401  401  403  200
GET    /exports/{export_id}                      401  401  401  401   401    401      401  401  403  404
GET    /snapshots                                401  401  401  401   401    401      401  401  403  200
GET    /snapshots/{snapshot_id}                  404  401  401  403   403    404      404  404  403  404
PUT    /snapshots/{snapshot_id}/removal          404  401  401  403   403    404      404  404  403  404
PUT    /snapshots/{snapshot_id}/answer           401  401  401  401   401    401      401  401  403  422
DELETE /snapshots/{snapshot_id}/answer           401  401  401  401   401    401      401  401  403  404
GET    /stats                                    401  401  401  401   401    401      401  401  403  200

GET    /operations                               401  401  401  401   401    401      401  401  403  200
GET    /operations/failed-assets                 401  401  401  401   401    401      401  401  403  200
GET    /operations/deliveries                    401  401  401  401   401    401      401  401  403  200
POST   /operations/deliveries/{asset_id}/{event}/replay 401 401 401 401 401  401      401  401  403  409
GET    /dead-letters                             401  401  401  401   401    401      401  401  403  200
POST   /dead-letters/{queue}/redrive             401  401  401  401   401    401      401  401  403  404

POST   /keys                                     401  401  401  401   401    401      401  401  403  422
GET    /keys                                     401  401  401  401   401    401      401  401  403  200
DELETE /keys/{key_id}                            401  401  401  401   401    401      401  401  403  404
POST   /customers/{owner}/secrets                401  401  401  401   401    401      401  401  403  201
GET    /customers/{owner}/secrets                401  401  401  401   401    401      401  401  403  200

POST   /sessions                                 401  401  401  401   401    401      401  401  201  403
GET    /sessions/{session_id}                    401  401  401  401   401    401      401  401  404  403
POST   /sessions/{session_id}/draw               401  401  401  401   401    401      401  401  404  403
PUT    /sessions/{session_id}/votes/{snapshot_id} 401 401  401  401   401    401      401  401  422  403
DELETE /sessions/{session_id}/votes/{snapshot_id} 401 401  401  401   401    401      401  401  404  403
PATCH  /sessions/{session_id}/votes              401  401  401  401   401    401      401  401  422  403
GET    /leaderboard                              401  401  401  401   401    401      401  401  200  200
"""

SOURCE = {"assetPath": {"location": "local", "path": "./images/foo"}}
SUBMIT_OF_A_TYPE = "POST /assets/{type_or_id}"
BODIES: dict[str, object] = {
    "POST /assets/image": SOURCE,
    SUBMIT_OF_A_TYPE: SOURCE,
    "PATCH /users/{name}": {"disabled": True},
}

HEADER, *ROWS = [line.split() for line in TABLE.splitlines() if line]
CALLERS = HEADER[1:]
EXPECTED = {f"{method} {path}": dict(zip(CALLERS, map(int, codes), strict=True)) for method, path, *codes in ROWS}

FUNCTION_OF_ROUTE = {
    f"{event['Properties']['Method']} {event['Properties']['Path']}": name
    for name, function in FUNCTION_OF.items()
    for event in properties(function)["Events"].values()
    if event["Type"] == "Api"
}

ONE_SCOPE = {"reads": Scope.ASSETS_READ, "writes": Scope.ASSETS_WRITE, "pictures": Scope.SNAPSHOTS_WRITE}
KEYS = {name: key_text(name[0].ljust(20, "s"), b"s" * 32) for name in ONE_SCOPE}
REVOKED_KEY = key_text("r" * 20, b"r" * 32)
FORGED = {"sub": "ada", "role": "admin", "iat": 0, "exp": 2**40}
EIGHT_HOURS = 8 * 3_600_000


BAD: dict[str, Callable[[], str]] = {
    "nonsense": lambda: "Bearer a.b.c",
    "basic": lambda: "Basic YWRhOmFkYQ==",
    "forged": lambda: "Bearer " + jwt.encode(FORGED, "x" * 64, "HS256"),
    "unsigned": lambda: "Bearer " + jwt.encode(FORGED, "", "none"),
    "expired": lambda: f"Bearer {catalog.tokens().issue(ada(), now() - EIGHT_HOURS)[0]}",
    "disabled": lambda: f"Bearer {catalog.tokens().issue(ada(name='gone'), now())[0]}",
    "wrong key": lambda: "Bearer " + key_text(ACMES_ID, b"x" * 32),
    "unknown key": lambda: "Bearer " + key_text("u" * 20, b"u" * 32),
    "revoked key": lambda: f"Bearer {REVOKED_KEY}",
}
GOOD: dict[str, Callable[[], dict[str, str]]] = {
    "open": dict,
    "none": dict,
    **{name: lambda key=key: {"authorization": f"Bearer {key}"} for name, key in KEYS.items()},  # type: ignore[misc]
    "bolt": lambda: {"authorization": f"Bearer {BOLTS_KEY}"},
    "acme": lambda: {"authorization": f"Bearer {ACMES_KEY}"},
    "qa": lambda: bearer("kevin"),
    "admin": lambda: bearer("ada"),
}


@pytest.fixture
def deployed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws_credentials: None
) -> Iterator[Deployment]:
    """A deployment with everybody of the table; the parameter says whether keys are required."""
    with mocked_aws():
        deployment = Deployment(monkeypatch, tmp_path, RequireApiKeys=request.param)
        for user in (ada(), kevin(), ada(name="gone", disabled=True)):
            catalog.user_ports().users.add(user)
        revoked = bolts_key(id="r" * 20, hash=hash_of(REVOKED_KEY))
        limited = [
            acmes_key(id=name[0].ljust(20, "s"), hash=hash_of(KEYS[name]), scopes=(scope,))
            for name, scope in ONE_SCOPE.items()
        ]
        for key in (acmes_key(), bolts_key(), *limited, revoke(revoked, now())):
            customers.api_key_ports().keys.add(key)
        yield deployment


def answers(deployment: Deployment, headers: dict[str, str]) -> dict[str, int]:
    """The code that each route answers a caller with these headers."""
    acme = {"authorization": f"Bearer {ACMES_KEY}"}
    asset_id = deployment.request("POST", "/assets/image", SOURCE, headers=acme)[1]["id"]
    names = {"asset_id": asset_id, "type_or_id": asset_id, "event": "onSuccess", "name": "nobody"}
    codes = {}
    for route, function in FUNCTION_OF_ROUTE.items():
        method, path = route.split()
        ids = {part[1:-1]: names.get(part[1:-1], "x") for part in path.split("/") if part.startswith("{")}
        if route == SUBMIT_OF_A_TYPE:
            ids = {"type_or_id": "png"}
        body = BODIES.get(route, {})
        code, _, answered = deployment.request(method, path, body, path=ids, headers=headers, function=function)
        assert (answered.get("www-authenticate") == "Bearer") == (code == 401), route
        codes[route] = code
    return codes


def column(caller: str) -> dict[str, int]:
    return {route: codes[caller] for route, codes in EXPECTED.items()}


def may_ask(route: Route, caller: str) -> bool:
    """Whether the route is described to be for this caller."""
    if not route.roles and not route.scopes:
        return True
    if caller in ONE_SCOPE:
        return ONE_SCOPE[caller] in route.scopes
    return Role(caller) in route.roles


def test_every_route_has_its_line_in_the_table() -> None:
    assert sorted(EXPECTED) == sorted(FUNCTION_OF_ROUTE)


def test_the_description_says_who_may_ask() -> None:
    differing = {
        (route.operation, caller)
        for route in ROUTES
        for caller in (*ONE_SCOPE, *Role)
        if may_ask(route, caller) != (EXPECTED[f"{route.method} {route.path}"][caller] not in (401, 403))
    }

    assert differing == {("changeUser", "qa")}  # who may change themselves, but not the user that is asked for here


@pytest.mark.parametrize(
    ("deployed", "caller"),
    [("false" if caller == "open" else "true", caller) for caller in CALLERS if caller != "bad"],
    indirect=["deployed"],
)
def test_each_caller_gets_the_answer_that_the_table_says(deployed: Deployment, caller: str) -> None:
    assert answers(deployed, GOOD[caller]()) == column(caller)


@pytest.mark.parametrize("deployed", ["true", "false"], indirect=True)
def test_what_proves_nothing_opens_nothing_whether_keys_are_required_or_not(deployed: Deployment) -> None:
    for kind, authorization in BAD.items():
        assert answers(deployed, {"authorization": authorization()}) == column("bad"), kind
