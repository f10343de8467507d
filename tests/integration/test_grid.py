"""A session in groups of one product, over the real handlers: what is shown, and what it costs."""

from itertools import groupby
from typing import Any

import pytest

from snapjury.wiring import reviews as wiring
from tests.builders import NOON
from tests.integration.deployment import Deployment
from tests.integration.floor import Floor, spent
from tests.jury import chips_snapshot

PRODUCTS = ("00815099021634", "00000096385074", "09520001000010")


@pytest.fixture
def floor(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Floor:
    """A deployment with a grid of nine, and fifty snapshots of each of three products."""
    monkeypatch.setenv("GRID_SIZE", "9")
    wiring.settings.cache_clear()
    floor = Floor(deployment, 0)
    for number in range(150):
        floor.snapshots.add(chips_snapshot(number, product=PRODUCTS[number % 3], created_at=NOON + number))
    return floor


def products_of(page: dict[str, Any]) -> list[str]:
    return [item["product"]["gtin"] for item in page["items"]]


def test_a_session_comes_in_groups_of_one_product_and_says_how_many_to_show_at_a_time(floor: Floor) -> None:
    session = floor.session("kevin")
    _, page = floor.ask("kevin", "POST", "/sessions/{session_id}/draw", session_id=session["id"])

    assert (session["grid"], session["target"], page["remaining"]) == (9, 100, 100)
    assert len(list(groupby(products_of(page)))) <= 2
    assert products_of(page)[:9] == [products_of(page)[0]] * 9
    assert floor.work_through("kevin", page) == list(range(99, -1, -1))


def test_without_a_grid_snapshots_come_one_at_a_time(deployment: Deployment) -> None:
    session = Floor(deployment, 12).session("kevin")

    assert session["grid"] == 0


def test_what_a_session_in_groups_costs(floor: Floor) -> None:
    """Requests to AWS: the promise of docs/access-patterns.md."""
    floor.session("maria")  # products and secrets have been read since
    before = floor.deployment.calls.copy()

    floor.session("kevin")

    begun = spent(floor, before)
    assert begun.pop("Query") in range(5, 10 + 3 * 4 * 2)
    # What was picked, others of the products, the page; a product's name that this container has not read yet.
    assert begun.pop("BatchGetItem") in (3, 4)
    assert begun == {"GetItem": 2, "UpdateItem": 10, "PutItem": 3}  # the same as without a grid
