"""One suite for every store of snapshots and sessions: the in-memory twins and DynamoDB behave alike."""

from collections.abc import Iterator

import boto3
import pytest
from msgspec.structs import replace

from snapjury.adapters.dynamo_reviews import DynamoSessions, DynamoSnapshots
from snapjury.adapters.memory_reviews import MemorySessions, MemorySnapshots
from snapjury.adapters.table import Table
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError
from snapjury.rules.duplicates import remove_snapshot
from snapjury.rules.gold import question_for, unmark
from snapjury.rules.session import new_session, put_on_desk, turn_page
from snapjury.rules.snapshot import Snapshot
from snapjury.services.drawing import HIGHEST, LOWEST
from snapjury.services.ports import Sessions, Snapshots
from tests.aws import mocked_aws
from tests.builders import NOON
from tests.jury import CHIPS, LEASE, NO, YES, chips_snapshot, drawn_by, id_of, judged, known_as, rules_of, voted_by
from tests.template import create_core_table, create_table

SALSA = "00000096385074"
DAY = 24 * 3_600_000


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[Snapshots, Sessions]]:
    if request.param == "memory":
        yield MemorySnapshots(), MemorySessions()
        return
    with mocked_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_core_table(client, "core")
        create_table(client, "SessionsTable", "sessions")
        yield DynamoSnapshots(Table(client, "core")), DynamoSessions(Table(client, "sessions"))


@pytest.fixture
def snapshots(stores: tuple[Snapshots, Sessions]) -> Snapshots:
    return stores[0]


@pytest.fixture
def sessions(stores: tuple[Snapshots, Sessions]) -> Sessions:
    return stores[1]


def everything(snapshots: Snapshots) -> list[str]:
    """The ids in the pool, of all shards."""
    return sorted(each.id for shard in range(snapshots.shards) for each in snapshots.pool(shard, LOWEST, HIGHEST, 100))


def test_a_snapshot_is_read_with_all_its_votes_leases_and_its_decision(snapshots: Snapshots) -> None:
    decided = judged(YES, NO, YES)
    leased = drawn_by(chips_snapshot(2), "kevin")

    snapshots.add(replace(decided, version=1))
    snapshots.add(replace(leased, version=1))

    assert snapshots.get(decided.id) == replace(decided, version=1)
    assert snapshots.get_many([leased.id, id_of(77)]) == {leased.id: replace(leased, version=1)}


def test_of_two_that_write_the_same_version_the_second_must_read_again(snapshots: Snapshots) -> None:
    snapshots.add(chips_snapshot())
    drawn = drawn_by(chips_snapshot(), "kevin")
    snapshots.save(drawn)

    with pytest.raises(ConflictError):
        snapshots.save(drawn_by(chips_snapshot(), "maria"))
    with pytest.raises(AlreadyExistsError):
        snapshots.add(chips_snapshot())
    assert snapshots.get(drawn.id) == drawn


def test_seats_are_stored_alone_and_keep_all_else(snapshots: Snapshots) -> None:
    voted = voted_by(drawn_by(chips_snapshot(), "kevin"), "kevin", YES)
    snapshots.add(replace(voted, version=1))
    drawn = drawn_by(replace(voted, version=1), "maria")

    snapshots.save_leases(replace(drawn, votes=()))

    assert snapshots.get(voted.id) == drawn
    assert [each.voters for shard in range(snapshots.shards) for each in snapshots.pool(shard, LOWEST, HIGHEST, 9)] == [
        ("kevin",)
    ]


def test_seats_are_stored_only_of_the_version_that_was_read(snapshots: Snapshots) -> None:
    snapshots.add(chips_snapshot())
    read = snapshots.get(id_of(1))
    snapshots.save_leases(drawn_by(read, "kevin"))

    for late in (drawn_by(read, "maria"), drawn_by(chips_snapshot(2, version=4), "maria")):
        with pytest.raises(ConflictError):
            snapshots.save_leases(late)

    assert snapshots.get(id_of(1)) == drawn_by(read, "kevin")
    with pytest.raises(NotFoundError):
        snapshots.get(id_of(2))


