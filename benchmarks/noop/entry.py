"""Takes a request and passes it on."""

import json
import os
import secrets

from botocore.session import get_session

sqs = get_session().create_client("sqs")


def handler(event, context):
    asset = secrets.token_hex(10)
    message = {"id": asset, "url": json.loads(event["body"])["url"]}
    sqs.send_message(QueueUrl=os.environ["NEXT_QUEUE"], MessageBody=json.dumps(message))
    return {"statusCode": 202, "headers": {"content-type": "application/json"}, "body": json.dumps({"id": asset})}
