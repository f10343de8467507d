"""What the benchmarks count in request units, and what they make of it in dollars."""

import pytest

from benchmarks.capacity import Stored, Units, indexes_of, item_size, put_units, read_units
from benchmarks.growth import BEGIN, DRAW, VOTE, of_reviews
from benchmarks.prices import FLOOR, Use, dollars_per_million, duration, gb_seconds
from benchmarks.report import Target, lines_of
from snapjury.adapters import keys
from snapjury.adapters.dynamo_reviews import item_of
from snapjury.adapters.table import key_of
from tests.jury import NO, YES, chips_snapshot, drawn_by, judged, voted_by

INDEXES = indexes_of("CoreTable")


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"pk": {"S": "ÄB"}}, 5),
        ({"n": {"N": "1763800000000"}}, 5),
        ({"n": {"N": "-12.5"}}, 5),
        ({"b": {"BOOL": True}, "z": {"NULL": True}}, 4),
        ({"l": {"L": [{"S": "abc"}, {"N": "7"}]}}, 11),
        ({"m": {"M": {"qa": {"S": "zoe"}}}}, 10),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(item: dict[str, dict[str, object]], size: int) -> None:
    assert item_size(item) == size


@pytest.mark.parametrize(
    ("size", "consistent", "units"), [(0, True, 1), (4096, True, 1), (4097, True, 2), (4096, False, 0.5)]
)
def test_a_read_is_rounded_up_to_four_kilobytes(size: int, consistent: bool, units: float) -> None:
    assert read_units(size, consistent) == units


def test_votes_take_the_units_that_dynamodb_local_has_told() -> None:
    drawn = drawn_by(chips_snapshot(), "kevin")
    voted = voted_by(drawn, "kevin", YES)
    before, decided = judged(YES, NO), judged(YES, NO, YES)

    assert put_units(item_of(drawn), item_of(voted), INDEXES) == 2  # the table, and the voters in the pool
    assert put_units(item_of(chips_snapshot()), item_of(drawn), INDEXES) == 1  # at the same place of the pool
    assert put_units(item_of(before), item_of(decided), INDEXES) == 7  # out of the pool, among the decided, two lists


def test_an_update_takes_what_a_write_of_the_whole_item_takes() -> None:
    stored = Stored({"core": INDEXES})
    stored.units("PutItem", {"TableName": "core", "Item": item_of(chips_snapshot())}, {}, refused=False)
    update = {
        "TableName": "core",
        "Key": key_of(keys.snapshot_key(chips_snapshot().id)),
        "UpdateExpression": "SET leases = :leases, version = :version",
        "ExpressionAttributeValues": {":leases": {"L": [{"S": "x" * 1100}]}, ":version": {"N": "2"}},
    }

    units = stored.units("UpdateItem", update, {}, refused=False)
    smaller = stored.units("PutItem", {"TableName": "core", "Item": item_of(chips_snapshot())}, {}, refused=False)

    assert (units, smaller) == (Units(writes=2), Units(writes=2))


def test_a_refused_write_takes_what_the_stored_item_would_have_taken() -> None:
    stored = Stored({"core": INDEXES})
    put = {"TableName": "core", "Item": item_of(chips_snapshot())}

    first = stored.units("PutItem", put, {}, refused=False)
    again = stored.units("PutItem", put, {}, refused=True)

    assert (first, again) == (Units(writes=4), Units(writes=1))


def test_a_page_and_a_vote_cost_the_same_in_a_pool_three_times_the_size() -> None:
    small, large = of_reviews(1_000), of_reviews(3_000)

    assert small[VOTE] == large[VOTE] == {"requests": 2, "RRU": 1, "WRU": 3}
    assert small[DRAW]["WRU"] == large[DRAW]["WRU"] == 33
    assert large[BEGIN]["requests"] <= small[BEGIN]["requests"]


def test_half_the_memory_of_a_whole_processor_takes_twice_the_processor_time_and_waits_as_long() -> None:
    assert duration(processor=10, wait=5, memory=1769 // 2) == pytest.approx(25, rel=0.01)
    assert duration(processor=10, wait=5, memory=10_240) == 15


def test_dollars_are_what_each_part_costs() -> None:
    vote = Use(api_requests=1, invocations=1, writes=2, reads=1, processor=0, wait=10, memory=1024, logged=670)

    parts = dollars_per_million(vote, "x86")

    assert gb_seconds(vote) == 0.01
    assert parts["API"] == pytest.approx(3.50)
    assert parts["Lambda"] == pytest.approx(0.20 + 0.166667)
    assert parts["DynamoDB"] == pytest.approx(2 * 0.625 + 0.125)
    assert parts["logs, traces"] == pytest.approx(0.50 + 0.05 * 5)
    assert pytest.approx(4.125) == FLOOR


def test_a_target_is_met_from_its_own_side() -> None:
    assert Target("calls", 2, 2).is_met
    assert not Target("calls", 3, 2).is_met
    assert Target("speed", 0.8, 0.7, at_least=True).is_met
    assert Target("speed", 0.8, 0.7, at_least=True).wanted == "at least 0.7"


def test_a_table_is_aligned() -> None:
    assert lines_of(["a", "long"], [["first", "1"]]) == "| a     | long |\n| ----- | ---- |\n| first | 1    |"
