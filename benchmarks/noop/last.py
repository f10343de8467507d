"""Calls a URL for each message."""

import json

import urllib3

http = urllib3.PoolManager()


def handler(event, context):
    for record in event["Records"]:
        message = json.loads(record["body"])
        http.request("POST", message["url"], json={"id": message["id"]})
