"""One suite for every store of leaderboards: memory and DynamoDB behave alike, the latter also where scorers die."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from snapjury.adapters import keys
from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.memory_boards import MemoryBoards
from snapjury.adapters.table import Table, to_item
from snapjury.errors import ConflictError, TemporaryFaultError
from snapjury.rules.board import Board, Window
from snapjury.services.ports import Boards, Scoring
from tests.aws import mocked_aws
from tests.boards import a_board
from tests.builders import NOON
from tests.crashes import CrashError, CrashPoint, Overtaking
from tests.template import create_core_table

QAS = 2000
"""So many rows take two chunks."""


@pytest.fixture
def table() -> Iterator[Table]:
    with mocked_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_core_table(client, "core")
        yield Table(client, "core")


@pytest.fixture(params=["memory", "dynamodb"])
def boards(request: pytest.FixtureRequest) -> Boards:
    return MemoryBoards() if request.param == "memory" else DynamoBoards(request.getfixturevalue("table"))


def chunks(table: Table, window: Window = Window.ALL) -> list[str]:
    """The sort keys of the chunks that are stored."""
    found = table.query(
        KeyConditionExpression="pk = :pk AND begins_with(sk, :chunk)",
        ExpressionAttributeValues={":pk": {"S": keys.board_partition(window)}, ":chunk": {"S": keys.CHUNK_PREFIX}},
    )
    return [item["sk"]["S"] for item in found]


def test_before_the_first_scoring_there_is_no_leaderboard(boards: Boards) -> None:
    assert boards.get(Window.WEEK) is None
    assert boards.scored(Window.WEEK) is None


@pytest.mark.parametrize("qas", [0, 1, QAS])
def test_a_leaderboard_is_read_as_it_was_saved(boards: Boards, qas: int) -> None:
    board = a_board(qas=qas)

    boards.save(board)

    assert boards.get(Window.ALL) == board
    assert boards.scored(Window.ALL) == Scoring(NOON, 900)
    assert boards.get(Window.WEEK) is None


def test_a_newer_leaderboard_takes_the_place_of_the_last(boards: Boards) -> None:
    for moment in range(5):
        boards.save(a_board(until=NOON + moment, qas=QAS + moment))

    assert boards.get(Window.ALL) == a_board(until=NOON + 4, qas=QAS + 4)


@pytest.mark.parametrize("until", [NOON, NOON - 1])
def test_an_older_leaderboard_does_not(boards: Boards, until: int) -> None:
    boards.save(a_board())

    with pytest.raises(ConflictError):
        boards.save(a_board(until=until, qas=7))

    assert boards.get(Window.ALL) == a_board()


def test_who_knows_the_leaderboard_gets_their_own_back_until_there_is_a_newer_one(boards: Boards) -> None:
    boards.save(a_board())
    known = a_board()

    assert boards.get(Window.ALL, known) is known
    boards.save(a_board(until=NOON + 1))
    assert boards.get(Window.ALL, known) == a_board(until=NOON + 1)


def test_a_known_leaderboard_costs_one_read(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    boards = DynamoBoards(table)
    boards.save(a_board(qas=QAS))
    known = boards.get(Window.ALL)
    calls: list[str] = []
    monkeypatch.setattr(table, "_translated", lambda operation, **_: calls.append(operation) or {"Item": pointer})
    pointer = table._client.get_item(
        TableName="core", Key={name: {"S": value} for name, value in keys.board_key(Window.ALL).items()}
    )["Item"]

    again = boards.get(Window.ALL, known)

    assert again is known
    assert calls == ["get_item"]


def test_chunks_fit_into_items_and_only_the_last_two_leaderboards_keep_theirs(table: Table) -> None:
    boards = DynamoBoards(table)

    for moment in range(4):
        boards.save(a_board(until=NOON + moment, qas=QAS))

    versions = [int(each.split("#")[1]) for each in chunks(table)]
    assert set(versions) == {3, 4}
    assert versions.count(3) == versions.count(4) >= 2


def test_a_leaderboard_in_an_older_form_counts_as_none_and_is_replaced(table: Table) -> None:
    boards = DynamoBoards(table)
    form_of_last_year = {"version": 6, "run": "abcd", "until": NOON, "took": 5, "board": {"qas": []}}
    table.add(to_item(form_of_last_year, keys.board_key(Window.ALL)))

    before = boards.get(Window.ALL)
    boards.save(a_board(until=NOON + 1))

    assert before is None
    assert boards.get(Window.ALL) == a_board(until=NOON + 1)


def test_a_reader_whose_chunks_are_replaced_meanwhile_reads_the_newer_leaderboard(table: Table) -> None:
    boards = DynamoBoards(table)
    boards.save(a_board())
    newer = [a_board(until=NOON + moment) for moment in (1, 2)]

    class Slow:
        """Reads which chunks there are, and is overtaken twice before it reads them."""

        def get(self, *arguments: Any) -> Any:
            current = table.get(*arguments)
            while newer:
                boards.save(newer.pop(0))
            return current

        def __getattr__(self, name: str) -> Any:
            return getattr(table, name)

    read = DynamoBoards(Slow()).get(Window.ALL)  # type: ignore[arg-type]

    assert read == a_board(until=NOON + 2)


def test_chunks_that_are_gone_for_good_are_a_fault(table: Table) -> None:
    DynamoBoards(table).save(a_board())
    for each in chunks(table):
        table.delete({"pk": keys.board_partition(Window.ALL), "sk": each})

    with pytest.raises(TemporaryFaultError):
        DynamoBoards(table).get(Window.ALL)


OLD, NEW, LATER = (a_board(until=NOON + moment, qas=QAS) for moment in range(3))


def saving(table: Table, board: Board, crash_point: CrashPoint) -> None:
    DynamoBoards(crash_point.around(table)).save(board)


STEPS = ["write", "write", "put", "delete", "delete"]
SWITCH = 3


def test_storing_a_leaderboard_takes_these_effects(table: Table) -> None:
    for moment in range(-3, 0):
        DynamoBoards(table).save(a_board(until=NOON + moment, qas=QAS))
    watcher = CrashPoint(None, before=False)

    saving(table, OLD, watcher)

    assert watcher.effects == STEPS


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
def test_a_scorer_killed_at_any_step_leaves_a_whole_leaderboard_and_the_next_heals(
    table: Table, step: int, before: bool
) -> None:
    boards = DynamoBoards(table)
    for board in (a_board(until=NOON - 2, qas=QAS), a_board(until=NOON - 1, qas=QAS), OLD):
        boards.save(board)

    with pytest.raises(CrashError):
        saving(table, NEW, CrashPoint(step, before))
    read = boards.get(Window.ALL)
    boards.save(LATER)

    assert read == (NEW if step > SWITCH or (step == SWITCH and not before) else OLD)
    assert boards.get(Window.ALL) == LATER
    assert len(chunks(table)) == 4, "those of two leaderboards"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", range(1, SWITCH + 1))
def test_of_two_scorers_at_once_one_wins_and_its_leaderboard_is_whole(table: Table, step: int, before: bool) -> None:
    boards = DynamoBoards(table)
    boards.save(OLD)
    overtaking = Overtaking(step, before)
    overtaking.what = lambda: boards.save(LATER)

    if step == SWITCH and not before:
        saving(table, NEW, overtaking)
    else:
        with pytest.raises(ConflictError):
            saving(table, NEW, overtaking)

    assert boards.get(Window.ALL) == LATER
