import pytest

from snapjury.adapters.memory_boards import MemoryBoards
from snapjury.errors import TemporaryFaultError
from snapjury.rules.board import Board, Window, crowd_of
from snapjury.rules.crowd import NOBODY_KNOWN
from snapjury.services.boards import FRESH, KnownBoards
from tests.boards import a_board
from tests.builders import NOON


class WatchedBoards(MemoryBoards):
    """Counts reads, tells what readers say they know, and fails if told to."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[Board | None] = []
        self.fault: Exception | None = None

    def get(self, window: Window, known: Board | None = None) -> Board | None:
        self.known.append(known)
        if self.fault:
            raise self.fault
        return super().get(window, known)


class Container:
    """One container of the API, whose clock stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON
        self.boards = WatchedBoards()
        self.reported: list[Exception] = []
        self.known = KnownBoards(self.boards, lambda: self.now, self.reported.append)


def test_a_leaderboard_that_was_read_is_named_so_that_its_rows_are_not_read_again() -> None:
    container = Container()
    container.boards.save(a_board())

    first = container.known.get(Window.ALL)
    second = container.known.get(Window.ALL)

    assert second is first
    assert container.boards.known == [None, first]


def test_a_newer_leaderboard_is_shown_at_once() -> None:
    container = Container()
    nothing = container.known.get(Window.WEEK)

    container.boards.save(a_board(Window.WEEK))

    assert nothing is None
    assert container.known.get(Window.WEEK) == a_board(Window.WEEK)


def test_votes_ask_for_a_newer_leaderboard_once_a_minute() -> None:
    container = Container()
    container.boards.save(a_board())

    for _ in range(100):
        container.known.crowd()
        container.now += 1000

    assert len(container.boards.known) == 2


def test_the_crowd_is_that_of_all_time_and_made_once_for_each_leaderboard() -> None:
    container = Container()
    container.boards.save(a_board(Window.WEEK, qas=9))
    container.boards.save(a_board(Window.ALL))

    crowd = container.known.crowd()
    container.now += FRESH

    assert crowd == crowd_of(a_board(Window.ALL))
    assert container.known.crowd() is crowd


def test_nobody_is_known_before_the_first_scoring() -> None:
    assert Container().known.crowd() == NOBODY_KNOWN


def test_a_leaderboard_that_cannot_be_read_is_reported_and_leaves_the_crowd_as_it_was() -> None:
    container = Container()
    container.boards.save(a_board())
    known = container.known.crowd()
    container.boards.fault = TemporaryFaultError("table: down")
    container.now += FRESH

    crowd = container.known.crowd()

    assert crowd is known
    assert container.reported == [container.boards.fault]


def test_one_that_could_never_be_read_leaves_everybody_unknown_and_is_not_asked_for_with_each_vote() -> None:
    container = Container()
    container.boards.fault = ValueError("a form of last year")

    crowds = [container.known.crowd() for _ in range(50)]

    assert crowds == [NOBODY_KNOWN] * 50
    assert len(container.boards.known) == len(container.reported) == 1


def test_a_leaderboard_of_which_nothing_can_be_learned_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    container = Container()
    container.boards.save(a_board())
    with monkeypatch.context() as patch:
        patch.setattr("snapjury.services.boards.crowd_of", lambda _: 1 / 0)
        assert container.known.crowd() == NOBODY_KNOWN
    container.now += FRESH

    assert container.known.crowd() == crowd_of(a_board())
    assert len(container.reported) == 1


def test_how_many_votes_a_qa_is_known_by_is_what_the_leaderboard_of_all_time_says() -> None:
    container = Container()
    board = a_board()
    container.boards.save(board)

    votes = {row.qa: container.known.votes_of(row.qa) for row in board.rows}

    assert votes == {row.qa: row.votes for row in board.rows}
    assert container.known.votes_of("nobody") == 0
    assert len(container.boards.known) == 1
