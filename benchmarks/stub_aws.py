"""AWS as a function sees it whose calls cost nothing: fixed answers, from a thread of this process."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from infra.ports import HOST

SECRET = "t" * 64
ANSWERS: dict[str, dict[str, Any]] = {
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0},
    "GetSecretValue": {"SecretString": SECRET},
    "SendMessage": {"MessageId": "1"},
    "GetQueueAttributes": {"Attributes": {}},
}
"""By the operation; all others are answered with nothing."""


class StubAws:
    """Runs as a context, on a free port. Items that are read are those given, by the first part of their key."""

    def __init__(self, items: Mapping[str, dict[str, Any]]) -> None:
        self._server = ThreadingHTTPServer((HOST, 0), handler_of(items))
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> "StubAws":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def handler_of(items: Mapping[str, dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
            answer = ANSWERS.get(operation, {})
            if operation == "GetItem":
                item = items.get(json.loads(content)["Key"]["pk"]["S"])
                answer = {"Item": item} if item else {}
            body = json.dumps(answer).encode() if operation else b""
            self.send_response(200)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler
