"""Leaderboards that tests start from."""

from math import log

from snapjury.rules.board import Board, Row, Window
from snapjury.rules.crowd import Rates
from tests.builders import NOON

RATES = Rates(no=(log(0.9), log(0.2)), yes=(log(0.1), log(0.8)))


def a_row(qa: str, rank: int | None = None, score: float = 0.85) -> Row:
    """A QA after a hundred votes."""
    return Row(qa, rank, 100, 0.93, 0.8, 0.9, score, 0.78, 0.91, 2.4, RATES)


def a_board(window: Window = Window.ALL, until: int = NOON, qas: int = 3, took: int = 900) -> Board:
    """A leaderboard of so many QAs, of whom the last has no rank."""
    rows = tuple(a_row(f"qa-{place:05}", place if place < qas else None) for place in range(1, qas + 1))
    types = (log(0.3), log(0.7))
    return Board(window, window.begin(until), until, 100 * qas, 300 * qas, True, took, types, rows)
