"""The soak's own judgement: a world in which all adds up, and each way in which it may not."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.soak.audit import differences
from tests.soak.findings import Findings
from tests.soak.kinds import KINDS
from tests.soak.ledger import POISON as POISON_MESSAGE
from tests.soak.ledger import PROCESS_KILLED, Cast, Exported, Imported, Ledger, Row, Submitted
from tests.soak.memory import FLAT, functions_of, growth_of, judged_again, slopes

EVENTS = ("onStart", "onSuccess", "onFailure")
YES, NO = "correct", "incorrect_or_unsure"
NOON = 1_795_348_800_000
AT_NOON = "2026-11-22T12:00:00.000+00:00"
CHIPS = "00815099021634"
TOO_WIDE = {"asset": ["width is greater than 1000px"]}
POISON = "not JSON at all"

Change = Callable[[Ledger, Findings], object]


def asset(name: str, errors: dict[str, list[str]] | None = None, path: str = "x.jpg") -> dict[str, Any]:
    state = "failed" if errors else "success"
    times = dict.fromkeys(("created_at", "started_at", "finished_at"), AT_NOON)
    return {"id": name, "state": state, "errors": errors or {}, "assetPath": {"path": path}, **times}


def snapshot(name: str, *votes: tuple[str, str], **changes: object) -> dict[str, Any]:
    status = Counter(verdict for _, verdict in votes).most_common(1)[0][0] if len(votes) == 3 else None
    return {
        "id": name,
        "status": status or "pending",
        "votes": [{"qa": qa, "verdict": verdict} for qa, verdict in votes],
        "surplus_votes": [],
        "decision": {"status": status, "decided_at": AT_NOON} if status else None,
        "duplicate_of": None,
        "duplicates": [],
        **changes,
    }


def delivery(name: str, event: str, state: str = "delivered") -> dict[str, Any]:
    attempts = [{"detail": "answered 200", "at": AT_NOON}]
    return {"event": event, "webhook_id": f"msg_{name}_{event}", "state": state, "attempts": attempts}


def call(ledger: Ledger, name: str, event: str, state: str, accepted: bool = True, **more: object) -> None:
    ledger.called(name, event, {"id": name, "state": state, **more}, f"msg_{name}_{event}", "ok", accepted)


def world() -> tuple[Ledger, Findings]:
    """A judged picture, its imported duplicate, a wide one whose receiver is gone, one dead letter: all adds up."""
    ledger = Ledger()
    urls = {event: f"http://127.0.0.1:9/{event}" for event in EVENTS}
    ledger.accepted(Submitted("good", "acme", "good", ({},), urls, "good", CHIPS, "f00d"))
    ledger.accepted(Submitted("wide", "acme", "too wide", (TOO_WIDE,), urls, "gone"))
    ledger.imported(Imported("import", accepted=1, known=0, rejected=0), [Row("row.jpg", CHIPS, "f00d")])
    call(ledger, "good", "onStart", "started")
    call(ledger, "good", "onSuccess", "success")
    call(ledger, "wide", "onStart", "started", accepted=False)
    call(ledger, "wide", "onFailure", "failed", accepted=False, errors=TOO_WIDE)
    votes = (("kevin", YES), ("maria", NO), ("zoe", YES))
    for qa, verdict in votes:
        ledger.cast("good", qa, Cast(verdict, "counted"))
    ledger.cast("good", "li", Cast(NO, "already_decided"))
    ledger.exported(Exported("export", 0, NOON + 60_000, 1, (("good", YES),), (("good", YES),)))
    ledger.fault(POISON_MESSAGE, "validation", POISON)
    return ledger, findings_of(votes)


def findings_of(votes: tuple[tuple[str, str], ...]) -> Findings:
    judged = snapshot("good", *votes, duplicates=["row"], surplus_votes=[{"qa": "li", "verdict": NO}])
    queues = ("validation", "notification", "import", "export", "scoring")
    lengths = {name: {"waiting": 0, "in_flight": 0, "dead": int(name == "validation")} for name in queues}
    hour = {"decided": 1, "correct": 1, "votes": 3, "complete": True}
    return Findings(
        read_at=NOON + 60_000,
        assets={"acme": [asset("good"), asset("wide", TOO_WIDE)], "local": [asset("row", path="row.jpg")]},
        deliveries={
            "good": [delivery("good", "onStart"), delivery("good", "onSuccess")],
            "wide": [delivery("wide", "onStart", "failed"), delivery("wide", "onFailure", "failed")],
        },
        snapshots=[judged, snapshot("row", status="duplicate", duplicate_of="good")],
        imports={"import": {"state": "done", "accepted": 1, "known": 0, "rejected": 0}},
        stats={"queues": lengths, "pending": {"snapshots": 0, "estimated": False}, "last_hour": hour},
        operations={
            "last_hour": {
                "assets_counted_since": AT_NOON,
                "decisions_counted_since": AT_NOON,
                "assets": {"succeeded": 2, "failed": 1},
                "decisions": {"decided": 1, "votes": 3},
            }
        },
        failed=["wide"],
        troubled=[("wide", "onStart"), ("wide", "onFailure")],
        leaderboard={"decided": 1, "votes": 3},
        dead_letters={name: [POISON] if name == "validation" else [] for name in queues},
        failures=[{"function": "validator", "event": "record_failed", "body": POISON}],
        invocations=Counter(validator=3),
        log_lines=10,
    )


def found_by(change: Change) -> dict[str, list[str]]:
    """The differences after a change of a world in which all adds up, by the checks that found any."""
    ledger, found = world()
    change(ledger, found)
    return {name: wrong for name, wrong in differences(ledger, found).items() if wrong}


def test_a_world_in_which_all_adds_up_has_no_differences() -> None:
    assert found_by(lambda _ledger, _found: None) == {}


def lose_a_call(ledger: Ledger, event: str) -> None:
    ledger.calls = [each for each in ledger.calls if (each.asset, each.event) != ("good", event)]


def change_call(ledger: Ledger, number: int, **changes: Any) -> None:
    ledger.calls[number] = replace(ledger.calls[number], **changes)


WRONG: dict[str, tuple[str, Change]] = {
    "an asset that was accepted is lost": ("every asset one end", lambda _, f: f.assets["acme"].pop()),
    "an asset that nobody submitted": ("every asset one end", lambda _, f: f.assets["acme"].append(asset("ghost"))),
    "an asset that did not end": ("every asset one end", lambda _, f: f.assets["acme"][0].update(state="working")),
    "a good picture that is refused": (
        "every asset one end",
        lambda _, f: f.assets["acme"][0].update(state="failed", errors=TOO_WIDE),
    ),
    "a bad picture with another error": (
        "every asset one end",
        lambda _, f: f.assets["acme"][1].update(errors={"asset": ["is damaged"]}),
    ),
    "an asset given up though nothing was killed": (
        "every asset one end",
        lambda _, f: f.assets["acme"][1].update(errors={"asset": ["could not be validated"]}),
    ),
    "an imported picture that is two assets": (
        "imported assets",
        lambda _, f: f.assets["local"].append(asset("row2", path="row.jpg")),
    ),
    "an imported picture that is lost": ("imported assets", lambda _, f: f.assets["local"].clear()),
    "an import that counts a row twice": ("imports' counts", lambda _, f: f.imports["import"].update(accepted=2)),
    "a webhook that was never sent": ("webhooks", lambda ledger, _: lose_a_call(ledger, "onSuccess")),
    "a webhook after the end": ("webhooks", lambda ledger, _: call(ledger, "good", "onStart", "started")),
    "a second end": ("webhooks", lambda ledger, _: call(ledger, "good", "onFailure", "failed")),
    "another webhook-id": ("webhooks", lambda ledger, _: change_call(ledger, 1, webhook_id="msg_other")),
    "a wrong signature": ("webhooks", lambda ledger, _: change_call(ledger, 1, signature="WRONG")),
    "a body that tells another state": ("webhooks", lambda ledger, _: change_call(ledger, 1, body={"id": "good"})),
    "a webhook of nobody's asset": ("webhooks", lambda ledger, _: call(ledger, "ghost", "onStart", "started")),
    "a webhook that is recorded as given up": (
        "webhooks",
        lambda _, f: f.deliveries["good"][1].update(state="failed"),
    ),
    "a webhook that was given up though its receiver listens": (
        "webhooks",
        lambda ledger, _: ledger.submitted.update(wide=replace(ledger.submitted["wide"], behaviour="good")),
    ),
    "a vote that was acknowledged and is lost": ("votes", lambda _, f: f.snapshots[0]["surplus_votes"].clear()),
    "a vote that was never acknowledged": ("votes", lambda ledger, _: ledger.casts.pop(("good", "kevin"))),
    "a vote that is recorded otherwise": ("votes", lambda _, f: f.snapshots[0]["votes"][0].update(verdict=NO)),
    "a withdrawn vote that stays": (
        "votes",
        lambda ledger, _: ledger.cast("good", "kevin", Cast(YES, "withdrawn")),
    ),
    "a jury of four": (
        "juries and majorities",
        lambda _, f: f.snapshots[0]["votes"].append({"qa": "li", "verdict": NO}),
    ),
    "a QA who votes twice": ("juries and majorities", lambda _, f: f.snapshots[0]["votes"][2].update(qa="kevin")),
    "a decision against the votes": (
        "juries and majorities",
        lambda _, f: f.snapshots[0]["decision"].update(status=NO),
    ),
    "a snapshot that nobody decided": ("juries and majorities", lambda _, f: f.snapshots.append(snapshot("new"))),
    "an accepted picture without a snapshot": ("pictures and duplicates", lambda _, f: f.snapshots.pop()),
    "the same picture judged twice": (
        "pictures and duplicates",
        lambda _, f: f.snapshots[1].update(duplicate_of=None),
    ),
    "a duplicate that is not listed": ("pictures and duplicates", lambda _, f: f.snapshots[0]["duplicates"].clear()),
    "an export that lacks a snapshot": (
        "exports",
        lambda ledger, _: ledger.exported(Exported("e", 0, NOON + 20_000, 0, (), ())),
    ),
    "an export of what was decided later": (
        "exports",
        lambda ledger, _: ledger.exported(Exported("e", 0, NOON, 1, (("good", YES),), (("good", YES),))),
    ),
    "an export with another status": (
        "exports",
        lambda ledger, _: ledger.exported(Exported("e", 0, NOON + 1, 1, (("good", NO),), (("good", NO),))),
    ),
    "an export whose files differ": (
        "exports",
        lambda ledger, _: ledger.exported(Exported("e", 0, NOON + 1, 1, (("good", YES),), ())),
    ),
    "an export with a snapshot twice": (
        "exports",
        lambda ledger, _: ledger.exported(Exported("e", 0, NOON + 1, 2, (("good", YES),) * 2, (("good", YES),) * 2)),
    ),
    "statistics that miss a decision": (
        "statistics, operations, leaderboard",
        lambda _, f: f.stats["last_hour"].update(decided=0),
    ),
    "statistics with another pool": (
        "statistics, operations, leaderboard",
        lambda _, f: f.stats["pending"].update(snapshots=1),
    ),
    "operations that miss an asset": (
        "statistics, operations, leaderboard",
        lambda _, f: f.operations["last_hour"]["assets"].update(failed=0),
    ),
    "operations that miss a vote": (
        "statistics, operations, leaderboard",
        lambda _, f: f.operations["last_hour"]["decisions"].update(votes=2),
    ),
    "a leaderboard that misses a vote": (
        "statistics, operations, leaderboard",
        lambda _, f: f.leaderboard.update(votes=2),
    ),
    "a failed asset that is not listed": ("lists of what failed", lambda _, f: f.failed.clear()),
    "a webhook in trouble that is not listed": ("lists of what failed", lambda _, f: f.troubled.pop()),
    "a message that waits": ("queues and dead letters", lambda _, f: f.stats["queues"]["export"].update(waiting=1)),
    "a dead letter too many": ("queues and dead letters", lambda _, f: f.stats["queues"]["export"].update(dead=1)),
    "a dead letter that is one of ours": (
        "queues and dead letters",
        lambda _, f: f.dead_letters.update(validation=['{"asset": "good"}']),
    ),
    "a dead letter that nobody can read": (
        "queues and dead letters",
        lambda _, f: f.dead_letters.update(validation=[]),
    ),
    "a failure that no fault explains": (
        "logged failures",
        lambda _, f: f.failures.append({"function": "reviews", "event": "request_failed", "error": "KeyError: 'x'"}),
    ),
    "an answer that was wrong while it ran": ("answers while it ran", lambda ledger, _: ledger.broke("500")),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_add_up_is_found(what: str) -> None:
    check, change = WRONG[what]

    found = found_by(change)

    assert check in found, f"only found: {found}"


def test_three_killed_validations_explain_that_an_asset_was_given_up() -> None:
    def kill_thrice(ledger: Ledger, found: Findings) -> None:
        given_up = {"asset": ["could not be validated"]}
        found.assets["acme"][1].update(errors=given_up, finished_at="2099-01-01T00:00:00+00:00", created_at=AT_NOON)
        found.assets["acme"][1].update(created_at="2020-01-01T00:00:00+00:00")
        for _ in range(3):
            ledger.fault(PROCESS_KILLED, "validator")
        for number in (2, 3):
            body = ledger.calls[number].body
            change_call(ledger, number, body={**body, "errors": given_up} if "errors" in body else body)

    assert found_by(kill_thrice) == {}


def test_a_message_that_nobody_can_read_may_become_a_dead_letter_between_two_looks() -> None:
    def be_late(ledger: Ledger, found: Findings) -> None:
        ledger.fault(POISON_MESSAGE, "notification", "nonsense")
        found.stats["queues"]["notification"].update(in_flight=1)
        found.dead_letters.update(notification=["nonsense"])

    assert found_by(be_late) == {}


def test_each_kind_of_file_comes_in_bytes() -> None:
    assert all(isinstance(kind.content(), bytes) for kind in KINDS)


def test_a_slope_is_that_of_most_pairs_so_that_a_step_does_not_decide() -> None:
    flat_with_a_step = [(second, 80.0 + (5.0 if second >= 500 else 0.0)) for second in range(0, 600, 10)]
    growing = [(float(second), 80.0 + second / 360) for second in range(0, 600, 10)]

    assert growth_of(flat_with_a_step).per_hour == 0.0
    assert growth_of(growing).per_hour == pytest.approx(10.0)
    assert len(slopes([(float(second), 1.0) for second in range(10_000)])) < 25_000


def test_memory_grows_if_each_invocation_keeps_some_and_the_first_minute_does_not_count() -> None:
    warming = [(float(second), float(second)) for second in range(0, 60, 5)]
    leaking = [(float(second), 80 + second / 60) for second in range(60, 1800, 5)]
    steady = [(float(second), 80.0) for second in range(60, 1800, 5)]

    leak, fine = (
        functions_of({("reviews", 1): warming + after}, {"reviews": 10_000})[0] for after in (leaking, steady)
    )

    assert (fine.is_flat, fine.per_10000) == (True, 0.0)
    assert not leak.is_flat
    assert leak.per_10000 > FLAT
    assert leak.growth == pytest.approx(30, rel=0.05)


def test_who_grows_with_the_data_is_flat_if_the_same_asked_again_keeps_nothing() -> None:
    filling = [(float(second), 40 + second / 60) for second in range(0, 1800, 5)]
    grown = functions_of({("catalog", 1): filling}, {"catalog": 2_000})
    steady = [(float(second), 70.0) for second in range(0, 180, 5)]
    leaking = [(float(second), 70 + second / 60) for second in range(0, 180, 5)]

    (fine,) = judged_again(grown, {("catalog", 1): steady, ("catalog", 2): steady}, {"catalog": 900})
    (leak,) = judged_again(grown, {("catalog", 1): steady, ("catalog", 2): leaking}, {"catalog": 900})
    (unasked,) = judged_again(grown, {("catalog", 1): steady}, {})

    assert [each.is_flat for each in (*grown, fine, leak, unasked)] == [False, True, False, False]
    assert leak.grew_again == pytest.approx(2, rel=0.1)
