"""How long the scorer takes for a million votes on one core, and how much memory, for all three leaderboards.

    .venv/bin/python -m benchmarks.scoring_run [VOTES]

Snapshots are made as they are asked for, by QAs of different skill, over two years. The time that making them takes is
left out; turning them from DynamoDB's items into ours, which the scorer does too, is measured apart. Seconds are those
of the processor, so that other programs make no difference; the network is not in them.
"""

import resource
import sys
import time
from functools import partial
from random import Random

from rich.console import Console

from snapjury.adapters.dynamo_reviews import item_of
from snapjury.adapters.memory_boards import MemoryBoards, MemoryScoringQueue
from snapjury.adapters.table import from_item
from snapjury.rules.board import DAY
from snapjury.rules.snapshot import Decision, Reason, Snapshot, Verdict, Vote
from snapjury.services.ports import SnapshotPage
from snapjury.services.scoring import ScoringPorts, decided_in, score_windows
from tests.builders import NOON
from tests.jury import chips_snapshot

VOTES, JURY, QAS = 1_000_000, 3, 1000
TWO_YEARS = 730 * DAY
SAMPLE = 5000
ALLOWED_SECONDS, ALLOWED_BYTES = 60, 1e9


class Decisions:
    """So many decided snapshots, none of which exists before it is asked for; `seconds` were spent on making them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.seconds = 0.0

    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        began = time.process_time()
        first = int(position or self._at(since))
        last = min(first + limit, self._at(until))
        page = SnapshotPage(
            tuple(map(self.snapshot, range(first, last))), str(last) if last < self._at(until) else None
        )
        self.seconds += time.process_time() - began
        return page

    def _at(self, moment: int) -> int:
        """How many were decided before then."""
        return max(0, min(self._count, (moment - (NOON - TWO_YEARS)) * self._count // TWO_YEARS))

    def snapshot(self, number: int) -> Snapshot:
        chance = Random(number)
        moment = NOON - TWO_YEARS + number * TWO_YEARS // self._count
        is_correct = chance.random() < 0.7
        votes = tuple(self._vote(qa, is_correct, moment, chance) for qa in chance.sample(range(QAS), JURY))
        yes = sum(vote.verdict is Verdict.CORRECT for vote in votes)
        status = Verdict.CORRECT if 2 * yes > JURY else Verdict.INCORRECT_OR_UNSURE
        decision = Decision(status, Reason.MAJORITY, 0.8, moment, "three-votes/1", 0)
        return chips_snapshot(number, votes=votes, decision=decision)

    def _vote(self, qa: int, is_correct: bool, moment: int, chance: Random) -> Vote:
        is_right = chance.random() < 0.6 + 0.39 * qa / QAS
        verdict = Verdict.CORRECT if is_right is is_correct else Verdict.INCORRECT_OR_UNSURE
        session = f"{qa} on {moment // DAY}"
        return Vote(f"qa-{qa:04}", verdict, moment - chance.randrange(DAY // 24), session, moment - DAY // 24, 0)


def seconds_to_read(decisions: Decisions, count: int) -> float:
    """What so many snapshots take from DynamoDB's form to ours, told from a sample."""
    items = [item_of(decisions.snapshot(number)) for number in range(SAMPLE)]
    began = time.process_time()
    for item in items:
        from_item(item, Snapshot)
    return (time.process_time() - began) * count / SAMPLE


def main() -> int:
    votes = int(sys.argv[1]) if len(sys.argv) > 1 else VOTES
    decisions = Decisions(votes // JURY)
    boards = MemoryBoards()
    ports = ScoringPorts((partial(decided_in, decisions),), boards, MemoryScoringQueue(), lambda: NOON, 60_000)
    before = peak_bytes()
    began = time.process_time()
    scored = score_windows(NOON, ports, lambda: True)
    seconds = time.process_time() - began - decisions.seconds
    console = Console()
    for board in scored:
        console.print(
            f"{board.window:>6}: {board.votes:>9,} votes on {board.snapshots:>8,} snapshots, {len(board.rows)} QAs"
        )
    read = seconds_to_read(decisions, votes // JURY)
    console.print(f"collected and scored in {seconds:.1f} s; from DynamoDB's items {read:.1f} s more")
    console.print(f"{peak_bytes() / 1e6:.0f} MB at most, {before / 1e6:.0f} MB of them before")
    return 0 if seconds < ALLOWED_SECONDS and peak_bytes() < ALLOWED_BYTES else 1


def peak_bytes() -> int:
    """The most memory that this process has held so far."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
