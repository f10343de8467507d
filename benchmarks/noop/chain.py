"""Deploys the chain that does nothing: an API, two queues and three functions of a few lines, beside the system."""

import json
from pathlib import Path
from typing import Any

from infra.aws import client
from infra.package import Function, SourceFile, zipped
from infra.places import REGION

FOLDER = Path(__file__).parent
STAGE, PATH = "v1", "assets"
ROLE = "arn:aws:iam::000000000000:role/noop"
CONCURRENCY = 10
"""As many at once as the system's own functions."""

BATCHES = {"middle": 1, "last": 10}
"""Messages that a function gets at once, as the validator and the notifier do."""


def deploy(endpoint: str, function: Function) -> str:
    """The URL to post to. The functions get the libraries of this function of ours."""
    sqs = client("sqs", endpoint)
    queues = {name: sqs.create_queue(QueueName=f"noop-{name}")["QueueUrl"] for name in BATCHES}
    following = {"entry": queues["middle"], "middle": queues["last"], "last": ""}
    arns = {name: create_function(endpoint, name, queue, function) for name, queue in following.items()}
    for name, size in BATCHES.items():
        attributes = sqs.get_queue_attributes(QueueUrl=queues[name], AttributeNames=["QueueArn"])["Attributes"]
        client("lambda", endpoint).create_event_source_mapping(
            EventSourceArn=attributes["QueueArn"],
            FunctionName=arns[name],
            BatchSize=size,
            ScalingConfig={"MaximumConcurrency": CONCURRENCY},
        )
    return create_api(endpoint, arns["entry"])


def create_function(endpoint: str, name: str, next_queue: str, function: Function) -> str:
    """The function's ARN."""
    source = SourceFile(FOLDER / f"{name}.py", f"{name}.py", (FOLDER / f"{name}.py").read_bytes())
    functions: Any = client("lambda", endpoint)
    created = functions.create_function(
        FunctionName=f"noop-{name}",
        Runtime="python3.13",
        Role=ROLE,
        Handler=f"{name}.handler",
        MemorySize=512,
        Timeout=10,
        Code={"ZipFile": zipped([source], function.libraries)},
        Environment={"Variables": {"NEXT_QUEUE": next_queue}},
    )
    return str(created["FunctionArn"])


def create_api(endpoint: str, function: str) -> str:
    gateway = client("apigateway", endpoint)
    api = gateway.create_rest_api(name="noop", tags={"ms-custom-id": "noop"})["id"]
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
