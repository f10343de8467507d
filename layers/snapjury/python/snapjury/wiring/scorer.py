"""The ports of the `scorer` function."""

import os
from functools import cache, partial

from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.dynamo_reviews import DynamoSnapshots
from snapjury.adapters.sqs import SqsScoringQueue
from snapjury.adapters.table import Table
from snapjury.services.gold import answers_to_score
from snapjury.services.scoring import ScoringPorts, decided_in
from snapjury.settings import ScorerSettings, settings_from
from snapjury.wiring.clients import client, now


@cache
def settings() -> ScorerSettings:
    return settings_from(os.environ, ScorerSettings)


@cache
def scoring_ports() -> ScoringPorts:
    given = settings()
    core = Table(client("dynamodb"), given.core_table)
    queue = SqsScoringQueue(client("sqs"), given.scoring_queue)
    snapshots = DynamoSnapshots(core)
    sources = (partial(decided_in, snapshots), partial(answers_to_score, snapshots, now))
    return ScoringPorts(sources, DynamoBoards(core), queue, now, 1000 * given.scoring_pause)
