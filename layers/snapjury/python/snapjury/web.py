"""The HTTP edge: a Chalice app whose views may raise our errors, and requests parsed into types."""

import functools
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from chalice.app import Chalice, MultiDict, Request, Response

from snapjury import errors
from snapjury.logs import log_event, log_failure
from snapjury.metrics import measured
from snapjury.rules.api_key import OWNER_WITHOUT_KEY, WHOLE_BUCKET, Access, Scope, looks_like_key
from snapjury.rules.ids import ID
from snapjury.rules.user import Caller, Role
from snapjury.schemas import Problem
from snapjury.services.api_keys import HOW_TO_SEND, KeyCheck
from snapjury.services.ports import Tokens
from snapjury.wiring.clients import now

T = TypeVar("T")
View = Callable[..., Response]
Headers = dict[str, str | list[str]]

STEP = re.compile(r"\.([\w-]+)|\[")
"""One step of a path of msgspec's: a field, or an element of a list or mapping."""

MAX_BODY_BYTES = 64 * 1024
RETRY_AFTER_SECONDS = "2"

REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
"""What somebody gets who tries keys or passwords."""

STATUS_OF_ERROR: dict[type[Exception], HTTPStatus] = {
    errors.MalformedRequestError: HTTPStatus.BAD_REQUEST,
    errors.UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NotDrawnError: HTTPStatus.NOT_FOUND,
    errors.UnknownQueueError: HTTPStatus.NOT_FOUND,
    errors.UnknownTypeError: HTTPStatus.NOT_FOUND,
    errors.AlreadyExistsError: HTTPStatus.CONFLICT,
    errors.AlreadyDecidedError: HTTPStatus.CONFLICT,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.InUseError: HTTPStatus.CONFLICT,
    errors.NotMarkableError: HTTPStatus.CONFLICT,
    errors.NotReplayableError: HTTPStatus.CONFLICT,
    errors.OwnAccessError: HTTPStatus.CONFLICT,
    errors.VersionMismatchError: HTTPStatus.PRECONDITION_FAILED,
    errors.RequestTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedContentTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.InvalidRequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LocationNotEnabledError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.IdempotencyKeyReusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TemporaryFaultError: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}
"""RFC 9110's names where older Pythons have older ones: the same answer whatever runs the function."""

PLAIN_DETAIL: dict[type[Exception], str] = {
    errors.NotFoundError: "nothing is stored under this id",
    errors.NotDrawnError: "the snapshot was not drawn in this session",
    errors.AlreadyExistsError: "there is one by this name or number already; change it, or use another",
    errors.ConflictError: "it was changed by somebody else at the same time; read it again and repeat the request",
    errors.IdempotencyKeyReusedError: "this Idempotency-Key was used with another request; use a new one",
    errors.TemporaryFaultError: "the request was not accepted; repeat it, with the same Idempotency-Key if it has one",
}
"""What callers read instead of the error's own words, which may name our internals."""


class Api(Chalice):
    """A Chalice app that answers every failure with a problem document (RFC 9457)."""

    def __init__(
        self, name: str, tokens: Callable[[], Tokens], key_check: Callable[[], KeyCheck] | None = None
    ) -> None:
        super().__init__(name, configure_logs=False)
        self._tokens = tokens
        self._key_check = key_check

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

    def caller(self, *roles: Role) -> Caller:
        """Who sends the request, as its token proves; UnauthenticatedError, or ForbiddenError for all other roles."""
        token = self._credential()
        if token is None:
            raise errors.UnauthenticatedError("sign in, and send the token as `Authorization: Bearer <token>`")
        if looks_like_key(token):
            raise errors.UnauthenticatedError("an API key does not open this; sign in, and send the token instead")
        caller = self._tokens().verify(token, now())
        if caller.role not in roles:
            raise errors.ForbiddenError(f"this is for the role {' or '.join(roles)}; yours is {caller.role}")
        return caller

    def access(self, *scopes: Scope) -> Access:
        """Whose assets the request may act on, by an API key with any of these scopes or as an admin.

        UnauthenticatedError, or ForbiddenError for other keys and roles. A request without a key gets what the setting
        allows; a key or token that is sent must be good, also where none is required.
        """
        if self._key_check is None:
            raise RuntimeError("this API was not told how to check API keys")
        credential = self._credential()
        if credential is None:
            return self._key_check().without_key()
        if looks_like_key(credential):
            return self._key_check().with_key(credential, scopes)
        return Access(OWNER_WITHOUT_KEY, WHOLE_BUCKET, admin=self.caller(Role.ADMIN).name)

    def _credential(self) -> str | None:
        """The API key or token of the request, None without one; UnauthenticatedError if it is sent in another way."""
        header: str | None = self.request.headers.get("authorization")
        if header is None:
            return None
        scheme, _, credential = header.partition(" ")
        if scheme.lower() != "bearer" or not credential.strip():
            raise errors.UnauthenticatedError(HOW_TO_SEND)
        return credential.strip()

    def check_if_match(self, version: int) -> None:
        """VersionMismatchError if the request has an If-Match that does not name this version."""
        given = self.request.headers.get("if-match")
        if given is None:
            return
        tags = {tag.strip() for tag in given.split(",")}
        if not tags & {"*", etag_of(version)}:
            raise errors.VersionMismatchError(f"If-Match is {given}, but {etag_of(version)} is stored; read it again")

    def location_of(self, name: str) -> Headers:
        """The Location of what the request made: relative to its collection, as stages and emulators add prefixes."""
        collection = self.request.path.rpartition("/")[2]
        return {"location": f"{collection}/{quote(name, safe='')}"}

    def _with_problems(self, view: View) -> View:
        @functools.wraps(view)
        def answer(**arguments: str) -> Response:
            try:
                answered = view(**arguments)
            except Exception as error:
                answered = refusal(error)
            request, status = self.request, answered.status_code
            refused = measured(RequestsRefused=1) if status in REFUSALS else {}
            asset = asset_named_in(arguments)
            log_event("request", method=request.method, path=request.path, status=status, asset=asset, **refused)
            return answered

        return answer


