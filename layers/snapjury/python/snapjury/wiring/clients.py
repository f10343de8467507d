"""What every function shares: AWS clients, the clock, new ids."""

import os
import secrets
import ssl
import time
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.httpsession import get_cert_path
from botocore.session import Session, get_session
from botocore.utils import get_environ_proxies

from snapjury.adapters.direct_calls import DirectCalls
from snapjury.logs import log_event
from snapjury.rules.ids import new_id_from

PATIENCE = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=16,
    s3={"addressing_style": "path"},
    parameter_validation=False,
    user_agent="snapjury",
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
"""A client gives up early enough for its function to answer for the failure.

Checksums of what goes to S3 are left to TLS and to our own SHA-256, which names the object; a file in parts would need
them announced when it is begun, which botocore does not do.
Requests are ours and tested, so the SDK neither checks each parameter nor composes a User-Agent for each call: that
took a fifth of a call's processor time.
"""

FIRST_TRY = {"connect_timeout": 1, "read_timeout": 3}
"""Seconds for the first of four tries, the short one, so that all four end within a function's 29 seconds."""


@cache
def session() -> Session:
    """botocore's own: boto3 would be imported for nothing but its name, and each cold start would pay for it."""
    return get_session()


@cache
def client(service: str) -> Any:
    made = session().create_client(service, config=PATIENCE)
    calls = direct_calls()
    if calls is not None and not get_environ_proxies(made.meta.endpoint_url):
        made.meta.events.register_last("before-call", calls.send)
    return made


def warm(*services: str) -> None:
    """Make these clients now, if this is Lambda starting a function, which it gives a whole processor for that.

    Elsewhere each is made when it is first needed. Nothing is sent.
    """
    if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
        tls()
        for service in services:
            client(service)


@cache
def direct_calls() -> DirectCalls | None:
    """None without credentials, of which botocore complains at the first call."""
    credentials = session().get_credentials()
    return DirectCalls(credentials, tls, tell_of_trouble, **FIRST_TRY) if credentials else None


def tell_of_trouble(host: str, operation: str, detail: str) -> None:
    log_event("direct_call_failed", host=host, operation=operation, detail=detail)


@cache
def tls() -> ssl.SSLContext:
    """The certificate authorities that botocore would trust, loaded once."""
    named = session().get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    return ssl.create_default_context(cafile=named or get_cert_path(True))


@cache
def public_s3(endpoint: str) -> Any:
    """Signs for the address that people reach buckets at, which may not be the one seen from here; empty on AWS."""
    by_path = Config(s3={"addressing_style": "path"}, signature_version="s3v4")
    return session().create_client("s3", endpoint_url=endpoint or None, config=by_path)


def now() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    return new_id_from(secrets.token_bytes(13))
