"""The API of the jury on stores in memory: the real use cases, behind the routes that QAs and admins use."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySessions, MemorySnapshots
from snapjury.cli.api import ApiError, Body
from snapjury.errors import AlreadyDecidedError, ConflictError, NotDrawnError, NotFoundError, SnapjuryError
from snapjury.rules.ids import new_id_from
from snapjury.rules.jury import Ballot, Receipt, Rules
from snapjury.rules.policy import POLICIES
from snapjury.rules.session import Session
from snapjury.rules.snapshot import Snapshot, Verdict
from snapjury.schemas import moment
from snapjury.services.reviews import Page, ReviewPorts, begin_session, draw_page, own_session
from snapjury.services.voting import take_back, vote
from tests.api_server import Reply, Request, problem
from tests.jury import chips_snapshot

STATUS: dict[type[SnapjuryError], int] = {
    NotDrawnError: 404,
    NotFoundError: 404,
    AlreadyDecidedError: 409,
    ConflictError: 409,
}
VOTE = re.compile(r"/sessions/(\w+)/votes/(\w+)")
DRAW = re.compile(r"/sessions/(\w+)/draw")


class SharedSnapshots(MemorySnapshots):
    """Many threads may save: of two that read the same version one fails."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def save(self, snapshot: Snapshot) -> None:
        with self._lock:
            super().save(snapshot)


class SharedSessions(MemorySessions):
    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def add(self, session: Session) -> None:
        with self._lock:
            super().add(session)

    def save(self, session: Session) -> None:
        with self._lock:
            super().save(session)


class JuryApi:
    """So many snapshots, made of `./shop/<n>.jpg`, with leases of `lease` seconds. Called, it answers HTTP requests."""

    def __init__(self, count: int, lease: float = 300, policy: str = "three-votes") -> None:
        self.snapshots = SharedSnapshots()
        for number in range(count):
            self.snapshots.add(replace(chips_snapshot(number), id=new_id_from(hashlib.sha256(b"%d" % number).digest())))
        self.paths = {name: f"./shop/{number}.jpg" for number, name in enumerate(self.snapshots.snapshots)}
        rules = Rules(POLICIES[policy], round(lease * 1000))
        self._ports = ReviewPorts(self.snapshots, SharedSessions(), rules, Random(1))
        self.passwords = {"maria": "maria's secret"}
        self.calls: list[tuple[str, str, str]] = []

    def as_user(self, name: str) -> "SignedIn":
        return SignedIn(self, name)

    def decided(self) -> list[Snapshot]:
        return [each for each in self.snapshots.snapshots.values() if each.decision]

    def __call__(self, request: Request) -> Reply:
        body = request.body if request.content else {}
        if request.route == "POST /auth/token":
            is_right = self.passwords.get(body["name"]) == body["password"]
            return Reply(200, {"token": f"token-of-{body['name']}"}) if is_right else problem(401, "wrong password")
        caller = request.headers.get("authorization", "").removeprefix("Bearer token-of-")
        if not caller:
            return problem(401, "sign in first")
        try:
            return Reply(200, self.answer(caller, request.method, request.path, body, request.headers))
        except ApiError as error:
            return problem(error.status or 500, str(error))

    def answer(self, caller: str, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        """What the API answers this caller; ApiError if it refuses."""
        self.calls.append((caller, method, path))
        now = time.time_ns() // 1_000_000
        try:
            if path.startswith("/users"):
                return self._user(method, path, body)
            if path.startswith("/snapshots/"):
                name = path[11:]
                status = self.snapshots.snapshots[name].status
                return {"id": name, "status": status, "assetPath": {"location": "s3", "path": self.paths[name]}}
            return self._review(caller, method, path, body, headers, now)
        except SnapjuryError as error:
            raise ApiError(str(error), STATUS[type(error)]) from error

    def _user(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        if method == "POST" and body["name"] in self.passwords:
            raise ApiError("is taken", 409)
        name = body.get("name") or path.rpartition("/")[2]
        self.passwords[name] = body["password"]
        return {"name": name}

    def _review(
        self, qa: str, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str], now: int
    ) -> Any:
        if path == "/sessions":
            session_id = new_id_from(hashlib.sha256(f"{qa}{headers['idempotency-key']}".encode()).digest())
            return page_view(begin_session(session_id, qa, self._ports, now))
        if drawn := DRAW.fullmatch(path):
            return page_view(draw_page(own_session(drawn[1], qa, self._ports.sessions, now), self._ports, now))
        voted = VOTE.fullmatch(path)
        assert voted, path
        session_id, snapshot = voted.groups()
        if method == "DELETE":
            return receipt_view(take_back(snapshot, qa, session_id, self._ports, now)[1])
        ballot = Ballot(qa, session_id, Verdict(body["verdict"]))
        return receipt_view(vote(snapshot, ballot, self._ports, now)[1])


class SignedIn:
    """A caller of the API in this process, in the place of HTTP; `tamper` may change what is answered."""

    def __init__(self, api: JuryApi, name: str, tamper: Callable[[str, str, Any], Any] = lambda *call: call[2]) -> None:
        self._api = api
        self._name = name
        self._tamper = tamper

    def call(
        self, method: str, path: str, body: Body | None = None, *, key: str | None = None, repeatable: bool = False
    ) -> Any:
        headers = {"idempotency-key": key} if key else {}
        return self._tamper(method, path, self._api.answer(self._name, method, path, body or {}, headers))

    def give_up(self, method: str, path: str, body: Body | None = None, *, key: str | None = None) -> None:
        try:
            self.call(method, path, body, key=key)
        except ApiError:
            return


def page_view(page: Page) -> dict[str, Any]:
    leases = [(each, each.lease_of(page.session.qa, page.session.id)) for each in page.snapshots]
    return {
        "id": page.session.id,
        "target": page.session.target,
        "remaining": page.remaining,
        "items": [
            {"snapshot": each.id, "lease_expires_at": moment(lease.expires_at)} for each, lease in leases if lease
        ],
    }


def receipt_view(receipt: Receipt) -> dict[str, Any]:
    return {"counted": receipt.counted, "reason": receipt.standing, "remaining": receipt.remaining}
