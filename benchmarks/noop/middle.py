"""Passes messages on."""

import os

from botocore.session import get_session

sqs = get_session().create_client("sqs")


def handler(event, context):
    for record in event["Records"]:
        sqs.send_message(QueueUrl=os.environ["NEXT_QUEUE"], MessageBody=record["body"])
