"""The API of admins for their customers: the keys that customers send, and the secrets that sign their webhooks."""

from http import HTTPStatus

from chalice.app import Response

from snapjury.logs import log_event
from snapjury.rules.user import Role
from snapjury.schemas_customers import (
    KEY_PARAMETERS,
    CreateKeyRequest,
    RotateRequest,
    key_query,
    key_view,
    keys_view,
    new_key_view,
    new_secret_view,
    secrets_view,
)
from snapjury.services.api_keys import create_key, revoke_key
from snapjury.services.signing import rotate_secret, secrets_of
from snapjury.web import Api, Headers, answer, body_as, query_parameters
from snapjury.wiring import customers as wiring
from snapjury.wiring.clients import now

app = Api("customers", tokens=wiring.tokens)

NOT_KEPT: Headers = {"cache-control": "no-store"}

# ---- API keys


@app.route("/keys", methods=["POST"])
def add_key() -> Response:
    caller = app.caller(Role.ADMIN)
    new = body_as(CreateKeyRequest, app.request).new_key()
    key, text = create_key(new, caller.name, wiring.api_key_ports(), now())
    log_event("key_created", key=key.id, owner=key.owner, by=caller.name)
    return answer(HTTPStatus.CREATED, new_key_view(key, text), app.location_of(key.id) | NOT_KEPT)


@app.route("/keys", methods=["GET"])
def list_keys() -> Response:
    app.caller(Role.ADMIN)
    query = key_query(query_parameters(app.request, KEY_PARAMETERS))
    page = wiring.api_key_ports().keys.page(query.owner, query.limit, query.next)
    return answer(HTTPStatus.OK, keys_view(page))


@app.route("/keys/{key_id}", methods=["DELETE"])
def delete_key(key_id: str) -> Response:
    caller = app.caller(Role.ADMIN)
    key = revoke_key(key_id, wiring.api_key_ports().keys, now())
    log_event("key_revoked", key=key.id, owner=key.owner, by=caller.name)
    return answer(HTTPStatus.OK, key_view(key))


# ---- signing secrets


@app.route("/customers/{owner}/secrets", methods=["POST"])
def add_secret(owner: str) -> Response:
    caller = app.caller(Role.ADMIN)
    at_once = body_as(RotateRequest, app.request).at_once
    moment = now()
    secrets = rotate_secret(owner, at_once, wiring.signing_ports(), moment)
    log_event("secret_rotated", owner=owner, at_once=at_once, by=caller.name)
    return answer(HTTPStatus.CREATED, new_secret_view(secrets, moment), NOT_KEPT)


@app.route("/customers/{owner}/secrets", methods=["GET"])
def list_secrets(owner: str) -> Response:
    app.caller(Role.ADMIN)
    return answer(HTTPStatus.OK, secrets_view(secrets_of(owner, wiring.signing_ports().secrets), now()))
