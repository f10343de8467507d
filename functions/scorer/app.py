"""Scores the leaderboards: after decisions, when a hint comes, and each hour, since windows of time slide."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from snapjury.batch import Context, Failures, Record, process_together, time_for_more
from snapjury.logs import log_event
from snapjury.messages import ScoreMessage
from snapjury.metrics import measured
from snapjury.services.scoring import score_windows
from snapjury.wiring import scorer as wiring
from snapjury.wiring.clients import now


def due(record: Record) -> int:
    return msgspec.json.decode(record.body, type=ScoreMessage).due


def score_since(context: Context, dues: list[int]) -> None:
    """One scoring stands for all hints."""
    for board in score_windows(max(dues), wiring.scoring_ports(), time_for_more(context)):
        size = {"snapshots": board.snapshots, "votes": board.votes, "qas": len(board.rows)}
        about = {"complete": board.complete, "took_ms": board.took}
        log_event("scored", window=board.window, size=size, **about, **measured(ScoringTime=board.took))


def handler(event: Mapping[str, Any], context: Context) -> Failures | None:
    if "Records" in event:
        return process_together(event, due, partial(score_since, context))
    score_since(context, [now()])  # the schedule
    return None
