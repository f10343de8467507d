"""Deploys chains that do nothing, beside the system: an API, two queues and three functions of a few lines.

One only passes messages on. The other also makes the calls of DynamoDB and S3 that the system makes for an asset, in
the same places and as large, without reading what they answer.
"""

import contextlib
import json
from functools import partial
from pathlib import Path
from typing import Any

from infra.aws import client, ensure_bucket
from infra.package import Function, SourceFile, zipped
from infra.places import REGION
from snapjury.adapters import keys
from snapjury.adapters.table import to_item
from snapjury.rules.asset import Location, Source, queue_asset
from tests.builders import NOON
from tests.template import create_core_table

FOLDER = Path(__file__).parent
STAGE, PATH = "v1", "assets"
ROLE = "noop"
STORE = "noop-store"
"""The table and the bucket of the chain that makes calls."""

CONCURRENCY = 10
"""As many at once as the system's own functions."""

BATCHES = {"middle": 1, "last": 10}
"""Messages that a function gets at once, as the validator and the notifier do."""

Calls = dict[str, list[tuple[str, str, dict[str, Any]]]]
NOTHING: Calls = {"entry": [], "middle": [], "last": []}


def calls_of_an_asset(endpoint: str, picture_bytes: int) -> Calls:
    """What each function calls, on a table and a bucket that are made for it."""
    create_core_table(client("dynamodb", endpoint), STORE)
    ensure_bucket(endpoint, STORE)
    key = keys.asset_key("noop")
    asset = queue_asset("noop", "local", Source(Location.LOCAL, "photo.jpg"), {}, NOON, None)
    item = to_item(asset, key, keys.listed_asset(asset))
    put = ("dynamodb", "put_item", {"TableName": STORE, "Item": item})
    store = ("s3", "put_object", {"Bucket": STORE, "Key": "picture", "Body": "x" * picture_bytes})
    return {"entry": [put], "middle": [put, store, put], "last": [put, put]}


def deploy(endpoint: str, name: str, calls: Calls, function: Function) -> str:
    """The URL to post to. The functions get the libraries of this function of ours."""
    sqs = client("sqs", endpoint)
    queues = {part: sqs.create_queue(QueueName=f"{name}-{part}")["QueueUrl"] for part in BATCHES}
    following = {"entry": queues["middle"], "middle": queues["last"], "last": ""}
    variables = {part: {"NEXT_QUEUE": queue, "CALLS": json.dumps(calls[part])} for part, queue in following.items()}
    create = partial(create_function, client("lambda", endpoint), role(endpoint), function)
    arns = {part: create(f"{name}-{part}", part, given) for part, given in variables.items()}
    for part, size in BATCHES.items():
        attributes = sqs.get_queue_attributes(QueueUrl=queues[part], AttributeNames=["QueueArn"])["Attributes"]
        client("lambda", endpoint).create_event_source_mapping(
            EventSourceArn=attributes["QueueArn"],
            FunctionName=arns[part],
            BatchSize=size,
            ScalingConfig={"MaximumConcurrency": CONCURRENCY},
        )
    return create_api(endpoint, name, arns["entry"])


def create_function(
    functions: Any, role_arn: str, libraries_of: Function, name: str, part: str, variables: dict[str, str]
) -> str:
    """The function's ARN."""
    files = (FOLDER / f"{each}.py" for each in (part, "calls"))
    sources = [SourceFile(each, each.name, each.read_bytes()) for each in files]
    created = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role_arn,
        Handler=f"{part}.handler",
        MemorySize=512,
        Timeout=10,
        Code={"ZipFile": zipped(sources, libraries_of.libraries)},
        Environment={"Variables": variables},
    )
    return str(created["FunctionArn"])


def role(endpoint: str) -> str:
    """The ARN of a role that may do everything: what that costs is the emulator's affair, and the same for all."""
    iam = client("iam", endpoint)
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        trusted = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(document(trusted)))
        everything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        iam.put_role_policy(RoleName=ROLE, PolicyName=ROLE, PolicyDocument=json.dumps(everything))
    return str(iam.get_role(RoleName=ROLE)["Role"]["Arn"])


def document(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def create_api(endpoint: str, name: str, function: str) -> str:
    """The URL of an API with one route, to this function."""
    gateway = client("apigateway", endpoint)
    api = gateway.create_rest_api(name=name)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=PATH)["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    return f"{endpoint}/_aws/execute-api/{api}/{STAGE}/{PATH}"


def body(url: str) -> str:
    """What to post, with the URL that is called at the end."""
    return json.dumps({"url": url})