def asset_named_in(arguments: Mapping[str, str]) -> str | None:
    """The asset that a request's path names, if any: who finds a line by it must not find what cannot be one."""
    named = arguments.get("asset_id") or arguments.get("type_or_id")
    return named if named and ID.fullmatch(named) else None


def detail_of(error: Exception, status: HTTPStatus) -> str:
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return "the request failed for a reason that is ours; it has been logged"
    return PLAIN_DETAIL.get(type(error)) or str(error)


def headers_of(error: Exception) -> Headers:
    """What the error's answer says in its headers: how to prove who one is, or when to try again."""
    match error:
        case errors.UnauthenticatedError():
            return {"www-authenticate": "Bearer"}
        case errors.TooManyAttemptsError():
            return {"retry-after": str(error.seconds)}
        case errors.TemporaryFaultError():
            return {"retry-after": RETRY_AFTER_SECONDS}
        case _:
            return {}


def problem_of(error: Exception) -> Problem:
    """What a caller is told of an error, which is logged if it is ours; `errors` names the field that is to blame."""
    status = STATUS_OF_ERROR.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log_failure("request_failed", error, status=status)
    detail = detail_of(error, status)
    title = TITLES.get(status, status.phrase)
    body: Problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    field: str | None = getattr(error, "field", None)
    if field is not None:
        body["errors"] = [{"field": field, "message": detail}]
    return body


def refusal(error: Exception) -> Response:
    """A problem document as the answer."""
    body = problem_of(error)
    content_type: Headers = {"content-type": "application/problem+json"}
    return Response(msgspec.json.encode(body).decode(), content_type | headers_of(error), body["status"])


def answer(status: HTTPStatus, body: object, headers: Headers | None = None) -> Response:
    """A JSON answer; one without content if the status says so."""
    if status is HTTPStatus.NO_CONTENT:
        return Response("", headers or {}, status)
    content_type: Headers = {"content-type": "application/json"}
    return Response(msgspec.json.encode(body).decode(), content_type | (headers or {}), status)


def etag_of(version: int) -> str:
    return f'"{version}"'


def etag(version: int) -> Headers:
    return {"etag": etag_of(version)}


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
        raise invalid(error, kind) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.MalformedRequestError(f"the body is not JSON: {error}") from error


def invalid(error: msgspec.ValidationError, kind: type) -> errors.InvalidRequestError:
    """The error, with msgspec's `$.a.b` path turned into the field's name, and with the values that there are."""
    message, _, path = str(error).rpartition(" - at `$") if " - at `$" in str(error) else (str(error), "", "")
    if path and message.startswith("Invalid enum value"):
        message += f"; use one of: {', '.join(choices_at(path, kind))}"
    named = message.split("`")[1] if "field `" in message else ""
    field = ".".join(part for part in (path.strip("`.").removeprefix("."), named) if part)
    return errors.InvalidRequestError(message, field or "body")


def choices_at(path: str, kind: type) -> list[str]:
    """The values of the enumeration at this path (`.a[0].b`) of a type."""
    schema = msgspec.json.schema(kind)

    def plain(part: dict[str, Any]) -> dict[str, Any]:
        """The part itself, where it is referred to or may be null."""
        if "$ref" in part:
            return plain(schema["$defs"][part["$ref"].rpartition("/")[2]])
        if "anyOf" in part:
            return plain(next(each for each in part["anyOf"] if each.get("type") != "null"))
        return part

    part = plain(schema)
    for field in STEP.findall(path):
        part = plain(part["properties"][field] if field else part.get("items") or part["additionalProperties"])
    return list(part["enum"])


def query_parameters(request: Request, allowed: Mapping[str, Callable[[str], object]]) -> dict[str, Any]:
    """The query's parameters, each parsed by its function, whose ValueError says what would be right."""
    given: MultiDict = request.query_params or MultiDict({})
    parsed = {}
    for name in given:
        if name not in allowed:
            raise errors.MalformedRequestError(
                f"unknown query parameter; known are: {', '.join(allowed) or 'none'}", name
            )
        texts = given.getlist(name)
        if len(texts) > 1:
            raise errors.MalformedRequestError(f"is given {len(texts)} times; give it once", name)
        try:
            parsed[name] = allowed[name](texts[0])
        except ValueError as error:
            raise errors.MalformedRequestError(str(error), name) from error
    return parsed
