from msgspec.structs import replace

from snapjury.adapters.memory import MemoryAssets, MemoryNotificationQueue
from snapjury.adapters.memory_operations import MemoryActivity, MemoryDeadLetters
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.adapters.sqs import body_of
from snapjury.messages import NotificationMessage
from snapjury.rules.activity import STEP
from snapjury.rules.asset import Event, finish_validation, start_validation
from snapjury.schemas_operations import letter_view
from snapjury.services.operation_ports import DeadLetter
from snapjury.services.operations import (
    MOST_MOVED,
    NEWEST,
    OperationPorts,
    Redrive,
    overview_of,
    piles_of,
    redrive,
)
from snapjury.services.ports import QueueLengths
from tests.builders import NOON, chips_asset
from tests.jury import id_of


class Desk:
    """A system with two queues, over memory."""

    def __init__(self) -> None:
        self.assets = MemoryAssets()
        self.letters = MemoryDeadLetters("import", "export")
        activity = MemoryActivity(self.assets, MemorySnapshots())
        self.ports = OperationPorts(activity, self, self.letters, self.assets, MemoryNotificationQueue())

    def lengths(self) -> dict[str, QueueLengths]:
        return {name: QueueLengths(0, 0, 0, dead=len(each)) for name, each in self.letters.letters.items()}

    def end(self, number: int, at: int) -> None:
        """Store an asset that was submitted a second before it ended."""
        queued = chips_asset(id=id_of(number), created_at=at - 1000)
        ended = finish_validation(start_validation(queued, {}, at - 400), (), {}, None, at)
        self.assets.assets[queued.id] = replace(ended, version=3)


def test_an_overview_tells_since_when_it_counts_where_there_was_more_than_it_reads() -> None:
    desk = Desk()
    for number in range(NEWEST + 10):
        desk.end(number, NOON + number)
    now = NOON + NEWEST + 10

    overview = overview_of(desk.ports, now)

    assert overview.assets_since == NOON + 11
    assert overview.decisions_since == overview.hour.since
    assert overview.hour.total.succeeded == NEWEST - 1
    assert now - 12 * STEP < overview.hour.since <= now - 11 * STEP


def test_what_ends_in_this_very_millisecond_counts() -> None:
    desk = Desk()
    desk.end(1, NOON)

    assert overview_of(desk.ports, NOON).hour.total.succeeded == 1


def test_ten_of_many_dead_letters_are_shown_and_the_number_of_all() -> None:
    desk = Desk()
    for number in range(12):
        desk.letters.add("export", f"message {number}", NOON)

    imports, exports = piles_of(desk.ports)

    assert (imports.queue, imports.count, imports.letters) == ("import", 0, ())
    assert (exports.queue, exports.count, len(exports.letters)) == ("export", 12, 10)


def test_a_redrive_moves_so_many_at_a_time_and_tells_that_there_may_be_more() -> None:
    desk = Desk()
    for number in range(MOST_MOVED + 3):
        desk.letters.add("export", f"message {number}", NOON)

    first, second = redrive("export", desk.ports), redrive("export", desk.ports)

    assert first == Redrive("export", MOST_MOVED, more=True, held=0)
    assert second == Redrive("export", 3, more=False, held=0)
    assert len(desk.letters.sent["export"]) == MOST_MOVED + 3


def test_a_dead_letter_is_shown_without_the_asset_that_it_brought() -> None:
    urls = dict.fromkeys(Event, f"https://acme.example/{'x' * 900}")
    body = body_of(NotificationMessage("chips", Event.START, chips_asset(notifications=urls)))

    shown = letter_view("notification", DeadLetter("1", body, NOON, 5))

    assert shown["body"] == {"asset": "chips", "event": "onStart"}
    assert shown["about"] == {"asset": "chips", "event": "onStart"}
