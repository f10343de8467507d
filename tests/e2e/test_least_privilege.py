"""What each function's role may do, in one table, tried with real calls; all that the table does not say is denied.

A cell names the calls that are allowed by a letter each. Every call is harmless where it is: keys that nobody has,
conditions that fail, arguments that are refused after the policy has been asked.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.aws import client, resource_names
from infra.places import PAGE_BUCKET, REGION, SOURCE_BUCKET
from tests.e2e.emulators import IN_CONTAINER
from tests.e2e.stack import Stack

pytestmark = pytest.mark.skipif(bool(IN_CONTAINER), reason="LocalStack's free edition does not enforce IAM")

# Tables: get, batch get, put, update, delete, query; whole: scan, update, batch write. Queues: send, receive, delete,
# visibility, attributes, Purge. Buckets: get, put, delete, list; the page is anybody's on an emulator. Secrets: get,
# delete. Elsewhere: `calls_elsewhere`.
TABLE = """
                 assets catalog operations customers reviews validator importer exporter scorer notifier

core ASSET       gbpdq  gpd     bpq        -         -       gp        gbp      -        -      pq
core SNAPSHOT    -      gbp     -          -         gbpu    gp        gp       -        b      -
core PICTURE     -      gp      -          -         -       gp        gp       -        -      -
core USER        g      gbp     g          g         g       -         -        -        -      -
core KEY         gp     gp      -          gbp       -       -         -        -        -      -
core PRODUCT     -      gbp     -          -         b       -         b        -        -      -
core IMPORT      -      gbpq    -          -         -       -         gp       -        -      -
core EXPORT      -      gbp     -          -         -       -         -        gp       -      -
core BOARD       -      gb      -          -         gb      -         -        -        gpdq   -
core OTHER       -      -       -          -         -       -         -        -        -      -
sessions SESSION -      -       -          -         gp      -         -        -        -      -
sessions DESK    -      -       -          -         gp      -         -        -        -      -
sessions SIGNIN  -      gp      -          -         gp      -         -        -        -      -
secrets SIGNING  -      -       -          gp        -       -         -        -        -      g
index listed     q      q       -          q         -       -         q        -        -      -
index by_product -      q       q          -         q       -         -        -        -      -
index pool       -      q       -          -         q       -         -        -        -      -
index decided    -      q       q          -         -       -         -        q        q      -
whole core       -      -       -          -         -       -         -        -        -      -
whole sessions   -      -       -          -         -       -         -        -        -      -
whole secrets    -      -       -          -         -       -         -        -        -      -

Validation       s      sa      sa         -         -       rda       s        -        -      -
Notification     s      a       sa         -         -       s         -        -        -      srda
Import           -      sa      sa         -         -       -         srda     -        -      -
Export           -      sa      sa         -         -       -         -        srda     -      -
Scoring          -      a       sa         -         s       -         -        -        srda   -
Validation dead  -      a       rdva       -         -       rda       -        -        -      -
Notification dead -     a       rdva       -         -       -         -        -        -      -
Import dead      -      a       rdva       -         -       -         rda      -        -      -
Export dead      -      a       rdva       -         -       -         -        rda      -      -
Scoring dead     -      a       rdva       -         -       -         -        -        -      -

media sha256     -      g       -          -         g       p         -        -        -      -
media other      -      -       -          -         -       -         -        -        -      -
uploads uploads  p      -       -          -         -       g         g        -        -      -
uploads other    -      -       -          -         -       -         -        -        -      -
exports exports  -      g       -          -         -       -         -        gp       -      -
exports other    -      -       -          -         -       -         -        -        -      -
source images    -      -       -          -         -       g         g        -        -      -
page pictures    gl     gl      gl         gl        gl      gl        gl       gl       gl     gl

