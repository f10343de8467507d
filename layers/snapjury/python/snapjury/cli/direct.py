"""The first admin, whom no API can create: written to the table of a stack, by the use case that the API has too."""

import secrets
import time
from collections.abc import Callable
from functools import partial

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from snapjury.adapters.dynamo_catalog import DynamoSignIns, DynamoUsers
from snapjury.adapters.table import Table
from snapjury.cli.api import ApiError
from snapjury.cli.terminal import UsageError
from snapjury.errors import AlreadyExistsError, InvalidRequestError, TemporaryFaultError
from snapjury.rules.password import SALT_BYTES
from snapjury.rules.user import Role
from snapjury.services.users import UserPorts, create_user


def create_directly(stack: str, name: str, role: Role, password: Callable[[], str]) -> str:
    """Store the user: the name of the table. The password is asked for once it is clear that there is such a stack."""
    try:
        tables = outputs_of(stack)
        ports = ports_of(tables)
        create_user(name, password(), role, ports, time.time_ns() // 1_000_000)
    except AlreadyExistsError:
        raise UsageError(f"a user {name!r} exists already") from None
    except InvalidRequestError as error:
        raise UsageError(f"{error.field} {error}") from None
    except (BotoCoreError, ClientError, TemporaryFaultError) as error:
        raise ApiError(f"AWS does not do it: {error}") from error
    return tables["CoreTable"]


def outputs_of(stack: str) -> dict[str, str]:
    """What the stack says of itself; where it is, the AWS variables say (AWS_ENDPOINT_URL for an emulator)."""
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    missing = {"CoreTable", "SessionsTable"} - set(outputs)
    if missing:
        raise UsageError(f"the stack {stack!r} has no output {' and '.join(sorted(missing))}: is it a Snapjury?")
    return outputs


def ports_of(outputs: dict[str, str]) -> UserPorts:
    dynamodb = boto3.client("dynamodb")
    users = DynamoUsers(Table(dynamodb, outputs["CoreTable"]))
    sign_ins = DynamoSignIns(Table(dynamodb, outputs["SessionsTable"]))
    return UserPorts(users, sign_ins, partial(secrets.token_bytes, SALT_BYTES))
