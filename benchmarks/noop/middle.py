"""Passes messages on."""

from calls import make_calls, pass_on


def handler(event, context):
    for record in event["Records"]:
        make_calls()
        pass_on(record["body"])
