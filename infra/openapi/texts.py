"""What the description says in words: of the whole, of errors, of headers, of who may ask."""

from http import HTTPStatus
from typing import NamedTuple

ABOUT = """\
Customers submit image assets, which are queued, validated, and told about by webhooks. A jury of QAs decides of each
snapshot whether it shows the product that it is filed under. Admins keep users, products, imports and exports.

Lists are paged: `next` of an answer is the token for the following page, and null on the last one. Errors are problem
documents (RFC 9457); `errors` names the field that is wrong. Fields may be added to answers."""


class Problem(NamedTuple):
    """An error: its name in the document, what it means, and the headers that it comes with."""

    name: str
    description: str
    headers: tuple[str, ...] = ()


PROBLEMS: dict[HTTPStatus | str, Problem] = {
    HTTPStatus.BAD_REQUEST: Problem("BadRequest", "The body is not JSON, or a parameter or header cannot be read."),
    HTTPStatus.UNAUTHORIZED: Problem("Unauthorized", "The request does not prove who sends it.", ("WWW-Authenticate",)),
    HTTPStatus.FORBIDDEN: Problem("Forbidden", "This role, or a key with these scopes, may not do this."),
    HTTPStatus.NOT_FOUND: Problem("NotFound", "Nothing is stored under this id, or it is somebody else's."),
    HTTPStatus.CONFLICT: Problem("Conflict", "What is stored does not allow it, or was changed at the same time."),
    HTTPStatus.PRECONDITION_FAILED: Problem("PreconditionFailed", "If-Match names another version than is stored."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Problem("ContentTooLarge", "The body has more than 64 kB."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Problem("UnsupportedMediaType", "The body is not announced as JSON."),
    HTTPStatus.UNPROCESSABLE_ENTITY: Problem(
        "UnprocessableContent", "A field is not what it should be, or the Idempotency-Key was used for something else."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Problem(
        "TooManyRequests", "Too many requests, or failed attempts to sign in; try again later.", ("Retry-After",)
    ),
    "5XX": Problem("Fault", "A fault that is ours; after a 503 the request may be repeated.", ("Retry-After",)),
}

PRINTABLE = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}

REQUEST_HEADERS = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes it safe to repeat the request: the same key gives the same result. Printable ASCII.",
        "schema": PRINTABLE,
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "ETags, or `*`: the request is refused if another version is stored.",
        "schema": {"type": "string"},
    },
}

RESPONSE_HEADERS = {
    "ETag": {"description": "The version that is stored now.", "required": True, "schema": {"type": "string"}},
    "Location": {
        "description": "The address of what the request made, relative to the request's.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {"description": "Seconds to wait before the request is repeated.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to prove it.", "schema": {"const": "Bearer"}},
}

SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "For people: the token of `POST /auth/token`, good for eight hours. Roles that may are named.",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "For customers: an API key, `sj_live_...`, with one of the scopes that are named. "
        "A local system takes requests without a key too, unless it is told to require one.",
    },
}
