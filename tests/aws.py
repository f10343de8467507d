"""AWS in this process, by moto."""

from contextlib import AbstractContextManager
from typing import Any

from moto import mock_aws


def mocked_aws() -> AbstractContextManager[Any]:
    """A fresh, empty AWS. The session stays, since a new one would read the descriptions of every service again."""
    return mock_aws(config={"core": {"reset_boto3_session": False}})
