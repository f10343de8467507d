"""The HTTP edge: a Chalice app whose views may raise our errors, and requests parsed into types."""

import functools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from chalice.app import Chalice, Request, Response

from snapjury import errors
from snapjury.logs import log_event, log_failure

T = TypeVar("T")
View = Callable[..., Response]
Headers = dict[str, str | list[str]]

MAX_BODY_BYTES = 64 * 1024
RETRY_AFTER_SECONDS = "2"

STATUS_OF_ERROR: dict[type[Exception], HTTPStatus] = {
    errors.MalformedRequestError: HTTPStatus.BAD_REQUEST,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NotReplayableError: HTTPStatus.CONFLICT,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.RequestTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedContentTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.InvalidRequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LocationNotEnabledError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.IdempotencyKeyReusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TemporaryFaultError: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}
"""RFC 9110's names where older Pythons have older ones: the same answer whatever runs the function."""

PLAIN_DETAIL: dict[type[Exception], str] = {
    errors.NotFoundError: "nothing is stored under this id",
    errors.IdempotencyKeyReusedError: "this Idempotency-Key was used with another request; use a new one",
    errors.TemporaryFaultError: "the request was not accepted; repeat it, with the same Idempotency-Key if it has one",
}
"""What callers read instead of the error's own words, which may name our internals."""


class Api(Chalice):
    """A Chalice app that answers every failure with a problem document (RFC 9457)."""

    def __init__(self, name: str) -> None:
        super().__init__(name, configure_logs=False)

    @property
    def request(self) -> Request:
        """The request that is being answered."""
        if self.current_request is None:
            raise RuntimeError("there is no request outside of a view")
        return self.current_request

    def route(self, path: str, **options: Any) -> Callable[[View], View]:
        """Register a view; it takes any content type, since `body_as` says itself what it needs."""
        register: Callable[[View], View] = super().route(path, content_types=[], **options)
        return lambda view: register(self._with_problems(view))

    def _with_problems(self, view: View) -> View:
        @functools.wraps(view)
        def answer(**arguments: str) -> Response:
            try:
                answered = view(**arguments)
            except Exception as error:
                answered = self._problem_of(error)
            request = self.request
            asset = arguments.get("asset_id")
            log_event("request", method=request.method, path=request.path, status=answered.status_code, asset=asset)
            return answered

        return answer

    def _problem_of(self, error: Exception) -> Response:
        status = STATUS_OF_ERROR.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log_failure("request_failed", error, status=status)
        return problem(status, detail_of(error, status), getattr(error, "field", None))


def detail_of(error: Exception, status: HTTPStatus) -> str:
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return "the request failed for a reason that is ours; it has been logged"
    return PLAIN_DETAIL.get(type(error)) or str(error)


def problem(status: HTTPStatus, detail: str, field: str | None = None) -> Response:
    """A problem document; `errors` names the field where one is to blame."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(status, status.phrase),
        "status": status,
        "detail": detail,
    }
    if field is not None:
        body["errors"] = [{"field": field, "message": detail}]
    headers: Headers = {"content-type": "application/problem+json"}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = RETRY_AFTER_SECONDS
    return Response(msgspec.json.encode(body).decode(), headers, status)


def answer(status: HTTPStatus, body: object) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body).decode(), {"content-type": "application/json"}, status)


def body_as(kind: type[T], request: Request) -> T:
    """The request's JSON body as this type.

    Raises the errors of 400 (not JSON), 413 (over 64 kB), 415 (not announced as JSON) and 422 (the wrong fields), the
    last with the path of the field.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise errors.UnsupportedContentTypeError(
            f"content-type is {content_type or 'missing'}; send application/json", "content-type"
        )
    try:
        body = request.raw_body
    except UnicodeEncodeError as error:
        raise errors.MalformedRequestError("the body is not UTF-8") from error
    if len(body) > MAX_BODY_BYTES:
        raise errors.RequestTooLargeError(f"the body has {len(body)} bytes; at most {MAX_BODY_BYTES} are taken")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.MalformedRequestError(f"the body is not JSON: {error}") from error


def invalid(error: msgspec.ValidationError) -> errors.InvalidRequestError:
    """The error, with msgspec's `$.a.b` path turned into the field's name."""
    message, _, path = str(error).rpartition(" - at `$") if " - at `$" in str(error) else (str(error), "", "")
    named = message.split("`")[1] if "field `" in message else ""
    field = ".".join(part for part in (path.strip("`.").removeprefix("."), named) if part)
    return errors.InvalidRequestError(message, field or "body")


def query_parameters(request: Request, allowed: Mapping[str, Callable[[str], object]]) -> dict[str, Any]:
    """The query's parameters, each parsed by its function, whose ValueError says what would be right."""
    given: Mapping[str, str] = request.query_params or {}
    parsed = {}
    for name, text in given.items():
        if name not in allowed:
            raise errors.MalformedRequestError(
                f"unknown query parameter; known are: {', '.join(allowed) or 'none'}", name
            )
        try:
            parsed[name] = allowed[name](text)
        except ValueError as error:
            raise errors.MalformedRequestError(str(error), name) from error
    return parsed
