"""Makes the calls that it is told of, the same each time: CALLS is a list of service, operation, parameters."""

import json
import os

from botocore.session import get_session

CALLS = json.loads(os.environ["CALLS"])

session = get_session()
sqs = session.create_client("sqs")
others = {service: session.create_client(service) for service in {each[0] for each in CALLS}}


def make_calls():
    print("a line, as the system's functions log one: for those that log none the emulator waits 50 ms")
    for service, operation, parameters in CALLS:
        getattr(others[service], operation)(**parameters)


def pass_on(message):
    sqs.send_message(QueueUrl=os.environ["NEXT_QUEUE"], MessageBody=message)
