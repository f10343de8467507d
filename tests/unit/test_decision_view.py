import msgspec

from snapjury.rules.policy import POLICIES, FinalLabel, Posterior, decide
from snapjury.rules.snapshot import Decision, Reason, Verdict, Vote
from snapjury.schemas_snapshots import decision_view
from tests.builders import NOON
from tests.jury import KNOWN, NO, YES


def test_both_labels_are_shown_with_how_sure_the_weighed_one_is() -> None:
    votes = [Vote(qa, verdict, NOON, "s", NOON, 0) for qa, verdict in {"kevin": NO, "zoe": YES, "maria": YES}.items()]
    decision = decide(votes, POLICIES["three-votes"], NOON, KNOWN, FinalLabel.MAJORITY)

    assert decision is not None
    view = decision_view(decision)

    assert (view["status"], view["majority"]) == (YES, YES)
    assert decision.correct is not None
    assert view["posterior"] == Posterior(NO, round(1 - decision.correct, 4))


def test_a_decision_stored_before_labels_were_weighed_shows_none() -> None:
    stored = (
        b'{"status":"correct","reason":"majority","confidence":0.6,"decided_at":1,"policy":"three-votes/1","spared":0}'
    )

    decision = msgspec.json.decode(stored, type=Decision)
    view = decision_view(decision)

    assert (decision.status, decision.reason) == (Verdict.CORRECT, Reason.MAJORITY)
    assert (view["majority"], view["posterior"], view["audit"]) == (None, None, None)
