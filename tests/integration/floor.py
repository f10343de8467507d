"""QAs on a deployment with a pool of snapshots, over the real handlers."""

from collections import Counter
from typing import Any

from snapjury.adapters.dynamo_catalog import DynamoProducts
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.rules.product import Product
from snapjury.rules.user import Role, User
from snapjury.wiring import reviews as wiring
from snapjury.wiring.clients import now
from tests.builders import NOON
from tests.integration.deployment import Deployment
from tests.jury import CHIPS, chips_snapshot

VOTE = "/sessions/{session_id}/votes/{snapshot_id}"


class Floor:
    """A deployment with a product, an admin, three QAs and a pool of snapshots."""

    def __init__(self, deployment: Deployment, snapshots: int) -> None:
        self.deployment = deployment
        self.snapshots = DynamoSnapshots(wiring.core_table())
        DynamoProducts(wiring.core_table()).add(Product(CHIPS, "Tortilla Chips", NOON, 1, reference="ab" * 32))
        for number in range(snapshots):
            self.snapshots.add(chips_snapshot(number))
        roles = {"anna": Role.ADMIN, "kevin": Role.QA, "maria": Role.QA, "ahmed": Role.QA, "zoe": Role.QA}
        for name, role in roles.items():
            wiring.users().add(User(name, role, "unused", NOON, 1))
        self.tokens = {
            name: wiring.tokens().issue(User(name, role, "", NOON, 1), now())[0] for name, role in roles.items()
        }

    def ask(
        self,
        name: str,
        method: str,
        resource: str,
        body: object = None,
        *,
        function: str = "reviews",
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to somebody who is signed in."""
        sent = {"authorization": f"Bearer {self.tokens[name]}"} | (headers or {})
        status, answer, _ = self.deployment.request(
            method, resource, body, path=path, headers=sent, query=query, function=function
        )
        return status, answer

    def vote(self, name: str, session: str, snapshot: str, verdict: str = "correct") -> tuple[int, dict[str, Any]]:
        return self.ask(name, "PUT", VOTE, {"verdict": verdict}, session_id=session, snapshot_id=snapshot)

    def session(self, name: str, **headers: str) -> dict[str, Any]:
        status, session = self.ask(name, "POST", "/sessions", headers=headers)
        assert status == 201, session
        return session

    def work_through(self, name: str, session: dict[str, Any], verdict: str = "correct") -> list[int]:
        """Vote on all of a session; what remained after each vote."""
        remaining = []
        while session["items"]:
            for item in session["items"]:
                status, receipt = self.vote(name, session["id"], item["snapshot"], verdict)
                assert (status, receipt["counted"]) == (200, True), receipt
                remaining.append(receipt["remaining"])
            _, session = self.ask(name, "POST", "/sessions/{session_id}/draw", session_id=session["id"])
        return remaining


def spent(floor: Floor, before: Counter[str]) -> dict[str, int]:
    return dict(floor.deployment.calls - before)
