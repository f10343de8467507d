"""boto3 clients of an emulator, with its test credentials."""

import threading
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.places import REGION

TEST_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


one_at_a_time = threading.Lock()


@cache
def client(service: str, endpoint: str) -> Any:
    """The client of one service of the emulator at this URL; any thread may use it."""
    with one_at_a_time:  # threads may share a client, but not the making of one
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=TEST_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=TEST_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}),
        )


def ensure_bucket(endpoint: str, name: str) -> None:
    """Make the bucket unless it is there."""
    s3 = client("s3", endpoint)
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        s3.create_bucket(Bucket=name)


def signing_secret(endpoint: str) -> str:
    """The secret that webhooks are signed with, in the form that the Standard Webhooks libraries take."""
    answer = client("secretsmanager", endpoint).get_secret_value(SecretId="snapjury/signing-secret")
    newest: str = answer["SecretString"].split()[0]  # an older one may follow while secrets are being rotated
    return f"whsec_{newest.removeprefix('whsec_')}"