secret Token     g      g       g          g         g       -         -        -        -      -
secret Signing   -      -       -          -         -       -         -        -        -      g
secret Reader    -      -       -          -         -       -         -        g        -      -
elsewhere        -      -       -          -         -       -         -        -        -      -
"""

FUNCTIONS, *ROWS = [line.split() for line in TABLE.splitlines() if line]
EXPECTED = {" ".join(row[: -len(FUNCTIONS)]): dict(zip(FUNCTIONS, row[-len(FUNCTIONS) :], strict=True)) for row in ROWS}

ACCOUNT = "000000000000"
DENIED = {"AccessDenied", "AccessDeniedException"}

Clients = Callable[[str], Any]
"""Makes the client of a service, with the credentials of somebody."""

Calls = dict[str, partial[Any]]
"""The calls of a row by their letters, in the order of the cells."""


def clients_of(stack: Stack, function: str) -> Clients:
    """Clients with the role that a function runs with."""
    arn = stack.functions.get_function_configuration(FunctionName=function)["Role"]
    given = client("sts", stack.endpoint).assume_role(RoleArn=arn, RoleSessionName="least-privilege")["Credentials"]
    return partial(
        boto3.client,
        endpoint_url=stack.endpoint,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.fixture
def names(stack: Stack) -> Iterator[dict[str, str]]:
    """The names of the stack's resources, whose buckets have an object wherever the table looks for one."""
    names = resource_names(stack.endpoint) | {"SourceBucket": SOURCE_BUCKET, "PageBucket": PAGE_BUCKET}
    objects = [object_of(row, names) for row in EXPECTED if row.split()[0] in BUCKETS]
    for each in objects:
        stack.s3.put_object(**each)
    yield names
    for each in objects:
        stack.s3.delete_object(**each)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(stack: Stack, names: dict[str, str], function: str) -> None:
    clients = clients_of(stack, names[f"{function.capitalize()}Function"])

    allowed = {row: "".join(allowed_of(calls)) for row, calls in every_call(names, clients).items()}

    assert allowed == {row: cells[function].strip("-") for row, cells in EXPECTED.items()}


def test_nothing_but_policies_is_in_the_way_of_these_calls(stack: Stack, names: dict[str, str]) -> None:
    calls_of_all = every_call(names, lambda service: client(service, stack.endpoint))
    for calls in calls_of_all.values():
        calls.pop(PURGE, None)  # would be done

    allowed = {row: allowed_of(calls) for row, calls in calls_of_all.items()}

    assert allowed == {row: list(calls) for row, calls in calls_of_all.items()}


def test_a_request_for_several_items_is_denied_if_one_of_them_is(stack: Stack, names: dict[str, str]) -> None:
    dynamodb = clients_of(stack, names["AssetsFunction"])("dynamodb")
    asset, key = nobodys_key("ASSET"), nobodys_key("KEY")

    one = partial(dynamodb.batch_get_item, RequestItems={names["CoreTable"]: {"Keys": [asset]}})
    both = partial(dynamodb.batch_get_item, RequestItems={names["CoreTable"]: {"Keys": [asset, key]}})

    assert (is_allowed(one), is_allowed(both)) == (True, False)


def allowed_of(calls: Calls) -> list[str]:
    return [letter for letter, call in calls.items() if is_allowed(call)]


