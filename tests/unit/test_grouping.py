"""A session in groups of one product: full where there are enough, fair, at a bounded cost, and silent about gold."""

from collections import Counter
from itertools import groupby
from random import Random

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySessions, MemorySnapshots
from snapjury.rules.snapshot import Snapshot
from snapjury.services.reviews import Page, ReviewPorts, begin_session, draw_page
from tests.builders import NOON
from tests.jury import YES, chips_snapshot, drawn_by, id_of, known_as, rules_of, voted_by

GRID = 9
SESSION = id_of(90_001)


class CountingSnapshots(MemorySnapshots):
    """Counts what is asked of the lists of products."""

    def __init__(self) -> None:
        super().__init__()
        self.shards = self.list_shards = 4
        self.queries = 0

    def undecided_of(self, product: str, shard: int, after: Snapshot | None, limit: int) -> tuple[str, ...]:
        self.queries += 1
        return super().undecided_of(product, shard, after, limit)


def product(number: int) -> str:
    return f"{number:014d}"


def floor(sizes: list[int], seed: int = 1) -> ReviewPorts:
    """Ports of a system that holds so many snapshots of each product, submitted one product after the other."""
    snapshots = CountingSnapshots()
    owners = [number for number, size in enumerate(sizes) for _ in range(size)]
    for number, owner in enumerate(owners):
        snapshots.add(chips_snapshot(number, product=product(owner), created_at=NOON + number))
    return ReviewPorts(snapshots, MemorySessions(), rules_of(), Random(seed), grid=GRID)


def asked(page: Page, ports: ReviewPorts) -> list[Snapshot]:
    """All of a session, in order; of gold the originals."""
    session = page.session
    stored = ports.snapshots.get_many((*session.drawn, *session.waiting))
    return [stored[each] for each in (*session.drawn, *session.waiting)]


def runs(snapshots: list[Snapshot]) -> list[int]:
    """How many of the same product follow each other."""
    return [len(list(run)) for _, run in groupby(snapshots, key=lambda each: each.product)]


def test_a_session_over_thousands_of_products_comes_in_full_grids() -> None:
    ports = floor([40] * 300)

    session = asked(begin_session(SESSION, "kevin", ports, NOON + 99_999), ports)

    assert len({each.id for each in session}) == 100
    assert all(length % GRID == 0 for length in runs(session)[:-1])
    assert len(runs(session)) == 12


def test_without_a_grid_a_session_is_as_random_as_ever() -> None:
    ports = replace(floor([40] * 300), grid=0)

    session = asked(begin_session(SESSION, "kevin", ports, NOON + 99_999), ports)

    assert len({each.product for each in session}) > 60


def test_where_products_have_a_single_snapshot_each_comes_alone() -> None:
    ports = floor([1] * 250)

    session = asked(begin_session(SESSION, "kevin", ports, NOON + 99_999), ports)

    assert len({each.product for each in session}) == len(session) == 100


def test_nothing_decided_or_voted_on_fills_a_group() -> None:
    ports = floor([40] * 10)
    store = ports.snapshots
    for number in range(400):
        if number % 2:
            snapshot = store.get(id_of(number))
            store.save(replace(voted_by(drawn_by(snapshot, "kevin"), "kevin", YES), version=2))

    first = begin_session(SESSION, "kevin", ports, NOON + 99_999)

    assert all(each.vote_of("kevin") is None for each in asked(first, ports))
    assert first.session.target == 100
    assert len(runs(asked(first, ports))) <= 12


def test_over_many_sessions_each_snapshot_of_products_alike_comes_about_as_often_as_its_share() -> None:
    ports = floor([40] * 25)

    drawn: Counter[str] = Counter()
    for number in range(200):
        fresh = replace(ports, sessions=MemorySessions(), chance=Random(number))
        page = begin_session(id_of(90_000 + number), f"qa {number}", fresh, NOON + 10**9 * number)
        drawn.update((*page.session.drawn, *page.session.waiting))

    share = 200 * 100 / 1000
    assert len(drawn) == 1000
    assert min(drawn.values()) / share >= 0.3
    assert max(drawn.values()) / share <= 2


@pytest.mark.parametrize("sizes", [[1] * 2000, [3] * 700, [40] * 300, [5000]])
def test_a_session_in_groups_asks_at_most_two_queries_a_shard_of_what_it_fills_up(sizes: list[int]) -> None:
    ports = floor(sizes)

    begin_session(SESSION, "kevin", ports, NOON + 99_999)

    assert ports.snapshots.queries <= 12 * 4 * 2  # type: ignore[attr-defined]
    if sizes == [40] * 300:
        assert ports.snapshots.queries <= 12 * 4  # type: ignore[attr-defined]


def test_gold_is_asked_among_others_of_its_product_and_never_alone() -> None:
    ports = floor([40] * 6 + [1] * 30)
    for number in (*range(0, 240, 6), *range(240, 270)):  # forty among others, thirty of products with nothing else
        ports.snapshots.save(known_as(ports.snapshots.get(id_of(number)), YES))

    session = asked(begin_session(SESSION, "kevin", ports, NOON + 99_999), ports)

    known = [each.gold is not None or each.known is not None for each in session]
    assert 5 < sum(known) <= 40
    assert all(each.product < product(6) for each in session)


def test_a_session_in_groups_is_drawn_and_judged_like_any_other() -> None:
    ports = floor([12] * 20)

    page = begin_session(SESSION, "kevin", ports, NOON + 99_999)
    page = draw_page(page.session, ports, NOON + 99_999)

    assert len(page.snapshots) == 30
    assert runs(list(page.snapshots[:GRID])) == [GRID]
