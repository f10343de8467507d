"""One cold start, in a process of its own: prints the processor ms until it was ready, and until it had answered.

    python -I -S cold_child.py FOLDERS EVENT

FOLDERS is where packages are, joined as a PATH is. EVENT is a function's first event as JSON; without one it is the
yardstick: a bare botocore client and one call.
"""

import sys
import time

began = time.process_time()


class Invocation:
    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def spent() -> float:
    return 1000 * (time.process_time() - began)


def bare() -> tuple[float, object]:
    from botocore.session import get_session

    dynamodb = get_session().create_client("dynamodb")
    ready = spent()
    return ready, dynamodb.get_item(TableName="core", Key={"pk": {"S": "nothing"}, "sk": {"S": "nothing"}})


def first_call(text: str) -> tuple[float, object]:
    import app

    ready = spent()
    import json

    event = json.loads(text)
    call = app.handler if "Records" in event else app.app
    return ready, call(event, Invocation())


sys.path[:0] = sys.argv[1].split(":")
ready, answer = first_call(sys.argv[2]) if sys.argv[2] else bare()
print("\n", ready, spent(), repr(answer)[:300], sep="\t")
