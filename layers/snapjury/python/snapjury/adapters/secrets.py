"""The secrets that webhooks and tokens are signed with."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError

PREFIX = "whsec_"


def signing_secrets(client: Any, name: str) -> tuple[str, ...]:
    """The secrets that sign webhooks now, newest first: two while one is being rotated out.

    The stored text is base64 with or without the `whsec_` prefix of Standard Webhooks, several parted by spaces.
    """
    return tuple(PREFIX + part.removeprefix(PREFIX) for part in secrets_in(client, name))


def secrets_in(client: Any, name: str) -> tuple[str, ...]:
    """The parts of a stored secret, which spaces separate."""
    try:
        text: str = client.get_secret_value(SecretId=name)["SecretString"]
    except (ClientError, BotoCoreError) as error:
        raise TemporaryFaultError(f"secret: {type(error).__name__}") from error
    return tuple(text.split())
