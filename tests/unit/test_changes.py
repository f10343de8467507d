"""Writes whose confirmation was lost are repeated by the client: what is made by them is made once."""

from collections.abc import Callable

import pytest

from snapjury.adapters.memory_customers import MemoryApiKeys, MemorySigningSecrets
from snapjury.adapters.memory_reviews import MemoryProducts, MemoryUsers
from snapjury.errors import AlreadyExistsError, ConflictError, VersionMismatchError
from snapjury.rules.api_key import ApiKey, Scope
from snapjury.rules.product import Product
from snapjury.rules.signing import SigningSecrets
from snapjury.services.api_keys import ApiKeyPorts, NewApiKey, create_key
from snapjury.services.changes import add_new, change_stored
from snapjury.services.signing import SigningPorts, rotate_secret
from tests.builders import NOON
from tests.customers import ACMES_ID, acmes_key
from tests.jury import CHIPS
from tests.people import kevin


class UnconfirmedKeys(MemoryApiKeys):
    """Each new key is stored twice, of which the second time fails, since it is there."""

    def add(self, key: ApiKey) -> None:
        super().add(key)
        super().add(key)


class UnconfirmedSecrets(MemorySigningSecrets):
    """The same with each version of a customer's secrets."""

    def save(self, secrets: SigningSecrets) -> None:
        super().save(secrets)
        super().save(secrets)


def test_a_key_that_was_stored_and_not_confirmed_is_shown_all_the_same() -> None:
    keys = UnconfirmedKeys()

    key, text = create_key(
        NewApiKey("acme", tuple(Scope)), "ada", ApiKeyPorts(keys, lambda: ACMES_ID, lambda: b"a" * 32), NOON
    )

    assert list(keys.keys.values()) == [key]
    assert text.startswith(f"sj_live_{ACMES_ID}_")


def test_a_rotation_that_was_stored_and_not_confirmed_is_one_rotation() -> None:
    secrets = UnconfirmedSecrets()

    rotated = rotate_secret("acme", at_once=False, ports=SigningPorts(secrets, lambda: b"s" * 32), now=NOON)

    assert secrets.get("acme") == rotated
    assert (len(rotated.secrets), rotated.version) == (1, 1)


def test_what_somebody_else_has_made_by_that_name_is_still_in_the_way() -> None:
    users = MemoryUsers()
    users.add(kevin())

    add_new(users, "kevin", kevin())
    with pytest.raises(AlreadyExistsError):
        add_new(users, "kevin", kevin(created_at=NOON + 1))


def test_a_change_of_a_named_version_that_was_stored_and_not_confirmed_is_made() -> None:
    class UnconfirmedProducts(MemoryProducts):
        def save(self, product: Product) -> None:
            super().save(product)
            raise ConflictError

    products = UnconfirmedProducts()
    products.add(Product(CHIPS, "Chips", NOON, 1))

    changed = change_stored(products, CHIPS, renamed_if(1))

    assert (changed.name, changed.version) == ("Salted chips", 2)
    with pytest.raises(VersionMismatchError):
        change_stored(products, CHIPS, renamed_if(1))


def renamed_if(version: int) -> Callable[[Product], Product]:
    """A change for those who have read this version."""

    def change(product: Product) -> Product:
        if product.version != version:
            raise VersionMismatchError(str(product.version))
        return Product(product.gtin, "Salted chips", product.created_at, version + 1)

    return change


def test_of_two_who_revoke_a_key_at_once_both_are_told_that_it_is_revoked() -> None:
    keys = MemoryApiKeys()
    keys.add(acmes_key())

    class Overtaken(MemoryApiKeys):
        def save(self, key: ApiKey) -> None:
            keys.save(acmes_key(version=2, revoked_at=NOON - 1))
            keys.save(key)

        def get(self, key_id: str) -> ApiKey:
            return keys.get(key_id)

    revoked = change_stored(Overtaken(), ACMES_ID, lambda key: key if key.revoked_at else acmes_key(version=2))

    assert revoked.revoked_at == NOON - 1
