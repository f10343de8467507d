"""The jury's rules, for the functions that decide: as they are set, and with what is known of the QAs."""

import os
from functools import cache, partial

from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.table import Table
from snapjury.logs import log_failure
from snapjury.rules.jury import DecidingVote, Rules
from snapjury.services.boards import KnownBoards
from snapjury.settings import JurySettings, settings_from
from snapjury.wiring.clients import client, now


@cache
def settings() -> JurySettings:
    return settings_from(os.environ, JurySettings)


@cache
def known_boards() -> KnownBoards:
    boards = DynamoBoards(Table(client("dynamodb"), settings().core_table))
    return KnownBoards(boards, now, partial(log_failure, "board_unreadable"))


def rules() -> Rules:
    """The rules for one request: what is known of the QAs changes from minute to minute."""
    given = settings()
    wait = given.referee_minutes if given.deciding_vote is DecidingVote.BEST_RANKED else 0
    return Rules(
        given.review_policy,
        1000 * given.lease_seconds,
        known_boards().crowd(),
        given.final_label,
        given.audit_share,
        referee_time=round(60_000 * wait),
    )
