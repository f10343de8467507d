"""Takes a request and passes it on."""

import json
import secrets

from calls import make_calls, pass_on


def handler(event, context):
    asset = secrets.token_hex(10)
    make_calls()
    pass_on(json.dumps({"id": asset, "url": json.loads(event["body"])["url"]}))
    return {"statusCode": 202, "headers": {"content-type": "application/json"}, "body": json.dumps({"id": asset})}
