"""Whatever QAs and admins do, in whatever order and at once: gold is never judged, and no QA answers one twice."""

from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from snapjury.adapters.memory import MemoryAssets
from snapjury.rules.policy import JURY, POLICIES
from snapjury.rules.snapshot import Reason, Snapshot, Verdict
from snapjury.services.drawing import HIGHEST, LOWEST
from snapjury.services.gold import gold_answers, mark_as_known, unmark_as_known
from snapjury.services.reviews import ReviewPorts
from snapjury.services.snapshots import SnapshotPorts
from tests.builders import NOON
from tests.disorder import InterferingSnapshots, Reviews, choices, verdicts
from tests.jury import LEASE, MINUTE, id_of, jury_room, verdict_of

QAS = ("kevin", "maria", "ahmed", "zoe")
qas = st.sampled_from(QAS)


class NoQueues:
    def lengths(self) -> dict[str, object]:
        return {}


class Gold(Reviews):
    """Four QAs with several tabs each, and an admin who marks and unmarks, over a few snapshots."""

    @initialize(policy=st.sampled_from(sorted(POLICIES)), count=st.sampled_from([5, 8, 20]), seed=choices)
    def open(self, policy: str, count: int, seed: int) -> None:
        room = jury_room(0, policy, seed)
        self.snapshots = InterferingSnapshots()
        self.ports = ReviewPorts(self.snapshots, room.sessions, room.rules, room.chance)
        self.admin = SnapshotPorts(self.snapshots, MemoryAssets(), NoQueues(), room.chance)  # type: ignore[arg-type]
        self.ids = [id_of(number) for number in range(count)]
        self.fill(count)
        for number in range(count // 3):
            self.mark(number, Verdict.CORRECT)

    @rule(choice=choices, answer=verdicts)
    def mark(self, choice: int, answer: Verdict) -> None:
        marked = mark_as_known(self.ids[choice % len(self.ids)], answer, self.admin, self.now)
        assert (marked.status, marked.known) == (answer, answer)

    @rule(choice=choices)
    def unmark(self, choice: int) -> None:
        unmarked = unmark_as_known(self.ids[choice % len(self.ids)], self.ports.rules, self.admin, self.now)
        asks_more = len(unmarked.votes) < JURY and unmarked.is_revised
        verdict = None if asks_more else verdict_of(unmarked.votes, self.ports.rules.policy)
        assert unmarked.status == (verdict or "pending")

    @rule(qa=qas)
    def begin(self, qa: str) -> None:
        self.begin_as(qa)

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
        self.draw_while_another_tab_of(qa, choice)

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
        voted = {each.id: known[each.gold.of] for each in self.copies() if each.gold and each.scored}
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

    def show(self, qa: str, session_id: str, page: tuple[Snapshot, ...]) -> None:
        assert all(snapshot.known is None for snapshot in page), "shown as itself although its answer is known"
        super().show(qa, session_id, page)

    def originals(self) -> list[Snapshot]:
        return [self.snapshots.snapshots[each] for each in self.ids]

    def copies(self) -> list[Snapshot]:
        return [each for each in self.snapshots.snapshots.values() if each.gold is not None]


TestGold = Gold.TestCase
TestGold.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
