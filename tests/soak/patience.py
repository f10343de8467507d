"""A client that does not lose heart where processes are killed and the machine is busy."""

from snapjury.cli.api import IDEMPOTENT, Api, ApiError, Body, Record
from tests.soak.ledger import Ledger

UNANSWERED = (None, 502, 503, 504)
ROUNDS = 10
"""How often a request that may be repeated is sent for as long as `Api` does, until it counts as lost."""


class PatientApi(Api):
    """The API; what is not answered is asked again and counted."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        super().__init__(url)
        self._ledger = ledger

    def call(
        self, method: str, path: str, body: Body | None = None, *, key: str | None = None, repeatable: bool = False
    ) -> Record:
        is_safe = repeatable or bool(key) or method in IDEMPOTENT
        for _ in range(ROUNDS - 1 if is_safe else 0):
            try:
                return super().call(method, path, body, key=key, repeatable=repeatable)
            except ApiError as error:
                if error.status not in UNANSWERED:
                    raise
                self._ledger.count("requests unanswered five times")
        return super().call(method, path, body, key=key, repeatable=repeatable)
