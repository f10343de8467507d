"""Servers of customers, on this machine: receivers that misbehave as told, and one of pictures that does."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from infra.ports import HOST
from infra.receiver import Callback, Receiver, Reply, Server
from tests.soak.kinds import BEHAVIOURS, HANGS_UP, OK, SAYS_NOTHING
from tests.soak.ledger import Ledger

PATIENCE = 8.0
"""Seconds that a silent server is silent: longer than anybody waits for it."""

HEADERS = {302: {"location": "/good/elsewhere/onStart"}, 429: {"retry-after": "1"}}


class UnkindReceiver:
    """The receiver of one customer. A path is /behaviour/whatever/event; each call is noted in the ledger."""

    def __init__(self, secret: str, ledger: Ledger) -> None:
        self._ledger = ledger
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.receiver = Receiver(secret=lambda: secret, report=lambda _: None, answer=self._answer)

    def urls(self, behaviour: str, name: str, events: tuple[str, ...]) -> dict[str, str]:
        return {event: f"{self.receiver.url}/{behaviour}/{name}/{event}" for event in events}

    def _answer(self, callback: Callback) -> Reply:
        _, behaviour, _, event = callback.path.split("/")
        answers = BEHAVIOURS[behaviour].answers
        with self._lock:
            number = self._calls[callback.webhook_id]
            self._calls[callback.webhook_id] += 1
        answer = answers[min(number, len(answers) - 1)]
        body = json.loads(callback.body)
        self._ledger.called(body["id"], event, body, callback.webhook_id, callback.signature, accepted=answer == OK)
        if answer != OK:
            self._ledger.count(f"webhook answered badly: {behaviour}")
        if answer == SAYS_NOTHING:
            time.sleep(PATIENCE)
        if answer in (HANGS_UP, SAYS_NOTHING):
            raise ConnectionAbortedError("the receiver hangs up, as it was told to")
        return Reply(answer, HEADERS.get(answer, {}))


@contextmanager
def pictures(folder: Path) -> Iterator[str]:
    """The URL of a server of this folder's files: /ok/<file>, and /cut/<file> and /silent/<file>, which never come."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            _, behaviour, name = self.path.split("/")
            file = folder / name
            if not file.is_file():
                return self.send_error(404)
            if behaviour == "silent":
                time.sleep(PATIENCE)
                return None
            content = file.read_bytes()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if behaviour == "cut" else content)
            return None

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = Server((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
