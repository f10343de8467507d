"""An HTTP server on this machine, whose answers a test decides."""

import json
import ssl
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    content: bytes
    port: int
    """The other end's: requests over one connection have the same."""

    @property
    def body(self) -> Any:
        return json.loads(self.content)

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"


class Reply(NamedTuple):
    """`content` is sent as it is if it is bytes, else as JSON; with `cut` the connection ends after so many bytes."""

    status: int = 200
    content: object = None
    headers: Mapping[str, str] = {}
    cut: int | None = None


HANG_UP = Reply(0)
"""No answer at all."""


def problem(status: int, detail: str, field: str = "", **headers: str) -> Reply:
    errors = {"errors": [{"field": field, "message": detail}]} if field else {}
    content = {"type": "about:blank", "title": "No", "status": status, "detail": detail, **errors}
    return Reply(status, content, {"content-type": "application/problem+json", **headers})


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class ApiServer:
    """Runs as a context, on a free port; `requests` are those that came, in their order."""

    def __init__(self, answer: Callable[[Request], Reply], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._server = Server(("127.0.0.1", 0), handler_of(answer, self.requests))
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    @property
    def routes(self) -> list[str]:
        """What was asked for."""
        return [request.route for request in self.requests]

    def requests_arrived(self, count: int) -> list[Request]:
        """The requests, once there are so many; fails if that takes long."""
        deadline = time.monotonic() + 5
        while len(self.requests) < count:
            assert time.monotonic() < deadline, f"{len(self.requests)} of {count} requests came"
            time.sleep(0.005)
        return self.requests

    def __enter__(self) -> "ApiServer":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def handler_of(answer: Callable[[Request], Reply], requests: list[Request]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def serve(self) -> None:
            address = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query, port = dict(parse_qsl(address.query)), self.client_address[1]
            request = Request(self.command, address.path, query, headers, content, port)
            requests.append(request)
            self.send(answer(request))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815

        def send(self, reply: Reply) -> None:
            if reply is HANG_UP:
                self.close_connection = True
                return
            content = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: reply.cut])
            self.close_connection = reply.cut is not None

        def log_message(self, *_: object) -> None:
            pass

    return Handler