def is_allowed(call: partial[Any]) -> bool:
    """Whether the policy is no reason against the call; what else may be wrong with it does not matter."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIED
    return True


# ---- the calls of each row


PURGE = "P"
SERVICES = ("dynamodb", "sqs", "s3", "secretsmanager", "lambda", "sts", "iam", "ssm", "logs")
TABLES = {"core": "CoreTable", "sessions": "SessionsTable", "secrets": "SecretsTable"}
BUCKETS = {
    "media": "MediaBucket",
    "uploads": "UploadBucket",
    "exports": "ExportBucket",
    "source": "SourceBucket",
    "page": "PageBucket",
}


def every_call(names: dict[str, str], clients: Clients) -> dict[str, Calls]:
    made = {service: clients(service) for service in SERVICES}
    return {row: calls_of(row, names, made) for row in EXPECTED}


def calls_of(row: str, names: dict[str, str], clients: dict[str, Any]) -> Calls:
    kind, _, name = row.partition(" ")
    if kind in TABLES:
        return calls_of_items(clients["dynamodb"], names[TABLES[kind]], name)
    if kind == "index":
        return {"q": query(clients["dynamodb"], names["CoreTable"], f"{name}_pk", "NOBODY", IndexName=name)}
    if kind == "whole":
        return calls_of_tables(clients["dynamodb"], names[TABLES[name]])
    if kind in BUCKETS:
        return calls_of_buckets(clients["s3"], **object_of(row, names))
    if kind == "secret":
        return calls_of_secrets(clients["secretsmanager"], names[f"{name}Secret"])
    if kind == "elsewhere":
        return calls_elsewhere(clients, names)
    return calls_of_queues(clients["sqs"], names[f"{kind}DeadLetters" if name else f"{kind}Queue"])


def calls_of_items(dynamodb: Any, table: str, prefix: str) -> Calls:
    key = nobodys_key(prefix)
    return {
        "g": partial(dynamodb.get_item, TableName=table, Key=key),
        "b": partial(dynamodb.batch_get_item, RequestItems={table: {"Keys": [key]}}),
        "p": partial(dynamodb.put_item, TableName=table, Item=key, ConditionExpression="attribute_exists(pk)"),
        "u": partial(dynamodb.update_item, TableName=table, Key=key, **CHANGE),
        "d": partial(dynamodb.delete_item, TableName=table, Key=key),
        "q": query(dynamodb, table, "pk", key["pk"]["S"]),
    }


CHANGE = {"UpdateExpression": "REMOVE nothing", "ConditionExpression": "attribute_exists(pk)"}


def calls_of_tables(dynamodb: Any, table: str) -> Calls:
    key = nobodys_key("ASSET")
    return {
        "s": partial(dynamodb.scan, TableName=table, Limit=1),
        "u": partial(dynamodb.update_item, TableName=table, Key=key, **CHANGE),
        "b": partial(dynamodb.batch_write_item, RequestItems={table: [{"DeleteRequest": {"Key": key}}]}),
    }


def nobodys_key(prefix: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"{prefix}#nobody"}, "sk": {"S": "nothing"}}


def query(dynamodb: Any, table: str, attribute: str, partition: str, **options: str) -> partial[Any]:
    values = {":pk": {"S": partition}}
    condition = {"KeyConditionExpression": f"{attribute} = :pk", "ExpressionAttributeValues": values}
    return partial(dynamodb.query, TableName=table, **condition, **options)


def calls_of_queues(sqs: Any, url: str) -> Calls:
    no_receipt = {"QueueUrl": url, "ReceiptHandle": "none"}
    return {
        "s": partial(sqs.send_message, QueueUrl=url, MessageBody=""),
        "r": partial(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11),
        "d": partial(sqs.delete_message, **no_receipt),
        "v": partial(sqs.change_message_visibility, **no_receipt, VisibilityTimeout=0),
        "a": partial(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["QueueArn"]),
        PURGE: partial(sqs.purge_queue, QueueUrl=url),
    }


def object_of(row: str, names: dict[str, str]) -> dict[str, str]:
    bucket, prefix = row.split()
    return {"Bucket": names[BUCKETS[bucket]], "Key": f"{prefix}/least-privilege"}


def calls_of_buckets(s3: Any, Bucket: str, Key: str) -> Calls:  # noqa: N803  # as S3 calls them
    return {
        "g": partial(s3.get_object, Bucket=Bucket, Key=Key),
        "p": partial(s3.put_object, Bucket=Bucket, Key=Key),
        "d": partial(s3.delete_object, Bucket=Bucket, Key=Key),
        "l": partial(s3.list_objects_v2, Bucket=Bucket, MaxKeys=1),
    }


def calls_of_secrets(secrets: Any, name: str) -> Calls:
    return {
        "g": partial(secrets.get_secret_value, SecretId=name),
        "d": partial(secrets.delete_secret, SecretId=name, RecoveryWindowInDays=1),
    }


def calls_elsewhere(clients: dict[str, Any], names: dict[str, str]) -> Calls:
    """Of services that no function has to do with, and the ways to more rights."""
    function = names["CustomersFunction"]
    other = f"arn:aws:iam::{ACCOUNT}:role/{names['CustomersRole']}"
    policy = {"PolicyName": "more", "PolicyDocument": '{"Version": "2012-10-17", "Statement": []}'}
    return {
        "i": partial(clients["lambda"].invoke, FunctionName=function, InvocationType="DryRun"),
        "c": partial(clients["lambda"].get_function_configuration, FunctionName=function),
        "r": partial(clients["sts"].assume_role, RoleArn=other, RoleSessionName="more"),
        "w": partial(clients["iam"].put_role_policy, RoleName="nobody", **policy),
        "s": partial(clients["ssm"].get_parameter, Name="/snapjury/nothing"),
        "l": partial(clients["logs"].describe_log_groups, limit=1),
    }
