import itertools

import numpy as np
import pytest

from snapjury.rules.comparison import ENTRIES, Entry, audit_of, compare, f1, summary_of
from snapjury.rules.crowd import NOBODY_KNOWN, probability_of_correct
from snapjury.rules.policy import POLICIES, Policy
from snapjury.rules.replay import Outcome, Run, ballots_of, replay, shuffled
from snapjury.rules.snapshot import Vote
from tests.crowds import crowd

Ballots = dict[str, tuple[Vote, ...]]


def cast(seed: int = 1, tasks: int = 100, per_task: int = 7, ones: float = 0.4) -> tuple[Ballots, dict[str, int]]:
    """Votes of twenty workers from poor to good, and the truth."""
    votes, truth, _ = crowd(seed, tasks, per_task, share_of_ones=ones)
    rows = zip(votes.task, votes.worker, votes.label, strict=True)
    ballots = ballots_of((f"task {task}", f"worker {worker}", int(label)) for task, worker, label in rows)
    return ballots, {f"task {task}": int(label) for task, label in enumerate(truth)}


def run(ballots: Ballots, policy: str, seed: int = 1, best_decide: bool = False) -> Outcome:
    drawn = shuffled(tuple(ballots.values()), np.random.default_rng(seed))
    return replay(drawn, POLICIES[policy], np.random.default_rng(seed), best_decide)


@pytest.mark.parametrize(("name", "policy"), POLICIES.items())
def test_a_policy_spends_what_it_may_and_no_task_goes_without_a_label(name: str, policy: Policy) -> None:
    ballots, _ = cast()

    outcome = run(ballots, name)

    assert min(outcome.spent) == policy.seats((), NOBODY_KNOWN)
    assert max(outcome.spent) == policy.most
    assert len(outcome.spent) == len(outcome.decided) == len(outcome.final) == len(ballots)
    assert set(outcome.decided) <= {0.0, 1.0}


def test_stopping_when_decided_decides_every_task_as_three_votes_do() -> None:
    ballots, _ = cast()

    for seed in range(5):
        assert run(ballots, "stop-when-decided", seed).decided == run(ballots, "three-votes", seed).decided


def test_a_replay_depends_on_nothing_but_the_votes_and_the_seed() -> None:
    ballots, _ = cast()

    assert run(ballots, "confidence", 3) == run(ballots, "confidence", 3)
    assert run(ballots, "confidence", 3) != run(ballots, "confidence", 4)


def test_confidence_is_more_often_right_than_three_votes_and_asks_for_fewer() -> None:
    ballots, truth = cast(tasks=400, ones=0.1)
    known = np.array([truth[task] for task in ballots])

    three, sure = run(ballots, "three-votes"), run(ballots, "confidence")

    assert sum(sure.spent) < sum(three.spent)
    assert np.mean(np.array(sure.decided) == known) > np.mean(np.array(three.decided) == known) + 0.02


def test_a_deciding_vote_of_the_best_ranked_costs_nothing_and_is_more_often_right() -> None:
    ballots, truth = cast(tasks=400)
    known = np.array([truth[task] for task in ballots])

    anyone, best = (run(ballots, "stop-when-decided", best_decide=each) for each in (False, True))

    assert best.spent == anyone.spent
    assert np.mean(np.array(best.decided) == known) > np.mean(np.array(anyone.decided) == known) + 0.01


def test_tasks_with_too_few_votes_are_decided_by_those_there_are_and_a_tie_counts_half() -> None:
    ballots = ballots_of([("a", "ada", 1), ("b", "ada", 1), ("b", "ben", 0), ("c", "ada", 0), ("c", "ben", 0)])

    outcome = run(ballots, "three-votes")

    assert outcome.spent == (1, 2, 2)
    assert outcome.decided == (1.0, 0.5, 0.0)


def test_votes_that_all_say_the_same_are_learned_as_what_they_say() -> None:
    agreed = ballots_of((f"task {task}", worker, 1) for task in range(200) for worker in ("ada", "ben", "cy"))
    under_way = Run(tuple(agreed.values()), POLICIES["confidence"], best_decide=False)
    for place in range(len(agreed)):
        under_way.ask(place)

    under_way.learn()

    assert probability_of_correct([], under_way.crowd) > 0.5


def test_a_later_vote_of_a_worker_on_a_task_replaces_the_earlier_one() -> None:
    ballots = ballots_of([("a", "ada", 1), ("a", "ben", 1), ("a", "ada", 0)])

    assert [(vote.qa, vote.verdict) for vote in ballots["a"]] == [("ada", "incorrect_or_unsure"), ("ben", "correct")]


def test_the_audit_is_the_majority_of_all_votes_where_there_is_one() -> None:
    ballots = ballots_of([("a", "ada", 1), ("b", "ada", 1), ("b", "ben", 0), ("c", "ada", 0)])

    assert audit_of(ballots, 100) == {"a": 1, "c": 0}
    assert audit_of(ballots, 0) == {}


def test_f1_is_that_of_label_one_and_a_tie_is_half_found() -> None:
    known = np.array([1.0, 1.0, 0.0, -1.0])

    assert f1(np.array([1.0, 0.0, 1.0, 1.0]), known) == pytest.approx(50)
    assert f1(np.array([1.0, 0.5, 0.0, 1.0]), known) == pytest.approx(100 * 3 / 3.5)
    assert f1(np.array([0.0]), np.array([0.0])) is None


def test_all_policies_are_compared_on_the_same_orders() -> None:
    ballots, truth = cast(tasks=40)

    figures = list(compare(ballots, truth, 2, seed=1))
    three, early = (
        [each for entry, each in figures if entry == Entry(policy)] for policy in ("three-votes", "stop-when-decided")
    )

    assert len(figures) == 2 * len(ENTRIES)
    assert [each.accuracy for each in early] == [each.accuracy for each in three]
    assert [each.identical for each in early] == [100, 100]
    assert all(each.saved == 3 - each.votes > 0 for each in early)


def test_the_summary_has_means_and_standard_errors_and_nothing_where_nothing_is_known() -> None:
    ballots, _ = cast(tasks=40)

    found = [figures for entry, figures in compare(ballots, {}, 2, seed=1) if entry == ENTRIES[-1]]
    summary = summary_of(found)

    assert summary["accuracy"] is None
    votes = summary["votes"]
    assert votes is not None
    first, second = (each.votes for each in found)
    assert votes["mean"] == pytest.approx((first + second) / 2, abs=1e-3)
    assert votes["error"] == pytest.approx(abs(first - second) / 2, abs=1e-3)


def test_every_verdict_sequence_that_ends_early_leaves_votes_unasked() -> None:
    for labels in itertools.product((0, 1), repeat=3):
        ballots = ballots_of([("a", f"worker {place}", label) for place, label in enumerate(labels)])

        assert run(ballots, "lead-of-two").spent[0] in (2, 3)
