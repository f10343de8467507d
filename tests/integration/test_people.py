"""Signing in and the API of users, over the real handlers: who may do what, and every way to get it wrong."""

import hashlib
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from snapjury.rules.user import Role
from snapjury.services.users import create_user
from snapjury.wiring import catalog, clients, secrets, tokens
from snapjury.wiring.clients import now
from tests.integration.callers import Answer, ask, bearer
from tests.integration.deployment import TOKEN_SECRET, Deployment
from tests.people import ADAS_PASSWORD, KEVINS_PASSWORD, WRONG_PASSWORD, ada, kevin


def change(deployment: Deployment, name: str, body: object, **headers: str) -> Answer:
    return ask(deployment, "PATCH", "/users/{name}", body, path={"name": name}, headers=bearer("ada") | headers)


def sign_in(deployment: Deployment, name: str, password: str) -> Answer:
    return deployment.request("POST", "/auth/token", {"name": name, "password": password}, function="reviews")


def issued_at(moment: int) -> dict[str, str]:
    """The headers of a request by Kevin, who signed in then."""
    return {"authorization": f"Bearer {catalog.tokens().issue(kevin(), moment)[0]}"}


# ---- signing in


def test_who_signs_in_gets_a_token_that_opens_the_api(people: Deployment) -> None:
    status, signed_in, headers = sign_in(people, "ada", ADAS_PASSWORD)

    assert status == 200
    assert signed_in.keys() == {"token", "expires_at", "role"}
    assert signed_in["role"] == "admin"
    assert headers["cache-control"] == "no-store"
    authorization = {"authorization": f"bearer {signed_in['token']}"}
    assert ask(people, "GET", "/users/me", headers=authorization)[1]["name"] == "ada"


def test_a_wrong_password_an_unknown_name_and_a_disabled_user_look_alike(
    people: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("maria", "gone"):
        create_user(name, KEVINS_PASSWORD, Role.QA, catalog.user_ports(), now())
    change(people, "gone", {"disabled": True})
    hashes = []
    scrypt: Callable[..., bytes] = hashlib.scrypt

    def counted(password: bytes, **costs: Any) -> bytes:
        hashes.append((costs["n"], costs["r"], costs["p"]))
        return scrypt(password, **costs)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    answers, requests, work = [], [], []
    for name, password in (("maria", WRONG_PASSWORD), ("nobody", KEVINS_PASSWORD), ("gone", KEVINS_PASSWORD)):
        hashes.clear()
        people.calls.clear()
        answers.append(sign_in(people, name, password))
        requests.append(dict(people.calls))
        work.append(list(hashes))

    assert answers[0][0] == 401
    assert answers[0][2]["www-authenticate"] == "Bearer"
    assert answers[0] == answers[1] == answers[2]
    assert work == [[(1 << 14, 8, 5)]] * 3
    assert requests == [{"GetItem": 2, "PutItem": 1}] * 3


@pytest.mark.parametrize("name", ["kevin", "nobody"])
def test_many_failures_are_answered_with_the_time_to_wait(
    people: Deployment, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr(people.functions["reviews"], "now", lambda: moment)  # passwords take time to hash

    assert [sign_in(people, name, WRONG_PASSWORD)[0] for _ in range(5)] == [401] * 5

    status, problem, headers = sign_in(people, name, KEVINS_PASSWORD)

    assert (status, problem["title"]) == (429, "Too Many Requests")
    assert headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("{", 400, None),
        ("\ud800", 400, None),
        ('{"name": "\\ud800", "password": "x"}', 400, None),
        ({"name": "kevin"}, 422, "password"),
        ({"password": "x"}, 422, "name"),
        ({"name": "kevin", "password": "x", "remember": True}, 422, "remember"),
        ({"name": "k" * 33, "password": "x"}, 422, "name"),
        ({"name": "kevin", "password": "x" * 257}, 422, "password"),
        ({"name": 7, "password": "x"}, 422, "name"),
    ],
)
def test_a_wrong_sign_in_names_the_field(people: Deployment, body: object, status: int, field: str | None) -> None:
    answered, problem, _ = people.request("POST", "/auth/token", body, function="reviews")

    assert answered == status
    assert [error["field"] for error in problem.get("errors", [])] == ([field] if field else [])


