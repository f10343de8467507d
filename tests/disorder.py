"""What the state machines share: QAs with several tabs each, over a few snapshots, in whatever order and at once."""

from collections.abc import Callable, Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import AlreadyDecidedError, NotDrawnError
from snapjury.rules.jury import Ballot, Receipt, is_to_wait
from snapjury.rules.snapshot import Snapshot, Verdict
from snapjury.services.reviews import ReviewPorts, begin_session, draw_page, own_session
from snapjury.services.voting import take_back, vote
from tests.builders import NOON
from tests.jury import chips_snapshot, id_of

verdicts = st.sampled_from(list(Verdict))
choices = st.integers(0, 1000)


class InterferingSnapshots(MemorySnapshots):
    """Lets something else happen between the read and the write of a request."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], object]] = []

    def save(self, snapshot: Snapshot) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()
        super().save(snapshot)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        assert len(ids) == len(set(ids)), "DynamoDB refuses to read an item twice at once"
        return super().get_many(ids)


class Reviews(RuleBasedStateMachine):
    """QAs who begin, draw, vote and take back; `told` is what they were answered."""

    snapshots: InterferingSnapshots
    ports: ReviewPorts

    def fill(self, count: int) -> None:
        for number in range(count):
            self.snapshots.add(chips_snapshot(number))
        self.now = NOON
        self.sessions: list[tuple[str, str]] = []
        self.shown: list[tuple[str, str, str]] = []
        self.told: dict[tuple[str, str, Verdict], Receipt] = {}

    @rule(choice=choices)
    def draw(self, choice: int) -> None:
        if self.sessions:
            qa, session_id = self.sessions[choice % len(self.sessions)]
            session = own_session(session_id, qa, self.ports.sessions, self.now)
            self.show(qa, session_id, draw_page(session, self.ports, self.now).snapshots)

    @rule(choice=choices, verdict=verdicts)
    def vote(self, choice: int, verdict: Verdict) -> None:
        if self.shown:
            self.cast(*self.shown[choice % len(self.shown)], verdict)

    @rule(choice=choices)
    def withdraw(self, choice: int) -> None:
        if self.shown:
            qa, session, snapshot = self.shown[choice % len(self.shown)]
            try:
                take_back(snapshot, qa, session, self.ports, self.now)
            except (AlreadyDecidedError, NotDrawnError):
                return
            self.told = {key: told for key, told in self.told.items() if key[:2] != (qa, snapshot)}

    def new_session(self, qa: str) -> str:
        session_id = id_of(90_000 + len(self.sessions))
        self.sessions.append((qa, session_id))
        return session_id

    def begin_as(self, qa: str) -> None:
        session_id = self.new_session(qa)
        self.show(qa, session_id, begin_session(session_id, qa, self.ports, self.now).snapshots)

    def draw_while_another_tab_of(self, qa: str, choice: int) -> None:
        self.snapshots.meanwhile = [lambda: self.begin_as(qa)]
        self.draw(choice)
        self.snapshots.meanwhile = []

    def work_through_a_session(self, qa: str) -> bool:
        session_id = self.new_session(qa)
        page = begin_session(session_id, qa, self.ports, self.now)
        if page.session.target == 0:
            return False
        while page.snapshots:
            for snapshot in page.snapshots:
                self.cast(qa, session_id, snapshot.id, Verdict.CORRECT)
            page = draw_page(page.session, self.ports, self.now)
        left = self.snapshots.get_many(page.session.waiting).values()
        assert all(is_to_wait(each, qa, self.ports.rules, self.now) for each in left)
        return True

    def cast(self, qa: str, session: str, snapshot: str, verdict: Verdict) -> None:
        try:
            _, receipt = vote(snapshot, Ballot(qa, session, verdict), self.ports, self.now)
        except (AlreadyDecidedError, NotDrawnError):
            return
        assert self.told.setdefault((qa, snapshot, verdict), receipt) == receipt, "the same request, another answer"

    def show(self, qa: str, session_id: str, page: tuple[Snapshot, ...]) -> None:
        for snapshot in page:
            assert self.snapshots.get(snapshot.id).vote_of(qa) is None, "shown again after the vote"
            assert not self.snapshots.get(snapshot.id).is_gone, "shown after it was removed"
            self.shown.append((qa, session_id, snapshot.id))
