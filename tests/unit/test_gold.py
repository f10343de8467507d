"""Gold is mixed in by how little a QA is known, answered like everything else, and never judged itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import AlreadyDecidedError, NotDrawnError
from snapjury.rules.gold import gold_wanted, unmark
from snapjury.rules.jury import Ballot
from snapjury.rules.session import FIRST_PAGE, page_size
from snapjury.rules.snapshot import PENDING, Reason, Snapshot, Standing
from snapjury.services.gold import gold_answers
from snapjury.services.mixing import as_question, copy_id_for, mixed_with_gold
from snapjury.services.ports import PoolEntry
from snapjury.services.reviews import Page, ReviewPorts, begin_session, current_page, draw_page
from snapjury.services.voting import take_back, vote
from tests.builders import NOON
from tests.jury import (
    LEASE,
    MINUTE,
    NO,
    YES,
    chips_snapshot,
    drawn_by,
    id_of,
    judged,
    jury_room,
    known_as,
    rules_of,
    voted_by,
)

SESSION = id_of(90_001)
DAY = 24 * 60 * MINUTE


class CountingSnapshots(MemorySnapshots):
    """So many snapshots, of which the first ones are marked; `asked` counts what sessions ask of them."""

    def __init__(self, count: int, gold: int) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        for number in range(count):
            fresh = chips_snapshot(number)
            self.add(replace(known_as(fresh, YES, NOON), version=1) if number < gold else fresh)

    def gold(self, start: str, end: str, limit: int) -> tuple[PoolEntry, ...]:
        self.asked["gold"] += 1
        return super().gold(start, end, limit)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        assert len(ids) == len(set(ids)), "DynamoDB refuses to read an item twice at once"
        self.asked["get_many"] += 1
        return super().get_many(ids)


def room_with_gold(real: int, gold: int, policy: str = "three-votes", votes: int = 0) -> ReviewPorts:
    """Ports of a system with so many open snapshots and so many marked ones, for QAs with so many votes."""
    room = jury_room(0, policy)
    snapshots = CountingSnapshots(real + gold, gold)
    return ReviewPorts(snapshots, room.sessions, room.rules, room.chance, lambda _: votes)


def all_of(page: Page, ports: ReviewPorts, verdict: str = YES) -> list[Snapshot]:
    """What the QA is shown in this session, voting on all of it."""
    shown = []
    while page.snapshots:
        for each in page.snapshots:
            ballot = Ballot(page.session.qa, page.session.id, YES if verdict == YES else NO)
            assert vote(each.id, ballot, ports, NOON + 1)[1].counted
            shown.append(each)
        page = draw_page(page.session, ports, NOON + 1)
    return shown


def judge(snapshot_id: str, qas: tuple[str, ...], ports: ReviewPorts, now: int = NOON) -> None:
    """Have these QAs vote on the snapshot, until it is decided."""
    for qa in qas:
        stored = ports.snapshots.get(snapshot_id)
        if stored.decision is None:
            ports.snapshots.save(drawn := drawn_by(stored, qa, now, ports.rules))
            ports.snapshots.save(voted_by(drawn, qa, YES, now, ports.rules))


def first_gold(page: Page) -> Snapshot:
    return next(each for each in page.snapshots if each.gold)


@pytest.mark.parametrize(("votes", "gold"), [(0, 40), (100, 34), (250, 25), (500, 10), (9_999, 10)])
def test_a_newcomer_is_asked_forty_percent_gold_and_who_has_voted_500_times_ten(votes: int, gold: int) -> None:
    assert gold_wanted(100, votes) == gold


@pytest.mark.parametrize(("real", "gold"), [(0, 0), (1, 0), (3, 2), (30, 20), (60, 40), (100, 40)])
def test_where_little_is_left_to_judge_gold_keeps_its_share(real: int, gold: int) -> None:
    assert gold_wanted(real, votes=0) == gold


def test_marking_decides_and_keeps_the_votes() -> None:
    decided = judged(YES, YES, NO)

    marked = known_as(decided, NO, NOON + DAY)

    assert marked.decision is not None
    assert (marked.status, marked.decision.reason, marked.decision.confidence) == (NO, Reason.KNOWN_ANSWER, 1.0)
    assert marked.decision.decided_at == NOON + DAY
    assert (marked.votes, marked.version) == (decided.votes, decided.version + 1)
    assert known_as(marked, NO, NOON + 2 * DAY) is marked
    assert known_as(marked, YES, NOON + 2 * DAY).status == YES


def test_what_is_unmarked_is_decided_by_its_votes_or_open_again() -> None:
    decided, half_way, untouched = judged(YES, YES, NO), judged(YES, number=2), chips_snapshot(3)

    unmarked = [unmark(known_as(each, NO, NOON), rules_of(), NOON + DAY) for each in (decided, half_way, untouched)]

    assert [each.status for each in unmarked] == [YES, PENDING, PENDING]
    assert [each.known for each in unmarked] == [None, None, None]
    assert unmarked[0].decision is not None
    assert (unmarked[0].decision.reason, unmarked[0].decision.decided_at) == (Reason.MAJORITY, NOON + DAY)
    assert unmark(untouched, rules_of(), NOON) is untouched


def test_a_newcomers_session_has_forty_copies_among_sixty_others_in_random_order() -> None:
    ports = room_with_gold(real=300, gold=80)

    shown = all_of(begin_session(SESSION, "kevin", ports, NOON), ports)

    gold = [number for number, each in enumerate(shown) if each.gold]
    assert (len(shown), len(gold)) == (100, 40)
    assert min(gold) < 10 <= 90 <= max(gold)
    assert len({each.id for each in shown}) == 100
    originals = ports.snapshots.get_many([id_of(number) for number in range(80)]).values()
    assert all(each.votes == each.surplus == () for each in originals)


def test_a_copy_shows_what_its_original_does_under_an_id_that_tells_nothing() -> None:
    ports = room_with_gold(real=30, gold=20)
    for number in range(10):
        screenshot = ports.snapshots.get(id_of(number))
        ports.snapshots.save(replace(screenshot, type="png", version=screenshot.version + 1))
    copies = {
        qa: [each for each in all_of(begin_session(id_of(90_010 + number), qa, ports, NOON), ports) if each.gold]
        for number, qa in enumerate(("kevin", "maria"))
    }

    ids = [{each.id for each in shown} for shown in copies.values()]

    assert [len(each) for each in ids] == [20, 20]
    assert ids[0].isdisjoint(ids[1])
    assert all(len(each) == 20 and each.isalnum() and each.islower() for each in ids[0] | ids[1])
    for copy in copies["kevin"]:
        assert copy.gold is not None
        original = ports.snapshots.get(copy.gold.of)
        assert (copy.product, copy.image, copy.width) == (original.product, original.image, original.width)
        assert copy.type == original.type
        assert copy.gold.of not in ids[0]
    assert {each.type for each in copies["kevin"]} == {"image", "png"}


def test_nobody_is_asked_the_same_gold_twice_or_what_they_judged_in_the_jury() -> None:
    ports = room_with_gold(real=400, gold=50)
    judged_before = known_as(judged(YES, number=500), YES, NOON)  # kevin's vote
    ports.snapshots.add(replace(judged_before, version=1))

    asked = [
        each.gold.of
        for number in range(3)
        for each in all_of(begin_session(id_of(90_010 + number), "kevin", ports, NOON), ports)
        if each.gold
    ]

    assert len(asked) == len(set(asked)) == 50
    assert judged_before.id not in mixed_with_gold("kevin", ["real"] * 60, lambda _: 0, ports.snapshots, Random(1))


def test_gold_that_was_taken_back_and_drawn_and_marked_again_is_no_new_question() -> None:
    ports = room_with_gold(real=30, gold=20)
    shown = all_of(begin_session(SESSION, "kevin", ports, NOON), ports)
    for number in range(20):
        unmarked = unmark(ports.snapshots.get(id_of(number)), ports.rules, NOON)
        ports.snapshots.save(unmarked)
        drawn = replace(drawn_by(unmarked, "maria"), place="elsewhere")
        ports.snapshots.save(drawn)
        ports.snapshots.save(known_as(drawn, NO))

    assert sum(each.gold is not None for each in shown) == 20
    assert mixed_with_gold("kevin", [id_of(99)] * 60, lambda _: 0, ports.snapshots, Random(1)) == (id_of(99),) * 60


def test_without_anything_to_judge_there_is_no_gold() -> None:
    ports = room_with_gold(real=0, gold=50)

    assert begin_session(SESSION, "kevin", ports, NOON).session.target == 0
    assert ports.snapshots.asked["gold"] == 0  # type: ignore[attr-defined]


def test_what_is_marked_while_a_session_begins_is_in_it_once() -> None:
    snapshots = CountingSnapshots(100, 100)
    still_in_the_pool = [id_of(number) for number in range(60)]

    mixed = mixed_with_gold("kevin", still_in_the_pool, lambda _: 0, snapshots, Random(1))

    assert len(mixed) == len(set(mixed)) == 100


def test_every_marked_snapshot_comes_about_equally_often_at_a_cost_that_their_number_does_not_change() -> None:
    few, many = CountingSnapshots(500, 500), CountingSnapshots(3_000, 3_000)
    real = [id_of(number) for number in range(80_000, 80_100)]

    drawn = Counter(
        each
        for seed in range(500)
        for each in mixed_with_gold("kevin", real, lambda _: 0, few, Random(seed))
        if each < id_of(80_000)
    )
    few.asked.clear()
    for snapshots in (few, many):
        mixed_with_gold("kevin", real, lambda _: 0, snapshots, Random(1))

    share = 500 * 40 / 500
    assert len(drawn) == 500
    assert min(drawn.values()) / share >= 0.4
    assert max(drawn.values()) / share <= 1.8
    for snapshots in (few, many):
        assert snapshots.asked["gold"] in (2, 3)
        assert snapshots.asked["get_many"] == 1


def test_no_gold_costs_one_query_more() -> None:
    ports = room_with_gold(real=200, gold=0)

    page = begin_session(SESSION, "kevin", ports, NOON)

    assert ports.snapshots.asked["gold"] == 1  # type: ignore[attr-defined]
    assert page.session.target == 100


def test_a_vote_on_a_copy_is_told_and_taken_back_like_any_other() -> None:
    ports = room_with_gold(real=30, gold=20)
    page = begin_session(SESSION, "kevin", ports, NOON)
    gold, real = first_gold(page), next(each for each in page.snapshots if not each.gold)

    for each in (gold, real):
        receipts = [vote(each.id, Ballot("kevin", SESSION, verdict), ports, NOON)[1] for verdict in (YES, YES, NO)]
        assert [receipt.standing for receipt in receipts] == [Standing.COUNTED] * 3
        assert take_back(each.id, "kevin", SESSION, ports, NOON)[1].standing is Standing.WITHDRAWN
    again = draw_page(page.session, ports, NOON + 1)

    assert [each.id for each in again.snapshots[:FIRST_PAGE]] == [each.id for each in page.snapshots]
    assert current_page(again.session, ports) == again
    assert begin_session(SESSION, "kevin", ports, NOON + 1) == again


def test_a_copy_whose_lease_expired_stays_on_the_page_and_takes_a_late_vote() -> None:
    ports = room_with_gold(real=30, gold=20)
    page = begin_session(SESSION, "kevin", ports, NOON)
    later = NOON + DAY // 2

    receipt = vote(first_gold(page).id, Ballot("kevin", SESSION, YES), ports, later)[1]

    assert receipt.standing is Standing.COUNTED
    assert page.snapshots[-1].id in [each.id for each in draw_page(page.session, ports, later).snapshots]


def test_a_late_vote_on_a_copy_is_told_what_one_on_its_shadow_would_be() -> None:
    ports = room_with_gold(real=30, gold=20)
    page = begin_session(SESSION, "kevin", ports, NOON)
    copy = first_gold(page)
    assert copy.gold is not None
    assert copy.gold.shadow is not None
    judge(copy.gold.shadow, ("maria", "ahmed", "zoe"), ports, NOON + LEASE)

    told = [
        [vote(each, Ballot("kevin", SESSION, YES), ports, NOON + 2 * LEASE)[1].standing for _ in range(2)]
        for each in (copy.id, copy.gold.shadow)
    ]

    assert told == [[Standing.ALREADY_DECIDED] * 2] * 2
    assert list(gold_answers(NOON, NOON + DAY, ports.snapshots)) == []


def test_copies_on_a_page_that_was_left_go_when_others_have_judged_the_rest_of_it() -> None:
    ports = room_with_gold(real=30, gold=20)
    page = begin_session(SESSION, "kevin", ports, NOON)
    gold = {each.id for each in page.snapshots if each.gold}
    in_time = draw_page(page.session, ports, NOON + LEASE - 1)
    for each in page.snapshots:
        if not each.gold:
            judge(each.id, ("maria", "ahmed", "zoe"), ports, NOON + 2 * LEASE)

    following = draw_page(in_time.session, ports, NOON + 2 * LEASE)

    assert gold <= {each.id for each in in_time.snapshots}
    assert gold.isdisjoint(each.id for each in following.snapshots)
    assert len(following.snapshots) == page_size(in_time.session)


def test_copies_on_a_page_that_was_left_stay_where_nobody_judged_the_rest_of_it() -> None:
    ports = room_with_gold(real=30, gold=20)
    page = draw_page(begin_session(SESSION, "kevin", ports, NOON).session, ports, NOON)

    following = draw_page(page.session, ports, NOON + 2 * LEASE)

    assert [each.id for each in following.snapshots] == [each.id for each in page.snapshots]


def test_nobody_else_can_vote_on_a_copy() -> None:
    ports = room_with_gold(real=30, gold=20)
    copy = first_gold(begin_session(SESSION, "kevin", ports, NOON))
    marias = begin_session(id_of(90_002), "maria", ports, NOON).session.id

    for session in (SESSION, marias):
        with pytest.raises(NotDrawnError):
            vote(copy.id, Ballot("maria", session, YES), ports, NOON)
        with pytest.raises(NotDrawnError):
            take_back(copy.id, "maria", session, ports, NOON)


def test_an_answer_to_gold_is_final_once_others_have_decided_what_was_drawn_beside_it() -> None:
    ports = room_with_gold(real=30, gold=20)
    page = begin_session(SESSION, "kevin", ports, NOON)
    copy = first_gold(page)
    assert copy.gold is not None
    assert copy.gold.shadow is not None
    for each in page.snapshots:
        vote(each.id, Ballot("kevin", SESSION, YES), ports, NOON)
    first = vote(copy.id, Ballot("kevin", SESSION, NO), ports, NOON)[1]
    judge(copy.gold.shadow, ("maria", "ahmed", "zoe"), ports)

    assert vote(copy.id, Ballot("kevin", SESSION, NO), ports, NOON + DAY)[1] == first
    with pytest.raises(AlreadyDecidedError):
        vote(copy.id, Ballot("kevin", SESSION, YES), ports, NOON + DAY)
    with pytest.raises(AlreadyDecidedError):
        take_back(copy.id, "kevin", SESSION, ports, NOON + DAY)
    assert ports.snapshots.get(copy.id).decision is None


def test_where_one_vote_decides_it_decides_a_copy_too() -> None:
    ports = room_with_gold(real=30, gold=20, policy="one-vote")
    copy = first_gold(begin_session(SESSION, "kevin", ports, NOON))
    vote(copy.id, Ballot("kevin", SESSION, YES), ports, NOON)

    with pytest.raises(AlreadyDecidedError):
        take_back(copy.id, "kevin", SESSION, ports, NOON)
    assert (
        ports.snapshots.decided(NOON, NOON + DAY, 10, None).snapshots
        == tuple(each for each in ports.snapshots.get_many([id_of(n) for n in range(20)]).values() if each.decision)[
            :10
        ]
    )


def test_gold_that_was_unmarked_meanwhile_is_asked_as_what_it_is() -> None:
    snapshot = known_as(chips_snapshot(1), YES, NOON)

    assert as_question("kevin", snapshot, (), Random(1), NOON).id == copy_id_for(
        "kevin", snapshot.id, snapshot.gold_place or ""
    )
    unmarked = unmark(snapshot, rules_of(), NOON)
    assert as_question("kevin", unmarked, (), Random(1), NOON) is unmarked


def test_who_has_a_snapshot_on_the_page_when_it_is_marked_is_not_asked_its_copy() -> None:
    drawn = drawn_by(chips_snapshot(1), "kevin")
    late = voted_by(known_as(drawn, YES, NOON + 1), "kevin", NO)

    assert late.surplus[0].standing is Standing.ALREADY_DECIDED
    for marked in (known_as(drawn, YES, NOON + 1), late):
        assert as_question("kevin", marked, (), Random(1), NOON) is marked
        assert as_question("maria", marked, (), Random(1), NOON).gold is not None


def test_answers_are_scored_by_what_is_known_now() -> None:
    ports = room_with_gold(real=300, gold=80)
    shown = all_of(begin_session(SESSION, "kevin", ports, NOON), ports, NO)
    changed, unmarked, *others = [each.gold.of for each in shown if each.gold]
    ports.snapshots.save(known_as(ports.snapshots.get(changed), NO, NOON + 2))
    ports.snapshots.save(unmark(ports.snapshots.get(unmarked), ports.rules, NOON + 2))

    read = list(gold_answers(NOON, NOON + DAY, ports.snapshots))

    answers = {copy.gold.of: (copy.votes[0].qa, copy.votes[0].verdict, known) for copy, known in read if copy.gold}
    assert all(copy.gold and copy.gold.answer is known for copy, known in read)
    assert answers == {changed: ("kevin", NO, NO)} | dict.fromkeys(others, ("kevin", NO, YES))
    assert list(gold_answers(NOON + DAY, NOON + 2 * DAY, ports.snapshots)) == []
