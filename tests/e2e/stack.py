"""A deployed system as its users see it, and receivers for its webhooks."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from infra.aws import client, signing_secret
from infra.places import STACK, api_url
from infra.receiver import Callback, Receiver, Reply

EVENTS = ("onStart", "onSuccess", "onFailure")
ENDED = ("success", "failed")


class Stack:
    """The API of a deployed system, and its AWS resources. `host` is this machine as the functions see it.

    `template` is what was deployed, with these `parameters`.
    """

    def __init__(self, endpoint: str, root: Path, host: str, template: Path, parameters: Mapping[str, str]) -> None:
        self.template = template
        self.parameters = parameters
        self.endpoint = endpoint
        self.root = root
        self.host = host
        self.url = api_url(endpoint)
        self.secret = signing_secret(self.endpoint)
        self.sqs = client("sqs", self.endpoint)
        self.s3 = client("s3", self.endpoint)
        self.functions = client("lambda", self.endpoint)
        described = client("cloudformation", self.endpoint).describe_stacks(StackName=STACK)["Stacks"][0]
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self.url + path, timeout=30, **options)

    def submit(
        self, path: str, notifications: dict[str, str] | None = None, location: str = "local", **headers: str
    ) -> str:
        """The id of a submitted asset."""
        body = {"assetPath": {"location": location, "path": path}, "notifications": notifications or {}}
        answer = self.request("POST", "/assets/image", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def asset(self, asset_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.request("GET", f"/assets/{asset_id}").json()
        return found

    def ended(self, asset_id: str, seconds: float = 30) -> dict[str, Any]:
        """The asset once it has ended."""
        wait_until(lambda: self.asset(asset_id)["state"] in ENDED, seconds, f"asset {asset_id} to end")
        return self.asset(asset_id)

    def deliveries(self, asset_id: str) -> dict[str, dict[str, Any]]:
        """The asset's deliveries by event."""
        listed = self.request("GET", f"/assets/{asset_id}/deliveries").json()["deliveries"]
        return {each["event"]: each for each in listed}

    def send(self, queue: str, **message: str) -> None:
        self.sqs.send_message(QueueUrl=self.outputs[queue], MessageBody=json.dumps(message))

    def messages(self, queue: str) -> int:
        """How many messages a queue holds, also hidden ones and those that it keeps back."""
        states = ("", "NotVisible", "Delayed")
        names = [f"ApproximateNumberOfMessages{state}" for state in states]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


class Mailbox:
    """A receiver whose behaviour follows from the path: /good answers, /flaky refuses each webhook twice first,

    /dead never answers, /gone answers 410. Behind that the path names whom the webhook is for.
    """

    def __init__(self, secret: str, host: str) -> None:
        self.callbacks: list[Callback] = []
        self.refused: Counter[str] = Counter()
        self._released = threading.Event()
        self._lock = threading.Lock()
        self.receiver = Receiver(secret=lambda: secret, host=host, report=lambda _: None, answer=self._answer)

    def urls(self, behaviour: str = "good") -> dict[str, str]:
        return {event: f"{self.receiver.url}/{behaviour}/{event}" for event in EVENTS}

    def release(self) -> None:
        """Let the calls that hang end."""
        self._released.set()

    def accepted(self) -> dict[str, list[dict[str, Any]]]:
        """The bodies that were answered with success, by asset, as they came."""
        by_asset: dict[str, list[dict[str, Any]]] = defaultdict(list)
        with self._lock:
            for callback in self.callbacks:
                body = json.loads(callback.body)
                by_asset[body["id"]].append(body)
        return by_asset

    def _answer(self, callback: Callback) -> Reply:
        behaviour = callback.path.split("/")[1]
        if behaviour == "dead":
            self._released.wait(60)
            return Reply(503)
        if behaviour == "gone":
            return Reply(410)
        with self._lock:
            if behaviour == "flaky" and self.refused[callback.webhook_id] < 2:
                self.refused[callback.webhook_id] += 1
                return Reply(500)
            self.callbacks.append(callback)
        return Reply(200)


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as it holds; fail with what was waited for if it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.1)