def test_a_first_version_is_stored_whole_with_its_seat(snapshots: Snapshots) -> None:
    copy = drawn_by(question_for("kevin", known_as(chips_snapshot(), YES, NOON), id_of(7), None, NOON), "kevin")

    snapshots.save_leases(copy)

    assert (copy.version, snapshots.get(copy.id)) == (1, copy)
    with pytest.raises(ConflictError):
        snapshots.save_leases(copy)


def test_what_is_not_there_is_not_found(snapshots: Snapshots, sessions: Sessions) -> None:
    with pytest.raises(NotFoundError):
        snapshots.get(id_of(1))
    with pytest.raises(NotFoundError):
        sessions.get(id_of(1))
    assert snapshots.get_many([id_of(1)]) == {}
    assert snapshots.get_many([]) == {}


def test_the_pool_shows_the_undecided_with_those_who_voted_and_loses_the_decided(snapshots: Snapshots) -> None:
    snapshots.add(chips_snapshot(1))
    snapshots.add(chips_snapshot(2))
    seen = voted_by(drawn_by(chips_snapshot(1), "kevin"), "kevin", YES)
    snapshots.save(replace(seen, version=2))

    entries = [each for shard in range(snapshots.shards) for each in snapshots.pool(shard, LOWEST, HIGHEST, 100)]
    snapshots.save(replace(judged(YES, YES, YES), version=3))

    assert {each.id: each.voters for each in entries} == {id_of(1): ("kevin",), id_of(2): ()}
    assert everything(snapshots) == [id_of(2)]


def test_the_pool_is_read_between_two_places_in_order(snapshots: Snapshots) -> None:
    for number, place in enumerate(["a", "c", "e", "g"]):
        snapshots.add(chips_snapshot(number, place=place))

    entries = [each for shard in range(snapshots.shards) for each in snapshots.pool(shard, "b", "g", 100)]
    first = [each for shard in range(snapshots.shards) for each in snapshots.pool(shard, LOWEST, HIGHEST, 1)]

    assert sorted(each.place for each in entries) == ["c", "e"]
    assert len(first) <= snapshots.shards


def test_a_products_undecided_are_listed_by_age_from_the_first_or_from_any_of_them_on(snapshots: Snapshots) -> None:
    for number in range(12):
        snapshots.add(chips_snapshot(number, created_at=NOON - number, product=SALSA if number == 3 else CHIPS))
    snapshots.save(replace(judged(YES, YES, YES, number=4), created_at=NOON - 4, version=2))

    listed = [snapshots.undecided_of(CHIPS, shard, None, 100) for shard in range(snapshots.list_shards)]
    behind_the_first = [
        snapshots.undecided_of(CHIPS, shard, snapshots.get(found[0]), 100)
        for shard, found in enumerate(listed)
        if found
    ]
    two_each = [snapshots.undecided_of(CHIPS, shard, None, 2) for shard in range(snapshots.list_shards)]

    assert sorted(each for found in listed for each in found) == [id_of(n) for n in range(12) if n not in (3, 4)]
    assert all(list(found) == sorted(found, reverse=True) for found in listed)
    assert behind_the_first == [found[1:] for found in listed if found]
    assert two_each == [found[:2] for found in listed]


def test_the_first_of_the_same_bytes_and_product_stays_the_first(snapshots: Snapshots) -> None:
    picture = chips_snapshot(1)
    claims = [
        snapshots.claim_picture(each)
        for each in (
            picture,
            replace(picture, id=id_of(2)),
            replace(picture, id=id_of(3), product=SALSA),
            replace(picture, id=id_of(4), image="ab" * 32),
            picture,
        )
    ]

    assert claims == [id_of(1), id_of(1), id_of(3), id_of(4), id_of(1)]
    assert everything(snapshots) == []


def test_a_duplicate_is_listed_but_neither_in_the_pool_nor_among_the_decided(snapshots: Snapshots) -> None:
    snapshots.add(chips_snapshot(1))
    snapshots.add(chips_snapshot(2, duplicate_of=id_of(1)))
    snapshots.save(chips_snapshot(1, duplicates=(id_of(2),), version=2))

    assert everything(snapshots) == [id_of(1)]
    assert snapshots.decided(0, 2 * NOON, 10, None).snapshots == ()
    assert [each.id for each in snapshots.page(CHIPS, "duplicate", 10, None).snapshots] == [id_of(2)]
    assert [each.id for each in snapshots.page(None, "pending", 10, None).snapshots] == [id_of(1)]
    assert snapshots.get(id_of(2)).duplicate_of == id_of(1)
    assert snapshots.get(id_of(1)).duplicates == (id_of(2),)


