"""The ports of the `reviews` function."""

import os
import random
from functools import cache, partial

from snapjury.adapters.dynamo_boards import DynamoBoards
from snapjury.adapters.dynamo_catalog import DynamoProducts, DynamoSignIns, DynamoUsers
from snapjury.adapters.dynamo_reviews import DynamoSessions, DynamoSnapshots
from snapjury.adapters.s3 import S3MediaLinks
from snapjury.adapters.sqs import SqsScoringQueue
from snapjury.adapters.table import Table
from snapjury.adapters.tokens import JwtTokens
from snapjury.logs import log_failure
from snapjury.rules.jury import Rules
from snapjury.rules.policy import POLICIES
from snapjury.services.boards import KnownBoards
from snapjury.services.hints import ScoringHints
from snapjury.services.known_products import KnownProducts
from snapjury.services.recent_users import RecentUsers
from snapjury.services.reviews import ReviewPorts
from snapjury.services.sign_in import SignInPorts
from snapjury.settings import ReviewsSettings, settings_from
from snapjury.wiring.clients import client, now, public_s3
from snapjury.wiring.tokens import jwt_tokens


@cache
def settings() -> ReviewsSettings:
    return settings_from(os.environ, ReviewsSettings)


@cache
def core_table() -> Table:
    return Table(client("dynamodb"), settings().core_table)


@cache
def sessions_table() -> Table:
    return Table(client("dynamodb"), settings().sessions_table)


@cache
def tokens() -> JwtTokens:
    return jwt_tokens(settings().token_secret)


@cache
def sign_in_ports() -> SignInPorts:
    return SignInPorts(users(), DynamoSignIns(sessions_table()), tokens())


@cache
def users() -> DynamoUsers:
    return DynamoUsers(core_table())


@cache
def recent_users() -> RecentUsers:
    return RecentUsers(users(), now)


@cache
def review_ports() -> ReviewPorts:
    rules = Rules(POLICIES[settings().review_policy], 1000 * settings().lease_seconds)
    sessions = DynamoSessions(sessions_table())
    chance, votes_of = random.SystemRandom(), known_boards().votes_of
    return ReviewPorts(DynamoSnapshots(core_table()), sessions, rules, chance, votes_of)


@cache
def known_products() -> KnownProducts:
    return KnownProducts(DynamoProducts(core_table()))


@cache
def media_links() -> S3MediaLinks:
    return S3MediaLinks(public_s3(settings().public_endpoint), settings().media_bucket)


@cache
def known_boards() -> KnownBoards:
    return KnownBoards(DynamoBoards(core_table()), now, partial(log_failure, "board_unreadable"))


@cache
def scoring_hints() -> ScoringHints:
    return ScoringHints(SqsScoringQueue(client("sqs"), settings().scoring_queue), settings().scoring_delay)
