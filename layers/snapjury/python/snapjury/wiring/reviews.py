"""The ports of the `reviews` function."""

import os
import random
from collections.abc import Callable
from functools import cache

from snapjury.adapters.dynamo_catalog import DynamoProducts, DynamoSignIns, DynamoUsers
from snapjury.adapters.dynamo_reviews import DynamoSessions, DynamoSnapshots
from snapjury.adapters.s3 import S3MediaLinks
from snapjury.adapters.sqs import SqsScoringQueue
from snapjury.adapters.table import Table
from snapjury.adapters.tokens import JwtTokens
from snapjury.rules.snapshot import Snapshot
from snapjury.services.hints import ScoringHints
from snapjury.services.known_products import KnownProducts
from snapjury.services.recent_users import RecentUsers
from snapjury.services.reviews import ReviewPorts
from snapjury.services.sign_in import CurrentTokens, SignInPorts
from snapjury.settings import ReviewsSettings, settings_from
from snapjury.wiring.clients import client, now, public_s3
from snapjury.wiring.jury import known_boards, rules
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


def tokens() -> CurrentTokens:
    """Tokens of those who could sign in a minute ago: a vote does not pay for reading who casts it."""
    return CurrentTokens(signed_tokens(), recent_users())


@cache
def signed_tokens() -> JwtTokens:
    return jwt_tokens(settings().token_secret)


@cache
def sign_in_ports() -> SignInPorts:
    return SignInPorts(users(), DynamoSignIns(sessions_table()), signed_tokens())


@cache
def users() -> DynamoUsers:
    return DynamoUsers(core_table())


@cache
def recent_users() -> RecentUsers:
    return RecentUsers(users(), now)


@cache
def snapshots() -> DynamoSnapshots:
    return DynamoSnapshots(core_table())


@cache
def sessions() -> DynamoSessions:
    return DynamoSessions(sessions_table())


def review_ports(on_decided: Callable[[Snapshot], None]) -> ReviewPorts:
    """Made for each request, with what is known of the QAs by then."""
    chance, votes_of = random.SystemRandom(), known_boards().votes_of
    return ReviewPorts(snapshots(), sessions(), rules(), chance, votes_of, settings().grid_size, on_decided)


@cache
def known_products() -> KnownProducts:
    return KnownProducts(DynamoProducts(core_table()))


@cache
def media_links() -> S3MediaLinks:
    return S3MediaLinks(public_s3(settings().public_endpoint), settings().media_bucket, now)


@cache
def scoring_hints() -> ScoringHints:
    return ScoringHints(SqsScoringQueue(client("sqs"), settings().scoring_queue), settings().scoring_delay)
