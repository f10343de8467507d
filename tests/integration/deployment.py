"""The functions in this process, on moto: their real handlers, adapters and settings, without HTTP and Lambda."""

import importlib
import importlib.util
import json
import pkgutil
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from snapjury import wiring
from snapjury.wiring import clients
from tests.described import hold_to_description
from tests.template import create_table, properties, resources, template

FUNCTIONS = Path(__file__).parents[2] / "functions"
REGION = "us-east-1"
FUNCTION_OF = {Path(properties(each)["CodeUri"]).name: each for each in resources("AWS::Serverless::Function")}
QUEUES = resources("AWS::SQS::Queue")
TABLES = {"CoreTable": "core", "SessionsTable": "sessions", "SecretsTable": "secrets"}
BUCKETS = {"MediaBucket": "media", "UploadBucket": "uploads", "ExportBucket": "exports"}
SECRETS = {"SigningSecret": "signing", "TokenSecret": "tokens", "ReaderSecret": "readers"}
SIGNING_SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZI"
TOKEN_SECRET = "t" * 64
READER_SECRET = "r" * 64


def load_function(name: str) -> ModuleType:
    """The module of a function, fresh."""
    specification = importlib.util.spec_from_file_location(f"{name}_function", FUNCTIONS / name / "app.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def forget_wiring() -> None:
    """Forget all but the session, since a new one would read the descriptions of every service again."""
    for module in pkgutil.iter_modules(wiring.__path__, f"{wiring.__name__}."):
        for member in vars(importlib.import_module(module.name)).values():
            if hasattr(member, "cache_clear") and member is not clients.session:
                member.cache_clear()


class Invocation:
    """An invocation that has all the time in the world, or as often as `more` says."""

    def __init__(self, more: int | None = None) -> None:
        self.more = more

    def get_remaining_time_in_millis(self) -> int:
        if self.more is None or self.more >= 0:
            self.more = None if self.more is None else self.more - 1
            return 60_000
        return 0


class Deployment:
    """Tables, queues, buckets and secrets on moto, and the functions wired to them by their environment.

    The template's `parameters` are those of a local system, but for those that are given.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path, **parameters: str) -> None:
        self.root = root
        self.parameters = parameters
        self.context = Invocation()
        self.sqs = boto3.client("sqs", REGION)
        self.s3 = boto3.client("s3", REGION)
        self.queues = {name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
        for bucket in (*BUCKETS.values(), "source"):
            self.s3.create_bucket(Bucket=bucket)
        for table, name in TABLES.items():
            create_table(boto3.client("dynamodb", REGION), table, name)
        for name, value in {"signing": SIGNING_SECRET, "tokens": TOKEN_SECRET, "readers": READER_SECRET}.items():
            boto3.client("secretsmanager", REGION).create_secret(Name=name, SecretString=value)
        for name, value in self._environment().items():
            monkeypatch.setenv(name, value)
        forget_wiring()
        self.functions = {name: load_function(name) for name in FUNCTION_OF}
        self.calls: Counter[str] = Counter()
        for service in ("dynamodb", "sqs", "s3"):
            clients.client(service).meta.events.register("before-call", self._count)

    def _environment(self) -> dict[str, str]:
        parameters = {name: str(each.get("Default", "")) for name, each in template()["Parameters"].items()}
        parameters |= {"AssetRoot": str(self.root), "SourceBucket": "source", "AllowedCidrs": "127.0.0.0/8"}
        parameters |= {"RequireApiKeys": "false"} | self.parameters
        known = parameters | self.queues | TABLES | BUCKETS | SECRETS | {"AWS::StackName": "snapjury"}
        variables = dict(template()["Globals"]["Function"]["Environment"]["Variables"])
        for function in FUNCTION_OF.values():
            variables |= properties(function).get("Environment", {}).get("Variables", {})
        return {
            name: known[value["Ref"]] if "Ref" in value else self.queue_arn(value["Fn::GetAtt"].removesuffix(".Arn"))
            for name, value in variables.items()
        }

    def _count(self, model: Any, **_: Any) -> None:
        self.calls[model.name] += 1

    def queue_arn(self, name: str) -> str:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queues[name], AttributeNames=["QueueArn"])
        return str(attributes["Attributes"]["QueueArn"])

    def request(
        self,
        method: str,
        resource: str,
        body: object = None,
        *,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        function: str = "assets",
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, body and headers of a function's answer; `body` is JSON unless it is a string.

        Every answer is held to the API's description.
        """
        event = event_of(method, resource, body, path, query, headers)
        answer = self.functions[function].app(event, None)
        body = json.loads(answer["body"] or "{}")
        hold_to_description(method, resource, answer["statusCode"], answer["headers"], body)
        return answer["statusCode"], body, answer["headers"]

    def receive(self, queue: str, function: str, at_most: int = 10) -> int:
        """Hand waiting messages to a function as Lambda does; how many it was done with."""
        received = self.sqs.receive_message(
            QueueUrl=self.queues[queue], MaxNumberOfMessages=at_most, AttributeNames=["ApproximateReceiveCount"]
        )
        messages = received.get("Messages", [])
        if not messages:
            return 0
        records = [
            {
                "messageId": each["MessageId"],
                "body": each["Body"],
                "receiptHandle": each["ReceiptHandle"],
                "eventSourceARN": self.queue_arn(queue),
                "attributes": each["Attributes"],
            }
            for each in messages
        ]
        failures = self.functions[function].handler({"Records": records}, self.context)["batchItemFailures"]
        kept = {failure["itemIdentifier"] for failure in failures}
        done = [each for each in messages if each["MessageId"] not in kept]
        for each in done:
            self.sqs.delete_message(QueueUrl=self.queues[queue], ReceiptHandle=each["ReceiptHandle"])
        return len(done)

    def length(self, queue: str) -> int:
        """How many messages a queue holds, hidden ones too."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def take_all(self, queue: str) -> list[dict[str, Any]]:
        """The messages of a queue that can be received, as JSON, taken out of it."""
        url, found = self.queues[queue], []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(each["Body"]) for each in messages]
            for each in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return found

    def send(self, queue: str, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.queues[queue], MessageBody=body)


def event_of(
    method: str,
    resource: str,
    body: object = None,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What API Gateway hands to a function; `body` is JSON unless it is a string."""
    return {
        "httpMethod": method,
        "requestContext": {"resourcePath": resource, "httpMethod": method, "path": resource},
        "pathParameters": path,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "headers": {"content-type": "application/json"} | (headers or {}),
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
        "stageVariables": None,
    }
