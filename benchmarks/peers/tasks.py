"""The seed's template, the queue's side: a task tells the start, judges the image by our own rule, tells the end.

Redis is the broker and keeps the states. Webhooks are tasks of their own, so that one that fails is repeated alone.
`ACKS_LATE=1` has a message stay until its task has ended, and come again after `VISIBILITY` seconds.
"""

import os
from pathlib import Path

import requests
from celery import Celery
from redis import Redis

from snapjury.rules.types.image.rule import inspect

URL = os.environ["REDIS_URL"]
ROOT = Path(os.environ["ASSET_ROOT"])
IS_LATE = os.environ.get("ACKS_LATE") == "1"

app = Celery("peer", broker=URL)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=IS_LATE,
    task_reject_on_worker_lost=IS_LATE,
    broker_transport_options={"visibility_timeout": int(os.environ.get("VISIBILITY", "3600"))},
    broker_connection_retry_on_startup=True,
)
states = Redis.from_url(URL, decode_responses=True)
http = requests.Session()


@app.task
def validate(asset, path, notifications):
    states.hset(f"asset:{asset}", "state", "working")
    tell.delay(asset, notifications.get("onStart"), {"id": asset, "state": "started"})
    try:
        inspection = inspect((ROOT / path).read_bytes())
        errors = list(inspection.errors)
    except OSError:
        errors = ["is not reachable"]
    state = "failed" if errors else "success"
    states.hset(f"asset:{asset}", mapping={"state": state, "errors": "\n".join(errors)})
    body = {"id": asset, "state": state} | ({"errors": {"asset": errors}} if errors else {})
    tell.delay(asset, notifications.get("onFailure" if errors else "onSuccess"), body)


@app.task(bind=True, max_retries=5)
def tell(self, asset, url, body):
    if url is None:
        return
    try:
        http.post(url, json=body, timeout=15).raise_for_status()
    except requests.RequestException as error:
        raise self.retry(exc=error, countdown=1) from error
