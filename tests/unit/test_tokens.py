import base64
import json

import jwt
import pytest

from snapjury.adapters.tokens import JwtTokens
from snapjury.errors import UnauthenticatedError
from tests.builders import NOON
from tests.people import ADA, KEVIN, ada, kevin

SECRET, NEXT_SECRET = "s" * 64, "n" * 64
HOURS = 3_600_000
TOKENS = JwtTokens(lambda: (SECRET,))
CLAIMS = {"sub": "ada", "role": "admin", "iat": NOON // 1000, "exp": NOON // 1000 + 60}


def unsigned(header: dict[str, str], claims: dict[str, object]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (header, claims))
    return ".".join(parts) + "."


def test_a_token_tells_whose_it_is_for_eight_hours() -> None:
    token, expires_at = TOKENS.issue(ada(), NOON)

    assert TOKENS.verify(token, NOON) == ADA
    assert TOKENS.verify(token, expires_at - 1) == ADA
    assert expires_at == NOON + 8 * HOURS
    with pytest.raises(UnauthenticatedError, match="has expired"):
        TOKENS.verify(token, expires_at)


def test_a_token_tells_which_password_it_was_issued_for_whatever_the_clock_says() -> None:
    token, _ = TOKENS.issue(ada(tokens_from=NOON + 1), NOON - 1000)

    assert TOKENS.verify(token, NOON).tokens_from == NOON + 1


def test_a_token_says_no_more_than_it_must() -> None:
    token, _ = TOKENS.issue(kevin(), NOON)

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims == {"sub": "kevin", "role": "qa", "iat": NOON // 1000, "exp": NOON // 1000 + 8 * 3600}
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}


def test_while_secrets_are_rotated_the_tokens_of_both_count() -> None:
    rotated = JwtTokens(lambda: (NEXT_SECRET, SECRET))
    old, new = TOKENS.issue(kevin(), NOON)[0], rotated.issue(kevin(), NOON)[0]

    assert rotated.verify(old, NOON) == rotated.verify(new, NOON) == KEVIN
    with pytest.raises(UnauthenticatedError):
        TOKENS.verify(new, NOON)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a.b.c",
        "ü.ü.ü",
        "x" * 10_000,
        unsigned({"alg": "none", "typ": "JWT"}, CLAIMS),
        unsigned({"alg": "HS256", "typ": "JWT"}, CLAIMS),
        jwt.encode(CLAIMS, NEXT_SECRET, "HS256"),
        jwt.encode(CLAIMS, SECRET, "HS512"),
        jwt.encode(CLAIMS, SECRET, "HS256")[:-2],
    ],
)
def test_what_we_did_not_sign_in_our_way_is_no_token(token: str) -> None:
    with pytest.raises(UnauthenticatedError, match="sign in again"):
        TOKENS.verify(token, NOON)


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": None},
        {"sub": 7},
        {"role": "owner"},
        {"role": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 9e99},
        {"iat": None},
    ],
)
def test_a_signed_token_without_a_claim_that_counts_is_none(changes: dict[str, object]) -> None:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}

    with pytest.raises(UnauthenticatedError):
        TOKENS.verify(jwt.encode(claims, SECRET, "HS256"), NOON)


def test_what_no_known_secret_signed_is_held_against_the_latest_ones() -> None:
    stale = JwtTokens(lambda: (SECRET,), latest=lambda: (NEXT_SECRET, SECRET))
    newer = JwtTokens(lambda: (NEXT_SECRET,)).issue(kevin(), NOON)[0]

    assert stale.verify(newer, NOON) == KEVIN
    with pytest.raises(UnauthenticatedError):
        stale.verify(jwt.encode(CLAIMS, "x" * 64, "HS256"), NOON)