def test_what_was_removed_is_in_no_list_but_that_of_its_status(snapshots: Snapshots) -> None:
    for number, each in enumerate(
        (chips_snapshot(1), judged(YES, YES, YES, number=2), known_as(chips_snapshot(3), NO))
    ):
        snapshots.add(replace(each, version=1))
        snapshots.save(remove_snapshot(replace(each, version=1), NOON + number))

    assert everything(snapshots) == []
    assert snapshots.gold(LOWEST, HIGHEST, 10) == ()
    assert snapshots.decided(0, 2 * NOON, 10, None).snapshots == ()
    assert snapshots.undecided_of(CHIPS, 0, None, 10) == ()
    assert {each.id for each in snapshots.page(CHIPS, "removed", 10, None).snapshots} == {id_of(1), id_of(2), id_of(3)}
    assert snapshots.get(id_of(2)).removed_at == NOON + 1


def test_what_was_removed_is_judged_on_and_exported_for_its_duplicates(snapshots: Snapshots) -> None:
    for each in (chips_snapshot(1), judged(YES, YES, YES, number=2)):
        snapshots.add(replace(each, version=1, duplicates=(id_of(9),), removed_at=NOON))

    assert everything(snapshots) == [id_of(1)]
    assert [each.id for each in snapshots.decided(0, 2 * NOON, 10, None).snapshots] == [id_of(2)]
    assert snapshots.page(CHIPS, "pending", 10, None).snapshots == ()


def test_more_than_a_hundred_are_read_at_once(snapshots: Snapshots) -> None:
    for number in range(130):
        snapshots.add(chips_snapshot(number))

    assert len(snapshots.get_many([id_of(number) for number in range(130)])) == 130


def test_lists_are_by_product_and_status_newest_first_page_by_page(snapshots: Snapshots) -> None:
    for number in range(7):
        snapshots.add(chips_snapshot(number, created_at=NOON + number, product=SALSA if number == 3 else CHIPS))
    snapshots.add(replace(judged(YES, YES, YES, number=8), version=1))

    first = snapshots.page(CHIPS, "pending", 4, None)
    second = snapshots.page(CHIPS, "pending", 4, first.next_position)

    assert [each.id for each in first.snapshots] == [id_of(6), id_of(5), id_of(4), id_of(2)]
    assert [each.id for each in second.snapshots] == [id_of(1), id_of(0)]
    assert second.next_position is None
    assert [each.id for each in snapshots.page(None, "correct", 4, None).snapshots] == [id_of(8)]
    assert len(snapshots.page(None, None, 100, None).snapshots) == 8
    assert [each.id for each in snapshots.page(SALSA, None, 4, None).snapshots] == [id_of(3)]


def test_the_decided_are_listed_by_the_time_of_their_decision_over_months(snapshots: Snapshots) -> None:
    november = 1_794_000_000_000  # 2026-11-06
    moments = [november, november + 40 * DAY, november + 41 * DAY, november + 100 * DAY]
    for number, moment in enumerate(moments):
        decided = judged(YES, NO, NO, number=number)
        assert decided.decision is not None
        snapshots.add(replace(decided, version=1, decision=replace(decided.decision, decided_at=moment)))

    found, position = [], None
    while True:
        page = snapshots.decided(november, november + 100 * DAY, 1, position)
        found += [each.id for each in page.snapshots]
        position = page.next_position
        if position is None:
            break

    assert sorted(found) == [id_of(0), id_of(1), id_of(2)]
    assert snapshots.decided(november + DAY, november + 40 * DAY, 10, None).snapshots == ()


def answered_by_kevin(number: int, now: int) -> Snapshot:
    """Kevin's copy of a marked snapshot, as it is first stored, with his answer."""
    copy = question_for("kevin", known_as(chips_snapshot(number), YES, NOON), id_of(700 + number), id_of(3), NOON)
    return replace(voted_by(drawn_by(copy, "kevin"), "kevin", NO, now), version=1)


