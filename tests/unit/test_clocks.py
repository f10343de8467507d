"""Clocks that are set back under a container, and clocks of containers that differ: nothing is lost, nobody gets in."""

from random import Random

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_boards import MemoryBoards, MemoryScoringQueue
from snapjury.adapters.memory_customers import MemoryApiKeys
from snapjury.adapters.memory_reviews import MemoryProducts
from snapjury.errors import UnauthenticatedError
from snapjury.rules.api_key import Scope
from snapjury.rules.asset import Event
from snapjury.rules.delivery import Delivery, DeliveryState
from snapjury.rules.jury import Ballot
from snapjury.rules.product import Product
from snapjury.rules.retry import Outcome, Verdict
from snapjury.services.api_keys import KeyCheck, revoke_key
from snapjury.services.boards import KnownBoards
from snapjury.services.delivery import seconds_until
from snapjury.services.hints import ScoringHints
from snapjury.services.known_products import KnownProducts
from snapjury.services.reviews import begin_session
from snapjury.services.slow_receivers import SlowReceivers, receiver_of
from snapjury.services.voting import vote
from tests.boards import a_board
from tests.builders import CHIPS_URLS, NOON
from tests.customers import ACMES_ID, ACMES_KEY, acmes_key
from tests.jury import CHIPS, YES, id_of, jury_room
from tests.unit.test_delivery import Post
from tests.unit.test_score_windows import Scorer, decisions

SECOND = 1000
HOUR = 3_600_000
SKEWS = [-HOUR, -60 * SECOND, 60 * SECOND, HOUR]


class Clock:
    """A container's clock, which stands still until somebody sets it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


def test_a_clock_that_is_set_back_does_not_keep_a_revoked_key_alive() -> None:
    keys, clock = MemoryApiKeys(), Clock()
    keys.add(acmes_key(last_used_at=NOON))
    check = KeyCheck(keys, are_required=True, clock=clock)
    check.with_key(ACMES_KEY, [Scope.ASSETS_READ])

    revoke_key(ACMES_ID, keys, NOON)
    clock.now -= HOUR

    with pytest.raises(UnauthenticatedError):
        check.with_key(ACMES_KEY, [Scope.ASSETS_READ])


def test_a_clock_that_is_set_back_does_not_silence_the_hints_to_the_scorer() -> None:
    queue = MemoryScoringQueue()
    hints = ScoringHints(queue, delay=30)
    hints.give(NOON)

    hints.give(NOON - HOUR)

    assert [due for due, _ in queue.messages] == [NOON + 30 * SECOND, NOON - HOUR + 30 * SECOND]


def test_a_clock_that_is_set_back_does_not_freeze_what_is_known_of_the_qas_and_products() -> None:
    clock, boards, products = Clock(), MemoryBoards(), MemoryProducts()
    products.add(Product(CHIPS, "Chips", NOON, 1))
    known, named = KnownBoards(boards, clock, lambda _: None), KnownProducts(products)
    assert (known.votes_of("qa-00001"), named.named([CHIPS], clock())[CHIPS].name) == (0, "Chips")
    boards.save(a_board())
    products.save(Product(CHIPS, "Salted chips", NOON, 2))

    clock.now -= HOUR

    assert (known.votes_of("qa-00001"), named.named([CHIPS], clock())[CHIPS].name) == (100, "Salted chips")


def test_a_clock_that_is_set_back_does_not_keep_a_receiver_from_being_called() -> None:
    slow = SlowReceivers(15)
    chips = receiver_of("trax", "https://chips.example/")
    slow.note(chips, timed_out=True, now=NOON)
    assert not slow.may_call(chips, NOON)

    assert slow.may_call(chips, NOON - HOUR)
    assert not slow.may_call(chips, NOON - HOUR), "one probe at a time"


@pytest.mark.parametrize("skew", SKEWS)
def test_a_notifier_whose_clock_is_wrong_delays_a_repetition_by_that_and_keeps_its_id(skew: int) -> None:
    post = Post(onStart=[Outcome(Verdict.RETRYABLE, "answered 500", 500)])
    post.time += skew
    refused = post.deliver(Event.START)
    post.time -= skew

    for _ in range(3):
        again = post.deliver(Event.START)
        pause = seconds_until(again, post.time)
        assert pause is None or pause <= max(skew, 0) / SECOND + 15
        post.time += round(SECOND * (pause or 0))

    assert isinstance(refused, Delivery)
    assert post.delivery(Event.START).state is DeliveryState.DELIVERED
    assert [call[:2] for call in post.webhooks.calls] == 2 * [(CHIPS_URLS[Event.START], "msg_chips_onStart")]


@pytest.mark.parametrize("skew", SKEWS)
def test_qas_whose_containers_disagree_on_the_time_fill_no_seat_twice_and_are_told_what_counts(skew: int) -> None:
    room = jury_room(10)
    pages = {}
    for number, qa in enumerate(("kevin", "maria", "ahmed", "zoe", "li", "ana")):
        session, now = id_of(number), NOON + number * SECOND + (skew if number % 2 else 0)
        page = begin_session(session, qa, replace(room, chance=Random(number)), now)
        pages[qa] = session, now, page.snapshots

    receipts = [
        (each.id, vote(each.id, Ballot(qa, session, YES), room, now)[1])
        for qa, (session, now, page) in pages.items()
        for each in page
    ]

    for stored in room.snapshots.get_many([id_of(number) for number in range(10)]).values():
        told = [receipt.counted for name, receipt in receipts if name == stored.id]
        assert sum(told) == len(stored.votes) <= 3
        assert len({each.qa for each in (*stored.votes, *stored.surplus)}) == len(told)


@pytest.mark.parametrize("skew", SKEWS)
def test_a_leaderboard_of_a_scorer_whose_clock_is_wrong_is_replaced_once_that_time_has_come(skew: int) -> None:
    scorer = Scorer()
    scorer.now += skew
    scorer.score()
    scorer.decide(NOON)

    scorer.now = NOON + max(skew, 0) + 2 * HOUR
    scorer.score()

    assert decisions(scorer) == {"week": 1, "month": 1, "all": 1}


def test_a_hint_from_a_clock_that_is_behind_is_made_up_for_by_the_hours_scoring() -> None:
    scorer = Scorer()
    scorer.score()
    scorer.decide(NOON + SECOND)
    scorer.now += 120 * SECOND

    scorer.score(due=scorer.now - HOUR)
    unheard = decisions(scorer)["all"]
    scorer.now += HOUR
    scorer.score()

    assert (unheard, decisions(scorer)["all"]) == (0, 1)
