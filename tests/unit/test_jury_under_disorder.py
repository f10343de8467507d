"""Whatever QAs do, in whatever order and at once: the jury's invariants hold, and every snapshot is decided."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from msgspec.structs import replace

from snapjury.rules.crowd import NOBODY_KNOWN, Crowd
from snapjury.rules.duplicates import list_duplicate, remove_snapshot, unlist_duplicate
from snapjury.rules.jury import decision_on, open_seats
from snapjury.rules.policy import JURY, POLICIES, FinalLabel, Majority, majority_of
from snapjury.rules.snapshot import Decision, Snapshot, Verdict
from snapjury.services.changes import change_stored
from snapjury.services.reviews import ReviewPorts
from tests.disorder import InterferingSnapshots, Reviews, choices, verdicts
from tests.jury import KNOWN, LEASE, MINUTE, id_of, jury_room, rules_of

QAS = ("kevin", "maria", "ahmed", "zoe", "ana", "li")
qas = st.sampled_from(QAS)


class Jury(Reviews):
    """QAs with several tabs each, over a few snapshots, while the scorer learns who they are."""

    @initialize(
        policy=st.sampled_from(sorted(POLICIES)),
        label=st.sampled_from(FinalLabel),
        audit_share=st.sampled_from([0, 0, 50]),
        wait=st.sampled_from([0, 4, 12]),
        count=st.sampled_from([1, 1, 2, 3, 12]),
        seed=choices,
        grid=st.sampled_from([0, 4]),
    )
    def open(
        self, policy: str, label: FinalLabel, audit_share: float, wait: int, count: int, seed: int, grid: int
    ) -> None:
        room = jury_room(0, policy, seed)
        rules = rules_of(policy, label=label, audit_share=audit_share, referee_time=wait * MINUTE)
        self.snapshots = InterferingSnapshots()
        self.ports = ReviewPorts(self.snapshots, room.sessions, rules, room.chance, grid=grid)
        self.most = max(rules.policy.most, JURY) if audit_share else rules.policy.most
        self.fill(count)
        self.decided: dict[str, Decision] = {}

    @rule(qa=qas)
    def begin(self, qa: str) -> None:
        self.begin_as(qa)

    @rule(first=choices, second=choices, verdict=verdicts, other=verdicts)
    def vote_at_the_same_time(self, first: int, second: int, verdict: Verdict, other: Verdict) -> None:
        if self.shown:
            self.snapshots.meanwhile = [lambda: self.cast(*self.shown[second % len(self.shown)], other)]
            self.cast(*self.shown[first % len(self.shown)], verdict)
            self.snapshots.meanwhile = []

    @rule(choice=choices, qa=qas)
    def draw_while_another_begins(self, choice: int, qa: str) -> None:
        self.draw_while_another_tab_of(qa, choice)

    @rule(known=st.sampled_from([KNOWN, NOBODY_KNOWN]))
    def learn(self, known: Crowd) -> None:
        self.ports = replace(self.ports, rules=replace(self.ports.rules, crowd=known))

    @rule(order=st.permutations(QAS))
    def everybody_begins(self, order: list[str]) -> None:
        for qa in order:
            self.begin(qa)

    @rule(choice=choices)
    def remove(self, choice: int) -> None:
        self.change(choice, lambda snapshot: remove_snapshot(snapshot, self.now))

    @rule(choice=choices)
    def come_once_more(self, choice: int) -> None:
        self.change(choice, lambda snapshot: list_duplicate(snapshot, id_of(80_000)))

    @rule(choice=choices)
    def remove_what_came_once_more(self, choice: int) -> None:
        self.change(choice, lambda snapshot: unlist_duplicate(snapshot, id_of(80_000)))

    def change(self, choice: int, change: Callable[[Snapshot], Snapshot]) -> None:
        ids = sorted(self.snapshots.snapshots)
        change_stored(self.snapshots, ids[choice % len(ids)], change)

    @rule(minutes=st.sampled_from([0.01, 3]))
    def wait(self, minutes: float) -> None:
        self.now += int(minutes * MINUTE)

    @rule()
    def wait_until_every_seat_is_free(self) -> None:
        self.now += LEASE

    @invariant()
    def nobody_votes_twice_and_seats_are_never_exceeded(self) -> None:
        for snapshot in self.snapshots.snapshots.values():
            voters = [each.qa for each in (*snapshot.votes, *snapshot.surplus)]
            assert len(voters) == len(set(voters))
            seated = [each.qa for each in snapshot.live_leases(self.now)]
            assert len(seated) == len(set(seated)), "on two pages of one QA"
            assert len(snapshot.votes) <= self.most
            assert snapshot.decision is not None or len(snapshot.votes) + len(seated) <= self.most
            if isinstance(self.ports.rules.policy, Majority):  # elsewhere a withdrawn vote may close several seats
                assert open_seats(snapshot, self.ports.rules, self.now) >= 0

    @invariant()
    def a_decision_is_what_the_votes_say_and_final(self) -> None:
        rules = self.ports.rules
        for snapshot in self.snapshots.snapshots.values():
            decision = snapshot.decision
            if decision is not None:
                assert decision.majority is majority_of(snapshot.votes)
                assert decision.spared == JURY - len(snapshot.votes)
                assert self.decided.setdefault(snapshot.id, decision) == decision
                if rules.label is FinalLabel.MAJORITY:
                    assert decision.status is (decision.majority or decision.status)
            elif not rules.policy.weighs:
                assert decision_on(snapshot, rules, self.now) is None, "enough votes, but no decision"

    @invariant()
    def what_is_gone_is_in_no_list_that_anybody_draws_or_exports_from(self) -> None:
        gone = {each.id for each in self.snapshots.snapshots.values() if each.is_gone}
        drawn_from = {each.id for n in range(self.snapshots.shards) for each in self.snapshots.pool(n, "!", "~", 100)}
        exported = {each.id for each in self.snapshots.decided(0, self.now + 1, 100, None).snapshots}
        assert gone.isdisjoint(drawn_from | exported)
        assert gone | drawn_from | exported == set(self.snapshots.snapshots)

    def teardown(self) -> None:
        """When the dust has settled, as many QAs as a jury may need get every snapshot decided that is still there."""
        if not hasattr(self, "snapshots"):
            return
        while True:
            self.now += LEASE + self.ports.rules.referee_time + 1
            tried = [self.work_through_a_session(qa) for qa in QAS[: max(self.most, 3)]]
            if not any(tried):
                break
        assert all(each.is_settled for each in self.snapshots.snapshots.values())


TestJury = Jury.TestCase
TestJury.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
