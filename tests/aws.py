"""AWS in this process, by moto."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto import mock_aws
from moto.core.models import botocore_stubber

from snapjury.adapters.direct_calls import CHECKSUM, Answer, DirectCalls, Request


@contextmanager
def mocked_aws() -> Iterator[None]:
    """A fresh, empty AWS. The session stays, since a new one would read the descriptions of every service again."""
    with mock_aws(config={"core": {"reset_boto3_session": False}}), patch.object(DirectCalls, "exchange", through_moto):
        yield


def through_moto(_: DirectCalls, request: Request) -> Answer:
    """What moto answers to a call by the short way, which passes by the place where it waits for botocore's."""
    prepared = AWSPreparedRequest(
        request.method, request.url.geturl(), HeadersDict(request.headers), request.body, stream_output=False
    )
    answer = botocore_stubber("before-send", prepared)
    assert answer is not None
    return Answer(answer.status_code, answer.headers.get(CHECKSUM), answer.content)