@pytest.mark.parametrize("name", ["", "\0", "USER#kevin", "' OR 1=1", "ß" * 32])
def test_any_text_may_be_tried_as_a_name(people: Deployment, name: str) -> None:
    assert sign_in(people, name, WRONG_PASSWORD)[0] == 401


# ---- tokens


def test_an_expired_token_says_so(people: Deployment) -> None:
    token, _ = catalog.tokens().issue(ada(), now() - 8 * 3_600_000)

    status, problem, _ = ask(people, "GET", "/users", headers={"authorization": f"Bearer {token}"})

    assert status == 401
    assert problem["detail"] == "the token has expired; sign in again"


def test_a_token_signed_by_somebody_else_is_refused(people: Deployment) -> None:
    claims = {"sub": "ada", "role": "admin", "iat": 0, "exp": 2**40}
    forged = {"authorization": "Bearer " + jwt.encode(claims, "x" * 64, "HS256")}
    genuine = {"authorization": "Bearer " + jwt.encode(claims, TOKEN_SECRET, "HS256")}

    assert ask(people, "GET", "/users", headers=forged)[0] == 401
    assert ask(people, "GET", "/users", headers=genuine)[0] == 200


def test_a_token_dies_with_its_user(people: Deployment) -> None:
    kevins = bearer("kevin")
    assert ask(people, "GET", "/users/me", headers=kevins)[0] == 200

    change(people, "kevin", {"disabled": True})

    assert ask(people, "GET", "/users/me", headers=kevins)[0] == 401


@pytest.mark.parametrize("by", ["kevin", "ada"])
def test_a_new_password_ends_the_tokens_from_before_it_and_none_from_after(people: Deployment, by: str) -> None:
    stolen = issued_at(now())
    body = {"password": "red hot salsa", "current_password": KEVINS_PASSWORD}
    assert ask(people, "GET", "/users/me", headers=stolen)[0] == 200

    assert change(people, "kevin", body, **bearer(by))[0] == 200

    status, problem, _ = ask(people, "GET", "/users/me", headers=stolen)
    assert (status, problem["detail"]) == (401, "the password was changed after this token was issued; sign in again")
    assert people.request("POST", "/sessions", headers=stolen, function="reviews")[0] == 401
    fresh = {"authorization": f"Bearer {sign_in(people, 'kevin', 'red hot salsa')[1]['token']}"}
    assert ask(people, "GET", "/users/me", headers=fresh)[0] == 200
    assert people.request("POST", "/sessions", headers=fresh, function="reviews")[0] == 201


def test_a_demoted_admin_is_one_no_more_whatever_the_token_says(people: Deployment) -> None:
    create_user("grace", KEVINS_PASSWORD, Role.ADMIN, catalog.user_ports(), now())
    graces = {"authorization": f"Bearer {sign_in(people, 'grace', KEVINS_PASSWORD)[1]['token']}"}
    assert ask(people, "GET", "/users", headers=graces)[0] == 200

    change(people, "grace", {"role": "qa"})

    status, problem, _ = ask(people, "GET", "/users", headers=graces)
    assert (status, problem["detail"]) == (403, "this is for the role admin; yours is qa")


def test_checking_a_caller_costs_one_read(people: Deployment) -> None:
    headers = bearer("ada")
    people.calls.clear()

    ask(people, "GET", "/users/{name}", path={"name": "kevin"}, headers=headers)

    assert people.calls == {"GetItem": 2}


def rotate(*parts: str) -> None:
    clients.client("secretsmanager").put_secret_value(SecretId="tokens", SecretString=" ".join(parts))


