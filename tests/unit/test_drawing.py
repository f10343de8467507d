"""The draw is fair, complete, and costs the same whatever the pool holds."""

from collections import Counter
from random import Random

from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.rules.snapshot import Snapshot
from snapjury.services.drawing import pick_for, pool_size
from snapjury.services.ports import PoolEntry
from tests.jury import YES, chips_snapshot, drawn_by, id_of, voted_by


class CountingSnapshots(MemorySnapshots):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.shards = 4
        self.queries = 0
        for number in range(count):
            self.add(chips_snapshot(number))

    def pool(self, shard: int, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        self.queries += 1
        return super().pool(shard, start, end, limit)


def test_over_200_draws_on_500_snapshots_each_comes_about_as_often_as_its_share() -> None:
    snapshots, chance = CountingSnapshots(500), Random(4)

    drawn = Counter(each for _ in range(200) for each in pick_for("kevin", 100, (), snapshots, chance))

    share = 200 * 100 / 500
    assert len(drawn) == 500
    assert min(drawn.values()) / share >= 0.4
    assert max(drawn.values()) / share <= 1.8


def test_a_draw_costs_the_same_few_queries_at_any_size_of_the_pool() -> None:
    spent = []
    for count in (1_000, 5_000, 20_000):
        snapshots = CountingSnapshots(count)
        for seed in range(5):
            assert len(pick_for("kevin", 100, (), snapshots, Random(seed))) == 100
        spent.append(snapshots.queries / 5)

    assert max(spent) <= 8  # a window of each of four shards, two queries where it goes round the end
    assert min(spent) >= 4


def test_nothing_is_drawn_twice_and_nothing_that_the_qa_has_voted_on() -> None:
    snapshots = CountingSnapshots(60)
    for number in range(30):
        snapshots.save(voted_by_kevin(number))

    picked = pick_for("kevin", 100, (), snapshots, Random(1))

    assert sorted(picked) == sorted(id_of(number) for number in range(30, 60))


def test_the_last_ones_are_found_among_thousands_that_were_voted_on() -> None:
    snapshots = CountingSnapshots(3_000)
    for number in range(2_997):
        snapshots.snapshots[id_of(number)] = voted_by_kevin(number)

    picked = pick_for("kevin", 100, (), snapshots, Random(1))

    assert sorted(picked) == [id_of(2_997), id_of(2_998), id_of(2_999)]
    assert snapshots.queries <= 20


def test_an_empty_pool_gives_nothing() -> None:
    assert pick_for("kevin", 100, (), CountingSnapshots(0), Random(1)) == ()


def test_a_small_pool_is_counted_and_a_large_one_estimated() -> None:
    assert pool_size(CountingSnapshots(300), Random(1)) == (300, False)

    for seed in range(5):
        size, is_estimate = pool_size(CountingSnapshots(20_000), Random(seed))
        assert is_estimate
        assert 18_000 < size < 22_000


def voted_by_kevin(number: int) -> Snapshot:
    return replace(voted_by(drawn_by(chips_snapshot(number), "kevin"), "kevin", YES), version=2)
