from collections.abc import Iterator

import pytest

from tests.api_server import ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run

SIGNED_IN = {"SNAPJURY_TOKEN": "token of ada"}
AT_ONCE = 500


class DeadLetters:
    """The part of the API that moves dead letters: of the queue `import`, five hundred at a time."""

    def __init__(self) -> None:
        self.left = 1203
        self.held = 0

    def __call__(self, request: Request) -> Reply:
        if request.path != "/dead-letters/import/redrive":
            return problem(404, "there is no queue 'core'; known are: import")
        moved = min(self.left, AT_ONCE)
        self.left -= moved
        return Reply(200, {"queue": "import", "moved": moved, "more": moved == AT_ONCE, "held": self.held})


@pytest.fixture
def api() -> Iterator[ApiServer]:
    with ApiServer(DeadLetters()) as server:
        yield server


def test_all_dead_letters_of_a_queue_are_moved_however_many(api: ApiServer) -> None:
    result = run("redrive", "import", "--url", api.url, env=SIGNED_IN)

    assert lines_of(result) == [{"queue": "import", "moved": 1203, "held": 0}]
    assert api.routes == 3 * ["POST /dead-letters/import/redrive"]


def test_what_the_queues_own_consumer_holds_is_told() -> None:
    letters = DeadLetters()
    letters.left, letters.held = 1, 2

    with ApiServer(letters) as server:
        result = run("redrive", "import", "--url", server.url, env=SIGNED_IN)

    assert lines_of(result) == [{"queue": "import", "moved": 1, "held": 2}]
    assert "2 could not be moved: somebody holds them just now" in result.stderr


def test_a_queue_that_is_not_there_is_named_with_those_that_are(api: ApiServer) -> None:
    result = run("redrive", "core", "--url", api.url, env=SIGNED_IN)

    assert result.exit_code == 1
    assert "there is no queue 'core'; known are: import" in result.stderr
