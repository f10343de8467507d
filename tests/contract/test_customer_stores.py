"""One suite for every store of customers' keys and secrets: the in-memory twins and DynamoDB behave alike."""

from collections.abc import Iterator

import boto3
import pytest
from msgspec import Struct

from snapjury.adapters.dynamo_customers import DynamoApiKeys, DynamoSigningSecrets
from snapjury.adapters.memory_customers import MemoryApiKeys, MemorySigningSecrets
from snapjury.adapters.table import Table
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError
from snapjury.rules.api_key import ApiKey, Scope, note_use, revoke
from snapjury.rules.signing import SigningSecrets, rotate
from snapjury.services.customer_ports import ApiKeys, SigningSecretStore
from tests.aws import mocked_aws
from tests.builders import NOON
from tests.customers import ACMES_ID, acmes_key, bolts_key
from tests.template import create_core_table, create_table


class Stores(Struct):
    keys: ApiKeys
    secrets: SigningSecretStore


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(MemoryApiKeys(), MemorySigningSecrets())
        return
    with mocked_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_core_table(client, "core")
        create_table(client, "SecretsTable", "secrets")
        yield Stores(DynamoApiKeys(Table(client, "core")), DynamoSigningSecrets(Table(client, "secrets")))


@pytest.fixture
def keys(stores: Stores) -> ApiKeys:
    return stores.keys


@pytest.fixture
def secrets(stores: Stores) -> SigningSecretStore:
    return stores.secrets


# ---- API keys


def ids_of(keys: ApiKeys, owner: str | None, limit: int) -> list[list[str]]:
    """The pages of a list, from its beginning to its end."""
    pages: list[list[str]] = []
    position: str | None = None
    while not pages or position:
        page = keys.page(owner, limit, position)
        pages.append([key.id for key in page.keys])
        position = page.next_position
    return pages


@pytest.mark.parametrize(
    "key",
    [
        acmes_key(),
        acmes_key(label="tills", scopes=(Scope.ASSETS_READ,)),
        acmes_key(last_used_at=NOON, revoked_at=NOON),
        acmes_key(sources="acme/"),
    ],
)
def test_an_added_key_is_read_as_it_was(keys: ApiKeys, key: ApiKey) -> None:
    keys.add(key)

    assert keys.get(ACMES_ID) == key


def test_an_id_is_taken_once(keys: ApiKeys) -> None:
    keys.add(acmes_key())

    with pytest.raises(AlreadyExistsError):
        keys.add(acmes_key(owner="bolt"))
    assert keys.get(ACMES_ID).owner == "acme"


def test_an_unknown_key_is_not_found(keys: ApiKeys) -> None:
    with pytest.raises(NotFoundError):
        keys.get(ACMES_ID)


def test_of_a_use_and_a_revocation_at_the_same_time_one_must_read_again(keys: ApiKeys) -> None:
    keys.add(acmes_key())
    keys.save(revoke(acmes_key(), NOON))

    with pytest.raises(ConflictError):
        keys.save(note_use(acmes_key(), NOON))
    assert keys.get(ACMES_ID).revoked_at == NOON


def test_a_key_that_was_never_added_is_not_saved(keys: ApiKeys) -> None:
    with pytest.raises(ConflictError):
        keys.save(acmes_key(version=2))


def test_keys_are_listed_by_owner_each_once(keys: ApiKeys) -> None:
    for number in reversed(range(5)):
        keys.add(acmes_key(id=f"a{number}"))
        keys.add(bolts_key(id=f"b{number}"))
    keys.add(bolts_key(id="other", owner="bolt2"))

    assert ids_of(keys, None, 4) == [["a0", "a1", "a2", "a3"], ["a4", "b0", "b1", "b2"], ["b3", "b4", "other"]]
    assert ids_of(keys, "bolt", 3) == [["b0", "b1", "b2"], ["b3", "b4"]]
    assert ids_of(keys, "acme", 5) == [[f"a{number}" for number in range(5)]]
    assert ids_of(keys, "nobody", 5) == [[]]


# ---- signing secrets


def test_a_customer_has_no_secrets_at_first(secrets: SigningSecretStore) -> None:
    assert secrets.get("acme") == SigningSecrets("acme", (), version=0)


def test_secrets_are_kept_by_owner(secrets: SigningSecretStore) -> None:
    first = rotate(secrets.get("acme"), "whsec_1", at_once=False, now=NOON)
    secrets.save(first)
    both = rotate(first, "whsec_2", at_once=False, now=NOON + 1)
    secrets.save(both)

    assert secrets.get("acme") == both
    assert secrets.get("bolt").secrets == ()


def test_of_two_rotations_at_the_same_time_one_must_read_again(secrets: SigningSecretStore) -> None:
    first, second = (rotate(secrets.get("acme"), text, at_once=False, now=NOON) for text in ("whsec_1", "whsec_2"))
    secrets.save(first)

    with pytest.raises(ConflictError):
        secrets.save(second)
    assert secrets.get("acme") == first
