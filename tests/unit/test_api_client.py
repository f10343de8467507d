from collections.abc import Callable, Iterator
from typing import Any

import pytest

from snapjury.cli.api import Api, ApiError
from tests.api_server import HANG_UP, ApiServer, Reply, Request, problem


class Script:
    """An API that gives these answers, one after the other, and the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)

    def __call__(self, _: Request) -> Reply:
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


class Served:
    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.server = ApiServer(answer)
        self.pauses: list[float] = []
        self.api = Api(self.server.url, sleep=self.pauses.append)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    running: list[ApiServer] = []

    def start(*replies: Reply, answer: Callable[[Request], Reply] | None = None) -> Served:
        served = Served(answer or Script(*replies))
        running.append(served.server.__enter__())
        return served

    yield start
    for server in running:
        server.__exit__(None, None, None)


def refusal(call: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as raised:
        call()
    return raised.value


def test_a_refusal_is_one_line_with_the_field_and_what_was_asked(serve: Callable[..., Served]) -> None:
    served = serve(problem(422, "is not a GTIN:\nits check digit is 5", "gtin"))

    error = refusal(lambda: served.api.call("POST", "/products", {"gtin": "12345675"}))

    assert str(error) == (f"gtin: is not a GTIN: its check digit is 5 (POST {served.server.url}/products answered 422)")
    assert error.status == 422


@pytest.mark.parametrize("reply", [Reply(403, b"<html>Forbidden</html>"), Reply(403, ["no"]), Reply(403, b"")])
def test_a_refusal_that_is_no_problem_document_is_one_line_too(serve: Callable[..., Served], reply: Reply) -> None:
    error = refusal(lambda: serve(reply).api.call("GET", "/users?next=abc"))

    assert str(error).startswith("Forbidden (GET http://")
    assert str(error).endswith("/users answered 403)")


def test_an_answer_that_is_not_of_this_api_says_so(serve: Callable[..., Served]) -> None:
    error = refusal(lambda: serve(Reply(200, b"<html>Welcome</html>")).api.call("GET", "/users"))

    assert "is the URL that of a Snapjury API?" in str(error)


@pytest.mark.parametrize("status", [429, 503])
def test_what_is_refused_for_now_is_sent_again_when_the_api_says(serve: Callable[..., Served], status: int) -> None:
    served = serve(problem(status, "later", **{"retry-after": "7"}), Reply(201, {"id": "abc"}))

    assert served.api.call("POST", "/imports", {}) == {"id": "abc"}
    assert served.pauses == [7]


def test_nobody_waits_minutes_for_an_answer(serve: Callable[..., Served]) -> None:
    served = serve(problem(429, "too many failed attempts", **{"retry-after": "300"}))

    assert "too many failed attempts" in str(refusal(lambda: served.api.sign_in("kevin", "guess")))
    assert served.pauses == []


def test_an_api_that_stays_busy_is_asked_five_times(serve: Callable[..., Served]) -> None:
    served = serve(problem(503, "not now"))

    assert refusal(lambda: served.api.call("GET", "/stats")).status == 503
    assert len(served.server.requests) == 5
    assert served.pauses == [0.2, 0.4, 0.8, 1.6]


@pytest.mark.parametrize("broken", [HANG_UP, Reply(502, b""), Reply(504, b""), Reply(200, {"id": "abc"}, cut=3)])
@pytest.mark.parametrize(
    ("method", "options"),
    [
        *(("GET", {}), ("PUT", {}), ("DELETE", {})),
        *(("POST", {"key": "order-66"}), ("POST", {"repeatable": True})),
    ],
)
def test_what_may_be_repeated_survives_a_broken_connection(
    serve: Callable[..., Served], broken: Reply, method: str, options: dict[str, Any]
) -> None:
    served = serve(broken, Reply(200, {"id": "abc"}))

    assert served.api.call(method, "/x", **options) == {"id": "abc"}
    assert len(served.server.requests) == 2


@pytest.mark.parametrize("broken", [HANG_UP, Reply(504, b"")])
def test_what_might_be_done_twice_is_not_repeated(serve: Callable[..., Served], broken: Reply) -> None:
    served = serve(broken, Reply(201, {}))

    refusal(lambda: served.api.call("POST", "/users", {"name": "kevin"}))

    assert len(served.server.requests) == 1


def test_an_api_that_is_not_there_is_named() -> None:
    with ApiServer(lambda _: Reply()) as server:
        url = server.url

    error = refusal(lambda: Api(url, sleep=lambda _: None).call("GET", "/users"))

    where = "is it there? --url or SNAPJURY_URL names another"
    assert str(error) == f"{url} does not answer (ConnectionError): {where}"
    assert error.status is None


def test_a_url_that_is_none_is_refused_at_once() -> None:
    assert "cannot be asked" in str(refusal(lambda: Api("localhost").call("GET", "/users")))


def test_an_expired_token_is_renewed(serve: Callable[..., Served]) -> None:
    tokens = iter(["first", "second"])

    def answer(request: Request) -> Reply:
        if request.path == "/auth/token":
            return Reply(200, {"token": next(tokens), "role": "qa"})
        is_valid = request.headers.get("authorization") == "Bearer second"
        return Reply(200, {"name": "kevin"}) if is_valid else problem(401, "the token has expired")

    served = serve(answer=answer)
    served.api.sign_in("kevin", "correct horse")

    assert served.api.call("GET", "/users/me") == {"name": "kevin"}
    assert served.server.routes == ["POST /auth/token", "GET /users/me", "POST /auth/token", "GET /users/me"]


def test_a_wrong_password_is_not_tried_again(serve: Callable[..., Served]) -> None:
    served = serve(problem(401, "the name or the password is wrong"))

    assert refusal(lambda: served.api.sign_in("kevin", "guess")).status == 401
    assert len(served.server.requests) == 1


def test_a_list_is_read_to_its_end(serve: Callable[..., Served]) -> None:
    pages = {
        "": {"users": [{"name": "ahmed"}], "next": "a2V2aW4"},
        "a2V2aW4": {"users": [{"name": "kevin"}], "next": None},
    }
    served = serve(answer=lambda request: Reply(200, pages[request.query.get("next", "")]))

    assert [each["name"] for each in served.api.pages("/users", "users")] == ["ahmed", "kevin"]
    assert [request.query["limit"] for request in served.server.requests] == ["100", "100"]


def test_a_request_whose_answer_is_given_up_is_sent_all_the_same(serve: Callable[..., Served]) -> None:
    served = serve(Reply(200, {}))

    served.api.give_up("PUT", "/sessions/s/votes/v", {"verdict": "correct"})

    assert served.server.requests_arrived(1)[0].body == {"verdict": "correct"}
