"""The secret that webhooks are signed with."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from snapjury.errors import TemporaryFaultError

PREFIX = "whsec_"


def signing_secrets(client: Any, name: str) -> tuple[str, ...]:
    """The secrets that count now, newest first: two while one is being rotated out.

    The stored text is base64 with or without the `whsec_` prefix of Standard Webhooks, several parted by spaces.
    """
    try:
        text: str = client.get_secret_value(SecretId=name)["SecretString"]
    except (ClientError, BotoCoreError) as error:
        raise TemporaryFaultError(f"signing secret: {type(error).__name__}") from error
    return tuple(PREFIX + part.removeprefix(PREFIX) for part in text.split())