def test_a_new_secret_signs_within_five_minutes_and_the_old_ones_tokens_count_as_long_as_it_is_kept(
    people: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, passed = now(), 0
    monkeypatch.setattr(secrets, "now", lambda: start + passed)
    headers = bearer("ada")
    rotate("n" * 64, TOKEN_SECRET)
    assert jwt.decode(catalog.tokens().issue(ada(), start)[0], TOKEN_SECRET, ["HS256"])["sub"] == "ada"

    passed += secrets.KEPT

    assert jwt.decode(catalog.tokens().issue(ada(), start)[0], "n" * 64, ["HS256"])["sub"] == "ada"
    assert ask(people, "GET", "/users", headers=headers)[0] == 200

    rotate("n" * 64)
    passed += secrets.KEPT

    assert ask(people, "GET", "/users", headers=headers)[0] == 401


def test_a_token_that_another_container_signed_with_a_newer_secret_is_good_at_once(
    people: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, passed = now(), 0
    monkeypatch.setattr(secrets, "now", lambda: start + passed)
    bearer("ada")
    rotate("n" * 64, TOKEN_SECRET)
    claims = {"sub": "ada", "role": "admin", "iat": start // 1000, "exp": start // 1000 + 60}
    headers = {"authorization": "Bearer " + jwt.encode(claims, "n" * 64, "HS256")}

    passed += tokens.LATEST

    assert ask(people, "GET", "/users", headers=headers)[0] == 200


def test_tokens_that_nobody_signed_do_not_have_the_secrets_read_each_time(people: Deployment) -> None:
    reads: list[str] = []
    manager = clients.client("secretsmanager")
    manager.meta.events.register("before-call", lambda model, **_: reads.append(model.name))
    forged = {"authorization": "Bearer " + jwt.encode({"sub": "ada"}, "x" * 64, "HS256")}

    for _ in range(20):
        assert ask(people, "GET", "/users", headers=forged)[0] == 401

    assert reads == ["GetSecretValue"]


# ---- users


def test_an_admin_makes_a_user_who_can_sign_in(people: Deployment) -> None:
    body = {"name": "maria", "password": "red hot salsa", "role": "qa"}
    status, user, headers = ask(people, "POST", "/users", body)

    assert status == 201
    assert user == {"name": "maria", "role": "qa", "disabled": False, "created_at": user["created_at"]}
    assert (headers["location"], headers["etag"]) == ("users/maria", '"1"')
    assert sign_in(people, "maria", "red hot salsa")[1]["role"] == "qa"
    assert ask(people, "GET", "/users/{name}", path={"name": "maria"})[1:] == (
        user,
        {"content-type": "application/json", "etag": '"1"'},
    )


def test_a_taken_name_is_a_conflict_that_names_no_key(people: Deployment) -> None:
    status, problem, _ = ask(people, "POST", "/users", {"name": "kevin", "password": "red hot salsa", "role": "qa"})

    assert status == 409
    assert "USER#" not in str(problem)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Maria"}, "name"),
        ({"name": "me"}, "name"),
        ({"name": "m" * 33}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": None}, "password"),
        ({"role": "owner"}, "role"),
        ({"disabled": True}, "disabled"),
    ],
)
def test_a_wrong_user_names_the_field(people: Deployment, changes: dict[str, Any], field: str) -> None:
    body = {"name": "maria", "password": "red hot salsa", "role": "qa"} | changes

    status, problem, _ = ask(people, "POST", "/users", body)

    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


def test_users_are_listed_by_name_without_passwords(people: Deployment) -> None:
    first = ask(people, "GET", "/users", query={"limit": "1"})[1]
    second = ask(people, "GET", "/users", query={"limit": "1", "next": first["next"]})[1]

    assert [user["name"] for user in first["users"] + second["users"]] == ["ada", "kevin"]
    assert second["next"] is None
    assert ask(people, "GET", "/users", query={"next": "a2V2aW4"})[0] == 200
    assert "scrypt" not in str(first)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "\uff11"),
        ("limit", "²"),
        ("next", "S2V2aW4"),
        ("next", "a2V2!aW4"),
        ("next", "a2V2aW4="),
        ("next", "a2V2aW4\n"),
        ("next", "a2V2aW5"),
        ("role", "qa"),
    ],
)
def test_a_wrong_query_of_users_names_the_parameter(people: Deployment, name: str, value: str) -> None:
    status, problem, _ = ask(people, "GET", "/users", query={name: value})

    assert status == 400
    assert problem["errors"][0]["field"] == name


