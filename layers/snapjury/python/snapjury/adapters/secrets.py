"""The secrets that webhooks and tokens are signed with."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError


def secrets_in(client: Any, name: str) -> tuple[str, ...]:
    """The parts of a stored secret, which spaces separate."""
    try:
        text: str = client.get_secret_value(SecretId=name)["SecretString"]
    except (ClientError, BotoCoreError) as error:
        raise TemporaryFaultError(f"secret: {type(error).__name__}") from error
    return tuple(text.split())
