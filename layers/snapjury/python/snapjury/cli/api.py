"""The API of a running stack for all commands: sign-in, readable errors, requests repeated where that is safe."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter

DEFAULT_URL = "http://localhost:4566/_aws/execute-api/snapjury/v1"
REQUEST_TIMEOUT = 30
GIVE_UP_AFTER = 0.02
"""Seconds after which a request counts as lost that is given up on purpose."""

ATTEMPTS = 5
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30
"""Seconds; the API may ask for a longer one, and is then not asked again."""

CONNECTIONS = 32
IDEMPOTENT = {"GET", "PUT", "DELETE"}
REFUSED_FOR_NOW = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
UNFINISHED = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
"""The gateway's own answers: what the function did is not known."""

BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
SECONDS = re.compile(r"\d{1,6}")

TOO_LARGE = "EntityTooLarge"
"""What S3 answers to a file that its form does not take for its size."""

Body = Mapping[str, object]
Record = dict[str, Any]
Timeout = float | tuple[float, float]


class ApiError(Exception):
    """The API refused a request (`status`), or does not answer (None); the message is one line that says why."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class UploadRefusedError(ApiError):
    """The bucket does not take this file."""


class Api:
    """The API at a URL. Calls give the answer's JSON, or raise ApiError; any thread may make them."""

    def __init__(
        self, url: str, http: requests.Session | None = None, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._url = url.rstrip("/")
        self._http = http or many_at_once()
        self._sleep = sleep
        self._account: tuple[str, str] | None = None
        self._token = ""

    def use_token(self, token: str) -> None:
        self._token = token

    def sign_in(self, name: str, password: str) -> None:
        """Act as this user from now on; once the token has expired, it is renewed."""
        credentials = {"name": name, "password": password}
        answer = self._repeated("POST", "/auth/token", credentials, {}, is_safe=True)
        self._token, self._account = str(json_of(answer)["token"]), (name, password)

    def call(
        self, method: str, path: str, body: Body | None = None, *, key: str | None = None, repeatable: bool = False
    ) -> Record:
        """Send a request, again where that is safe: with an Idempotency-Key, or if it is `repeatable` by nature."""
        headers = {"idempotency-key": key} if key else {}
        is_safe = repeatable or bool(key) or method in IDEMPOTENT
        answer = self._repeated(method, path, body, headers, is_safe)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._account:
            self.sign_in(*self._account)
            answer = self._repeated(method, path, body, headers, is_safe)
        return json_of(answer)

    def give_up(self, method: str, path: str, body: Body | None = None, *, key: str | None = None) -> None:
        """Send a request and hang up before the answer: whether it was worked on is not known."""
        try:
            self._send(method, path, body, {"idempotency-key": key} if key else {}, (REQUEST_TIMEOUT, GIVE_UP_AFTER))
        except requests.RequestException:
            return

    def pages(self, path: str, plural: str, **query: str) -> Iterator[Record]:
        """Each entry of a list, page after page as they are asked for."""
        position: str | None = ""
        while position is not None:
            words = {"limit": "100"} | query | ({"next": position} if position else {})
            page = self.call("GET", f"{path}?{urlencode(words)}")
            yield from page[plural]
            position = page["next"]

    def upload(self, content: BinaryIO) -> Record:
        """Upload what the file holds: the `assetPath` to name it by; UploadRefusedError if the bucket takes it not."""
        form = self.call("POST", "/uploads", repeatable=True)  # a form that is not used costs nothing
        try:
            answer = self._http.post(form["url"], data=form["fields"], files={"file": content}, timeout=REQUEST_TIMEOUT)
        except requests.RequestException as error:
            raise ApiError(f"the upload broke off ({type(error).__name__})") from error
        if not answer.ok:
            why = "the file is too large" if TOO_LARGE in answer.text else f"{answer.status_code} {answer.reason}"
            raise UploadRefusedError(f"the upload was refused: {why}", answer.status_code)
        path: Record = form["assetPath"]
        return path

    def _repeated(
        self, method: str, path: str, body: Body | None, headers: Mapping[str, str], is_safe: bool
    ) -> requests.Response:
        for attempt in range(ATTEMPTS):
            is_last = attempt == ATTEMPTS - 1
            pause = FIRST_PAUSE * 2**attempt
            try:
                answer = self._send(method, path, body, headers, REQUEST_TIMEOUT)
            except BROKEN as error:
                if is_last or not is_safe:
                    why = f"does not answer ({type(error).__name__}): is it there? --url or SNAPJURY_URL names another"
                    raise ApiError(f"{self._url} {why}") from error
            except requests.RequestException as error:
                raise ApiError(f"{self._url} cannot be asked: {error}") from error
            else:
                asked_for = pause_asked_for(answer, pause, is_safe)
                if is_last or asked_for is None or asked_for > LONGEST_PAUSE:
                    return answer
                pause = asked_for
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _send(
        self, method: str, path: str, body: Body | None, headers: Mapping[str, str], timeout: Timeout
    ) -> requests.Response:
        identity = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return self._http.request(method, self._url + path, json=body, headers={**headers, **identity}, timeout=timeout)


def many_at_once() -> requests.Session:
    """A session whose connections are enough for many threads."""
    http = requests.Session()
    for scheme in ("http://", "https://"):
        http.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
    return http


def pause_asked_for(answer: requests.Response, otherwise: float, is_safe: bool) -> float | None:
    """Seconds after which to send the request again; None if this answer stands."""
    if answer.status_code in UNFINISHED and is_safe:
        return otherwise
    if answer.status_code not in REFUSED_FOR_NOW:
        return None
    wanted = answer.headers.get("retry-after", "")
    return float(wanted) if SECONDS.fullmatch(wanted) else otherwise


def json_of(answer: requests.Response) -> Record:
    """The JSON of a good answer; ApiError if it is none."""
    if not answer.ok:
        raise ApiError(refusal_of(answer), answer.status_code)
    if not answer.content:
        return {}
    try:
        body: Record = answer.json()
    except requests.JSONDecodeError:
        raise ApiError(f"{address_of(answer)} answered no JSON; is the URL that of a Snapjury API?") from None
    return body


def refusal_of(answer: requests.Response) -> str:
    """A problem document in one line: what is wrong, in which field, and what was asked."""
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    errors = [f"{each.get('field')}: {each.get('message')}" for each in problem.get("errors", [])]
    said = "; ".join(errors) or str(problem.get("detail") or problem.get("message") or answer.reason)
    return f"{' '.join(said.split())} ({address_of(answer)} answered {answer.status_code})"


def address_of(answer: requests.Response) -> str:
    """Method and path of what was asked, without the query, which may hold a signature."""
    return f"{answer.request.method} {(answer.request.url or '').partition('?')[0]}"