def test_a_qa_sees_and_changes_nobody_else(people: Deployment) -> None:
    kevins = bearer("kevin")

    assert ask(people, "GET", "/users", headers=kevins)[0] == 403
    assert ask(people, "POST", "/users", {}, headers=kevins)[0] == 403
    assert ask(people, "GET", "/users/{name}", path={"name": "kevin"}, headers=kevins)[0] == 403
    assert change(people, "ada", {"disabled": True}, **kevins)[0] == 403
    assert change(people, "kevin", {"role": "admin"}, **kevins)[0] == 403
    assert ask(people, "GET", "/users/me", headers=kevins)[1]["name"] == "kevin"


def test_a_qa_changes_their_own_password(people: Deployment) -> None:
    body = {"password": "red hot salsa", "current_password": KEVINS_PASSWORD}

    assert change(people, "kevin", body, **bearer("kevin"))[0] == 200

    assert sign_in(people, "kevin", "red hot salsa")[0] == 200
    assert sign_in(people, "kevin", KEVINS_PASSWORD)[0] == 401


@pytest.mark.parametrize(
    ("name", "body", "status", "field"),
    [
        ("kevin", {}, 422, "body"),
        ("kevin", {"current_password": KEVINS_PASSWORD}, 422, "body"),
        ("kevin", {"disabled": None}, 422, "disabled"),
        ("kevin", {"disabled": "yes"}, 422, "disabled"),
        ("kevin", {"name": "maria"}, 422, "name"),
        ("kevin", {"password": "short"}, 422, "password"),
        ("ada", {"password": "red hot salsa"}, 422, "current_password"),
        ("ada", {"password": "red hot salsa", "current_password": WRONG_PASSWORD}, 422, "current_password"),
        ("ada", {"disabled": True}, 409, None),
        ("ada", {"role": "qa"}, 409, None),
        ("nobody", {"disabled": True}, 404, None),
        ("n" * 5000, {"disabled": True}, 404, None),
    ],
)
def test_a_wrong_change_says_what_is_wrong(
    people: Deployment, name: str, body: object, status: int, field: str | None
) -> None:
    answered, problem, _ = change(people, name, body)

    assert answered == status
    assert [error["field"] for error in problem.get("errors", [])] == ([field] if field else [])
    assert problem["detail"]


def test_a_change_is_made_of_the_version_that_if_match_names(people: Deployment) -> None:
    assert change(people, "kevin", {"disabled": True}, **{"if-match": '"1"'})[2]["etag"] == '"2"'

    status, problem, _ = change(people, "kevin", {"disabled": False}, **{"if-match": '"1"'})
    assert (status, problem["title"]) == (412, "Precondition Failed")
    assert change(people, "kevin", {"disabled": False}, **{"if-match": '"7", "2"'})[0] == 200
    assert change(people, "kevin", {"disabled": True}, **{"if-match": "*"})[0] == 200
    assert change(people, "kevin", {"password": "short"}, **{"if-match": '"1"'})[0] == 422, "wrong of any version"


def test_logs_hold_no_passwords_and_no_tokens(people: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    token = sign_in(people, "kevin", KEVINS_PASSWORD)[1]["token"]
    sign_in(people, "kevin", WRONG_PASSWORD)
    ask(people, "POST", "/users", {"name": "maria", "password": "red hot salsa", "role": "qa"})

    logged = capsys.readouterr().out

    assert '"/auth/token"' in logged
    assert not [secret for secret in (token, KEVINS_PASSWORD, WRONG_PASSWORD, "red hot salsa") if secret in logged]
