"""A receiver of webhooks on this machine, which checks each signature with the official library."""

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from standardwebhooks import Webhook, WebhookVerificationError

from infra.aws import endpoint_from_environment, signing_secret
from infra.ports import HOST
from infra.terminal import printable

LARGEST_BODY = 64 * 1024  # ours are far below 1 kB
IDLE_SECONDS = 30  # after which a silent connection is closed


@dataclass(frozen=True)
class Callback:
    """One webhook as it arrived."""

    received_at: datetime
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    signature: str  # "ok" or "WRONG"

    @property
    def webhook_id(self) -> str:
        """The same for every attempt at one delivery."""
        return self.headers.get("webhook-id", "-")


@dataclass(frozen=True)
class Reply:
    """What the receiver answers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def accept(_: Callback) -> Reply:
    """The answer to every callback unless somebody chooses another."""
    return Reply()


class Receiver:
    """Listens from `start` to `stop`; `answer` decides what each callback gets, in a thread of its own.

    `secret` is asked at each callback, so it may change and need not be known at the start. Port 0 takes a free one.
    """

    def __init__(
        self,
        *,
        secret: Callable[[], str],
        host: str = HOST,
        port: int = 0,
        answer: Callable[[Callback], Reply] = accept,
        report: Callable[[str], None] = print,
    ) -> None:
        self._secret = secret
        self._host = host
        self._answer = answer
        self._report = report
        self._server = Server((host, port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    @property
    def url(self) -> str:
        """Where callbacks are to be sent; any path below it will do."""
        return f"http://{self._host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; callbacks that are being answered are abandoned."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Check one callback, report it and decide the answer."""
        signature = "ok" if is_signed(body, headers, self._secret) else "WRONG"
        callback = Callback(datetime.now(), path, headers, body, signature)
        self._report(line_for(callback))
        return self._answer(callback)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receive = self.receive

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = IDLE_SECONDS

            def do_POST(self) -> None:
                length = self.headers.get("content-length", "")
                if not length.isdecimal():
                    return self._reply(Reply(411, {"connection": "close"}))
                if int(length) > LARGEST_BODY:
                    return self._reply(Reply(413, {"connection": "close"}))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._reply(receive(self.path, headers, self.rfile.read(int(length))))

            def _reply(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in ({"content-length": "0"} | dict(reply.headers)).items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: a callback is reported in a line of its own."""

        return Handler


class Server(ThreadingHTTPServer):
    """Takes a burst of connections at once, and does not wait for the slow ones when it ends."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: a sender that gave up is the sender's affair."""


def is_signed(body: bytes, headers: Mapping[str, str], secret: Callable[[], str]) -> bool:
    """Whether the signature was made with our secret, over this body, within the last five minutes."""
    try:
        Webhook(secret()).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError):  # a ValueError is a header or a body that makes no sense at all
        return False
    return True


def line_for(callback: Callback) -> str:
    """The callback in one line for a person."""
    body = callback.body.decode(errors="backslashreplace").replace("\n", " ")
    time = callback.received_at.strftime("%H:%M:%S.%f")[:-3]
    return printable(f"{time} receiver  {callback.path} {body} signature {callback.signature} {callback.webhook_id}")


def main() -> None:
    """Show webhooks, in a container of its own: the port is the argument."""
    secret = cache(lambda: signing_secret(endpoint_from_environment()))
    receiver = Receiver(secret=secret, host="0.0.0.0", port=int(sys.argv[1]), report=partial(print, flush=True))
    receiver.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
