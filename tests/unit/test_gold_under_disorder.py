"""Whatever QAs and admins do, in whatever order and at once: gold is never judged, and no QA answers one twice."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from snapjury.adapters.memory import MemoryAssets
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import AlreadyDecidedError, NotDrawnError
from snapjury.rules.jury import Ballot, Receipt
from snapjury.rules.policy import JURY, POLICIES, verdict_of
from snapjury.rules.snapshot import Reason, Snapshot, Verdict
from snapjury.services.drawing import HIGHEST, LOWEST
from snapjury.services.gold import gold_answers, mark_as_known, unmark_as_known
from snapjury.services.reviews import ReviewPorts, begin_session, draw_page, own_session, take_back, vote
from snapjury.services.snapshots import SnapshotPorts
from tests.builders import NOON
from tests.jury import LEASE, MINUTE, chips_snapshot, id_of, jury_room

QAS = ("kevin", "maria", "ahmed", "zoe")
qas = st.sampled_from(QAS)
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


class NoQueues:
    def lengths(self) -> dict[str, object]:
        return {}


class Gold(RuleBasedStateMachine):
    """Four QAs with several tabs each, and an admin who marks and unmarks, over a few snapshots."""

    @initialize(policy=st.sampled_from(sorted(POLICIES)), count=st.sampled_from([5, 8, 20]), seed=choices)
    def open(self, policy: str, count: int, seed: int) -> None:
        room = jury_room(0, policy, seed)
        self.snapshots = InterferingSnapshots()
        self.ports = ReviewPorts(self.snapshots, room.sessions, room.rules, room.chance)
        self.admin = SnapshotPorts(self.snapshots, MemoryAssets(), NoQueues(), room.chance)  # type: ignore[arg-type]
        self.ids = [id_of(number) for number in range(count)]
        for number in range(count):
            self.snapshots.add(chips_snapshot(number))
        self.now = NOON
        self.sessions: list[tuple[str, str]] = []
        self.shown: list[tuple[str, str, str]] = []
        self.told: dict[tuple[str, str, Verdict], Receipt] = {}
        for number in range(count // 3):
            self.mark(number, Verdict.CORRECT)

    @rule(choice=choices, answer=verdicts)
    def mark(self, choice: int, answer: Verdict) -> None:
        marked = mark_as_known(self.ids[choice % len(self.ids)], answer, self.admin, self.now)
        assert (marked.status, marked.known) == (answer, answer)

    @rule(choice=choices)
    def unmark(self, choice: int) -> None:
        unmarked = unmark_as_known(self.ids[choice % len(self.ids)], self.ports.rules, self.admin, self.now)
        verdict = verdict_of(unmarked.votes, self.ports.rules.policy)
        assert unmarked.status == (verdict or "pending")

    @rule(qa=qas)
    def begin(self, qa: str) -> None:
        session_id = id_of(90_000 + len(self.sessions))
        self.sessions.append((qa, session_id))
        self.show(qa, session_id, begin_session(session_id, qa, self.ports, self.now).snapshots)

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

    @rule(first=choices, second=choices, verdict=verdicts)
    def mark_while_somebody_votes(self, first: int, second: int, verdict: Verdict) -> None:
        if self.shown:
            self.snapshots.meanwhile = [lambda: self.mark(second, verdict)]
            self.cast(*self.shown[first % len(self.shown)], verdict)
            self.snapshots.meanwhile = []

    @rule(choice=choices, qa=qas)
    def vote_while_an_admin_unmarks(self, choice: int, qa: str) -> None:
        self.snapshots.meanwhile = [lambda: self.vote(choice, Verdict.CORRECT)]
        self.unmark(choice)
        self.snapshots.meanwhile = []

    @rule(choice=choices, qa=qas)
    def draw_while_another_tab_begins(self, choice: int, qa: str) -> None:
        self.snapshots.meanwhile = [lambda: self.begin(qa)]
        self.draw(choice)
        self.snapshots.meanwhile = []

    @rule(choice=choices)
    def withdraw(self, choice: int) -> None:
        if self.shown:
            qa, session, snapshot = self.shown[choice % len(self.shown)]
            try:
                take_back(snapshot, qa, session, self.ports, self.now)
            except (AlreadyDecidedError, NotDrawnError):
                return
            self.told = {key: told for key, told in self.told.items() if key[:2] != (qa, snapshot)}

    @rule(minutes=st.sampled_from([0.01, 3, 30]))
    def wait(self, minutes: float) -> None:
        self.now += int(minutes * MINUTE)

    @invariant()
    def marked_snapshots_are_decided_by_their_answer_and_stand_apart_from_the_pool(self) -> None:
        shards = range(self.snapshots.shards)
        pool = {each.id for shard in shards for each in self.snapshots.pool(shard, LOWEST, HIGHEST, 100)}
        gold = {each.id for each in self.snapshots.gold(LOWEST, HIGHEST, 100)}
        for snapshot in self.originals():
            assert (snapshot.id in gold) == (snapshot.known is not None)
            assert (snapshot.id in pool) == (snapshot.decision is None)
            if snapshot.known is not None:
                assert snapshot.decision is not None
                assert (snapshot.decision.status, snapshot.decision.reason) == (snapshot.known, Reason.KNOWN_ANSWER)
        assert (pool | gold) <= set(self.ids)

    @invariant()
    def a_copy_is_one_qas_alone_and_nobody_has_two_of_the_same(self) -> None:
        answered = [(each.gold.of, vote.qa) for each in self.copies() for vote in each.votes if each.gold]
        assert len(answered) == len(set(answered))
        assert all(len({lease.qa for lease in each.leases}) <= 1 for each in self.copies())
        assert all(len(each.votes) + len(each.surplus) <= 1 for each in self.copies())
        verdict = partial(verdict_of, policy=self.ports.rules.policy)
        assert all(each.decision or verdict(each.votes) is None for each in self.copies())
        assert all(each.surplus or verdict(each.votes) or each.decision is None for each in self.copies())

    @invariant()
    def answers_are_read_with_what_is_known_now(self) -> None:
        known = {each.id: each.known for each in self.originals()}
        voted = {each.id: known[each.gold.of] for each in self.copies() if each.gold and each.votes}
        answers = {copy.id: answer for copy, answer in gold_answers(NOON, self.now + 1, self.snapshots)}
        assert answers == {copy: answer for copy, answer in voted.items() if answer}

    def teardown(self) -> None:
        """When the dust has settled, as many QAs as the policy ever asks get all decided, or three if it asks fewer."""
        if not hasattr(self, "snapshots"):
            return
        while True:
            self.now += LEASE + 1
            jury = (*QAS, "li")[: max(JURY, self.ports.rules.policy.most)]
            tried = [self.work_through_a_session(qa) for qa in jury]
            if not any(tried):
                break
        assert all(each.decision is not None for each in self.originals())

    def work_through_a_session(self, qa: str) -> bool:
        session_id = id_of(90_000 + len(self.sessions))
        self.sessions.append((qa, session_id))
        page = begin_session(session_id, qa, self.ports, self.now)
        if page.session.target == 0:
            return False
        while page.snapshots:
            for snapshot in page.snapshots:
                self.cast(qa, session_id, snapshot.id, Verdict.CORRECT)
            page = draw_page(page.session, self.ports, self.now)
        assert page.remaining == 0
        return True

    def cast(self, qa: str, session: str, snapshot: str, verdict: Verdict) -> None:
        try:
            _, receipt = vote(snapshot, Ballot(qa, session, verdict), self.ports, self.now)
        except (AlreadyDecidedError, NotDrawnError):
            return
        assert self.told.setdefault((qa, snapshot, verdict), receipt) == receipt, "the same request, another answer"

    def show(self, qa: str, session_id: str, page: tuple[Snapshot, ...]) -> None:
        for snapshot in page:
            assert snapshot.known is None, "shown as itself although its answer is known"
            assert self.snapshots.get(snapshot.id).vote_of(qa) is None, "shown again after the vote"
            self.shown.append((qa, session_id, snapshot.id))

    def originals(self) -> list[Snapshot]:
        return [self.snapshots.snapshots[each] for each in self.ids]

    def copies(self) -> list[Snapshot]:
        return [each for each in self.snapshots.snapshots.values() if each.gold is not None]


TestGold = Gold.TestCase
TestGold.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
