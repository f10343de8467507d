"""Customers' signing secrets: two are valid for a day while one is rotated, as the official verifier sees it."""

import base64
import json
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from snapjury.adapters.memory_customers import MemorySigningSecrets
from snapjury.adapters.webhooks import signed_headers
from snapjury.errors import InvalidRequestError, NotFoundError
from snapjury.rules.signing import MOST, ROTATION, SECRET_BYTES
from snapjury.services.recent import FRESH
from snapjury.services.signing import Signers, SigningPorts, rotate_secret, secrets_of
from tests.builders import NOON

OF_DEPLOYMENT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI"
BODY = b'{"id":"chips","state":"started"}'
HOUR = 3_600_000


class Acme:
    """A customer whose secrets are rotated now and then; the time is what the test says."""

    def __init__(self) -> None:
        self.now = NOON
        self.store = MemorySigningSecrets()
        self.ports = SigningPorts(self.store, self.random)
        self.made = 0

    def random(self) -> bytes:
        self.made += 1
        return bytes([self.made]) * SECRET_BYTES

    def rotate(self, at_once: bool = False) -> str:
        """The new secret."""
        return rotate_secret("acme", at_once, self.ports, self.now).secrets[0].text

    def signs_with(self, owner: str = "acme") -> tuple[str, ...]:
        """What a fresh notifier signs with."""
        return Signers(self.store, lambda: (OF_DEPLOYMENT,), lambda: self.now).secrets(owner)


@pytest.fixture
def acme() -> Acme:
    return Acme()


def verifies(secret: str, signed_with: tuple[str, ...]) -> bool:
    """Whether the official library, which knows one secret, takes a webhook that was signed with these."""
    headers = signed_headers(signed_with, "msg_chips", BODY, time.time_ns() // 10**6)
    try:
        return bool(Webhook(secret).verify(BODY, headers) == json.loads(BODY))
    except WebhookVerificationError:
        return False


def test_without_own_secrets_the_deployments_signs(acme: Acme) -> None:
    assert acme.signs_with("acme") == acme.signs_with("local") == (OF_DEPLOYMENT,)


def test_a_customers_own_secret_signs_alone_and_for_nobody_else(acme: Acme) -> None:
    secret = acme.rotate()

    assert verifies(secret, acme.signs_with())
    assert not verifies(OF_DEPLOYMENT, acme.signs_with())
    assert acme.signs_with("bolt") == (OF_DEPLOYMENT,)


def test_a_secret_has_256_bits_in_the_form_of_standard_webhooks(acme: Acme) -> None:
    secret = acme.rotate()

    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_while_a_secret_is_rotated_both_verify_for_a_day(acme: Acme) -> None:
    old = acme.rotate()
    acme.now += HOUR
    new = acme.rotate()

    acme.now += ROTATION - 1
    assert len(acme.signs_with()) == 2
    assert verifies(old, acme.signs_with())
    assert verifies(new, acme.signs_with())

    acme.now += 1
    assert not verifies(old, acme.signs_with())
    assert verifies(new, acme.signs_with())


def test_a_leaked_secret_can_be_ended_at_once(acme: Acme) -> None:
    leaked = acme.rotate()

    new = acme.rotate(at_once=True)

    assert not verifies(leaked, acme.signs_with())
    assert verifies(new, acme.signs_with())


def test_a_second_rotation_takes_nothing_from_the_first_ones_day(acme: Acme) -> None:
    first = acme.rotate()
    acme.now += HOUR
    acme.rotate()
    acme.now += HOUR
    acme.rotate()

    assert verifies(first, acme.signs_with())
    acme.now += 22 * HOUR
    assert verifies(first, acme.signs_with())
    acme.now += HOUR
    assert not verifies(first, acme.signs_with())
    assert len(acme.signs_with()) == 2


def test_however_often_secrets_are_rotated_few_sign(acme: Acme) -> None:
    secrets = [acme.rotate() for _ in range(20)]

    assert acme.signs_with() == tuple(reversed(secrets[-MOST:]))


def test_a_notifier_learns_of_a_rotation_within_a_minute(acme: Acme) -> None:
    signers = Signers(acme.store, lambda: (OF_DEPLOYMENT,), lambda: acme.now)
    old = signers.secrets("acme")

    new = acme.rotate()

    assert signers.secrets("acme") == old
    acme.now += FRESH
    assert signers.secrets("acme") == (new,)


@pytest.mark.parametrize("owner", ["", "Acme", "acme#1", "local", "x" * 3000])
def test_who_cannot_be_a_customer_gets_no_secret(acme: Acme, owner: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        rotate_secret(owner, at_once=False, ports=acme.ports, now=NOON)

    assert refused.value.field == "owner"
    assert acme.store.secrets == {}


def test_the_secrets_of_what_is_no_name_are_not_looked_for(acme: Acme) -> None:
    with pytest.raises(NotFoundError):
        secrets_of("x" * 3000, acme.store)
