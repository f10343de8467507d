"""The ports of the `customers` function."""

import os
import secrets
from functools import cache, partial

from snapjury.adapters.dynamo_customers import DynamoApiKeys, DynamoSigningSecrets
from snapjury.adapters.table import Table
from snapjury.rules import api_key, signing
from snapjury.services.api_keys import ApiKeyPorts
from snapjury.services.sign_in import CurrentTokens
from snapjury.services.signing import SigningPorts
from snapjury.settings import CustomersSettings, settings_from
from snapjury.wiring.clients import client, new_id
from snapjury.wiring.tokens import current_tokens


@cache
def settings() -> CustomersSettings:
    return settings_from(os.environ, CustomersSettings)


@cache
def core_table() -> Table:
    return Table(client("dynamodb"), settings().core_table)


@cache
def tokens() -> CurrentTokens:
    return current_tokens(settings().token_secret, core_table())


@cache
def api_key_ports() -> ApiKeyPorts:
    return ApiKeyPorts(DynamoApiKeys(core_table()), new_id, partial(secrets.token_bytes, api_key.SECRET_BYTES))


@cache
def signing_ports() -> SigningPorts:
    own = DynamoSigningSecrets(Table(client("dynamodb"), settings().secrets_table))
    return SigningPorts(own, partial(secrets.token_bytes, signing.SECRET_BYTES))
