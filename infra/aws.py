"""Clients of an emulator, with its test credentials. botocore's own: the receiver's container has no boto3."""

import os
import threading
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from infra.places import REGION, STACK
from infra.ports import HOST

TEST_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


one_at_a_time = threading.Lock()


@cache
def client(service: str, endpoint: str) -> Any:
    """The client of one service of the emulator at this URL; any thread may use it."""
    with one_at_a_time:  # threads may share a client, but not the making of one
        return get_session().create_client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=TEST_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=TEST_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}),
        )


def endpoint_from_environment() -> str:
    """The running emulator: SNAPJURY_ENDPOINT, which containers are told, or the one on this machine's PORT."""
    return os.environ.get("SNAPJURY_ENDPOINT") or f"http://{HOST}:{os.environ.get('PORT', '4566')}"


class NoStackError(Exception):
    """There is no running stack to work on; the message says what to start."""


def resource_names(endpoint: str) -> dict[str, str]:
    """What the resources of the deployed stack are called, by the names that the template gives them."""
    pages = client("cloudformation", endpoint).get_paginator("list_stack_resources").paginate(StackName=STACK)
    try:
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    except BotoCoreError:
        raise NoStackError(f"No emulator answers at {endpoint}. Start one first: make server") from None
    except ClientError:
        raise NoStackError(f"Nothing is deployed to {endpoint} yet. Deploy first: make deploy-local") from None
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources if "PhysicalResourceId" in each}


def ensure_bucket(endpoint: str, name: str) -> None:
    """Make the bucket unless it is there."""
    s3 = client("s3", endpoint)
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        s3.create_bucket(Bucket=name)


@cache
def signing_secret_name(endpoint: str) -> str:
    """What the stack calls the secret that webhooks are signed with, for good; looked up once it is deployed."""
    return resource_names(endpoint)["SigningSecret"]


def signing_secret(endpoint: str) -> str:
    """The secret that webhooks are signed with, in the form that the Standard Webhooks libraries take."""
    answer = client("secretsmanager", endpoint).get_secret_value(SecretId=signing_secret_name(endpoint))
    newest: str = answer["SecretString"].split()[0]  # an older one may follow while secrets are being rotated
    return f"whsec_{newest.removeprefix('whsec_')}"
