"""Customers who each submit an asset, wait until they were told of its end, and submit the next."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

from msgspec import Struct

from infra.ports import HOST
from infra.receiver import Server

PATIENCE = 60
END = "/end"


class Inbox:
    """Receives webhooks. Those to `/end` end an asset; each is answered after `pause` seconds."""

    def __init__(self) -> None:
        self.pause = 0.0
        self.ends: Counter[str] = Counter()
        self.calls = 0
        self._arrived = threading.Condition()
        self._server = Server((HOST, 0), self._handler())
        self.url = f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> "Inbox":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, asset: str, seconds: float = PATIENCE) -> bool:
        """Whether the asset's end was told in time."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self.ends[asset] > 0, seconds)

    def wait_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether it held in time; looked at whenever something arrives."""
        with self._arrived:
            return self._arrived.wait_for(holds, seconds)

    def _handler(inbox) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
                time.sleep(inbox.pause)
                with inbox._arrived:
                    inbox.calls += 1
                    if self.path == END:
                        inbox.ends[body["id"]] += 1
                    inbox._arrived.notify_all()
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class Run(Struct):
    """So many assets: how long it took in all, and each from its request to its end, in seconds."""

    seconds: float = 0
    waits: list[float] = []

    def __add__(self, other: "Run") -> "Run":
        return Run(self.seconds + other.seconds, self.waits + other.waits)

    def percentile(self, percent: float) -> float:
        return sorted(self.waits)[min(len(self.waits) - 1, int(len(self.waits) * percent / 100))]

    @property
    def assets_per_second(self) -> float:
        return len(self.waits) / self.seconds


def run(submit: Callable[[], str], inbox: Inbox, assets: int, customers: int) -> Run:
    """Have so many customers submit so many assets in all; RuntimeError if one never ends."""

    def one(_: int) -> float:
        began = time.perf_counter()
        asset = submit()
        if not inbox.wait_for(asset):
            raise RuntimeError(f"nobody was told of the end of {asset} in {PATIENCE} s")
        return time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(customers) as threads:
        waits = list(threads.map(one, range(assets)))
    return Run(time.perf_counter() - began, waits)
