"""The ports of the `reviews` function."""

import os
from functools import cache

from snapjury.adapters.dynamo_catalog import DynamoSignIns, DynamoUsers
from snapjury.adapters.table import Table
from snapjury.adapters.tokens import JwtTokens
from snapjury.services.sign_in import SignInPorts
from snapjury.settings import ReviewsSettings, settings_from
from snapjury.wiring.clients import client
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
    return SignInPorts(DynamoUsers(core_table()), DynamoSignIns(sessions_table()), tokens())
