"""The routes of the function `customers`."""

from http import HTTPStatus

from infra.openapi.catalog import ADMINS
from infra.openapi.route import LOCATION, Route
from snapjury.rules.api_key import Scope
from snapjury.schemas_customers import (
    CreateKeyRequest,
    KeyQuery,
    KeysView,
    KeyView,
    NewKeyView,
    NewSecretView,
    RotateRequest,
    SecretsView,
)

ROUTES = (
    Route(
        *("addKey", "POST", "/keys", "Give a customer an API key"),
        answers=NewKeyView,
        status=HTTPStatus.CREATED,
        **ADMINS,
        sends=CreateKeyRequest("acme", (Scope.ASSETS_WRITE, Scope.ASSETS_READ), "nightly upload"),
        carries=(LOCATION,),
        gives=(("key_id", "/id"),),
    ),
    Route("listKeys", "GET", "/keys", "List API keys", KeysView, **ADMINS, query=KeyQuery),
    Route(
        *("revokeKey", "DELETE", "/keys/{key_id}", "Revoke an API key"),
        answers=KeyView,
        **ADMINS,
        fails=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Route(
        *("rotateSecret", "POST", "/customers/{owner}/secrets", "Sign a customer's webhooks with a new secret"),
        answers=NewSecretView,
        status=HTTPStatus.CREATED,
        **ADMINS,
        sends=RotateRequest(),
        fails=(HTTPStatus.CONFLICT,),
    ),
    Route(
        *("listSecrets", "GET", "/customers/{owner}/secrets", "List since when a customer's secrets sign"),
        answers=SecretsView,
        **ADMINS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
)
