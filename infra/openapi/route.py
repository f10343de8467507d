"""What the tables say of a route: who may ask, what is sent, what is answered."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from snapjury.rules.api_key import Scope
from snapjury.rules.user import Role

IDEMPOTENCY_KEY = "Idempotency-Key"
IF_MATCH = "If-Match"
ETAG = "ETag"
LOCATION = "Location"


@dataclass(frozen=True)
class Route:
    """One route; `operation` is its event in the template, with a small first letter.

    `answers` is the type of the answer's body, None if there is none. `sends` is an example of the request's body, of
    the type that it is read as; the fields of `query` are the query's parameters. `heeds` and `carries` are headers of
    the request and of the answer. Anyone may ask where neither roles nor scopes are named. `fails` are the errors that
    do not follow from all this, see `statuses_of`. `gives` names parameters of other routes, each with where in the
    answer's body its value stands (a JSON pointer).
    """

    operation: str
    method: str
    path: str
    summary: str
    answers: Any
    status: HTTPStatus = HTTPStatus.OK
    roles: tuple[Role, ...] = ()
    scopes: tuple[Scope, ...] = ()
    sends: Struct | None = None
    query: type[Struct] | None = None
    heeds: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    fails: tuple[HTTPStatus, ...] = ()
    gives: tuple[tuple[str, str], ...] = ()


def statuses_of(route: Route) -> list[HTTPStatus]:
    """The errors of 4xx that the route can answer with."""
    found = {HTTPStatus.TOO_MANY_REQUESTS, *route.fails}
    if route.roles or route.scopes:
        found |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if route.sends is not None:
        found |= {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
    if route.query is not None or IDEMPOTENCY_KEY in route.heeds:
        found.add(HTTPStatus.BAD_REQUEST)
    if IF_MATCH in route.heeds:
        found.add(HTTPStatus.PRECONDITION_FAILED)
    return sorted(found)