def test_marked_snapshots_stand_at_their_places_apart_from_the_pool_until_they_are_unmarked(
    snapshots: Snapshots,
) -> None:
    for number, place in enumerate(["a", "c", "e", "g"]):
        snapshots.add(chips_snapshot(number, place=place))
    voted = voted_by(drawn_by(chips_snapshot(5, place="d"), "kevin"), "kevin", YES)
    for each in (chips_snapshot(1, place="c"), chips_snapshot(2, place="e")):
        snapshots.save(known_as(each, YES, NOON))
    snapshots.add(replace(known_as(voted, NO, NOON + 1), version=1))

    gold = snapshots.gold("b", "e", 10)
    first = snapshots.gold(LOWEST, HIGHEST, 1)
    snapshots.save(unmark(snapshots.get(id_of(1)), rules_of(), NOON))

    assert [(each.id, each.place, each.voters) for each in gold] == [(id_of(1), "c", ()), (id_of(5), "d", ("kevin",))]
    assert [each.id for each in first] == [id_of(1)]
    assert [each.id for each in snapshots.gold(LOWEST, HIGHEST, 10)] == [id_of(5), id_of(2)]
    assert everything(snapshots) == [id_of(0), id_of(1), id_of(3)]
    assert {each.id for each in snapshots.decided(NOON, NOON + DAY, 10, None).snapshots} == {id_of(2), id_of(5)}


def test_a_copy_is_in_no_list_but_that_of_the_answered_while_there_is_a_vote_on_it(snapshots: Snapshots) -> None:
    copy = question_for("kevin", known_as(chips_snapshot(1), YES, NOON), id_of(701), None, NOON)
    drawn = drawn_by(copy, "kevin")
    voted = voted_by(drawn, "kevin", NO, NOON + 5)

    snapshots.save(drawn)
    before = snapshots.answered(NOON, NOON + DAY, 10, None)
    snapshots.save(voted)
    after = snapshots.answered(NOON, NOON + DAY, 10, None)
    lists = [snapshots.page(None, None, 10, None), snapshots.page(CHIPS, None, 10, None)]
    decided = snapshots.decided(NOON, NOON + DAY, 10, None)
    elsewhere = everything(snapshots), snapshots.gold(LOWEST, HIGHEST, 10)
    snapshots.save(replace(drawn, version=3))

    assert drawn.version == 1
    assert (before.snapshots, after.snapshots) == ((), (voted,))
    assert [each.snapshots for each in (*lists, decided)] == [(), (), ()]
    assert elsewhere == ([], ())
    assert snapshots.answered(NOON, NOON + DAY, 10, None).snapshots == ()


def test_the_first_version_is_stored_once(snapshots: Snapshots) -> None:
    copy = answered_by_kevin(1, NOON)
    snapshots.save(copy)

    with pytest.raises(ConflictError):
        snapshots.save(copy)


def test_the_answered_are_listed_by_the_time_of_the_vote_over_months(snapshots: Snapshots) -> None:
    november = 1_794_000_000_000  # 2026-11-06
    for number, days in enumerate((0, 40, 41, 100)):
        snapshots.save(answered_by_kevin(number, november + days * DAY))

    found, position = [], None
    while True:
        page = snapshots.answered(november, november + 100 * DAY, 1, position)
        found += [each.id for each in page.snapshots]
        position = page.next_position
        if position is None:
            break

    assert sorted(found) == [id_of(700), id_of(701), id_of(702)]
    assert snapshots.answered(november + DAY, november + 40 * DAY, 10, None).snapshots == ()


def test_a_session_is_kept_with_its_pages(sessions: Sessions) -> None:
    session = new_session(id_of(1), "kevin", (id_of(5), id_of(6)), NOON)
    sessions.add(session)
    turned = turn_page(session, (id_of(5),), (id_of(6),), 0)
    sessions.save(turned)

    assert sessions.get(id_of(1)) == turned
    with pytest.raises(ConflictError):
        sessions.save(turned)
    with pytest.raises(AlreadyExistsError):
        sessions.add(session)
    assert turned.expires_at * 1000 > NOON + LEASE


def test_a_desk_is_empty_until_it_is_written_and_then_written_by_one_at_a_time(sessions: Sessions) -> None:
    first = put_on_desk(sessions.desk("kevin"), new_session(id_of(1), "kevin", (id_of(5),), NOON))[0]
    sessions.save_desk(first)

    assert sessions.desk("kevin") == first
    assert sessions.desk("maria").sessions == ()
    with pytest.raises(ConflictError):
        sessions.save_desk(first)
