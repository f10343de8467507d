"""Calls a URL for each message."""

import json

import urllib3
from calls import make_calls

http = urllib3.PoolManager()


def handler(event, context):
    for record in event["Records"]:
        message = json.loads(record["body"])
        make_calls()
        http.request("POST", message["url"], json={"id": message["id"]})
