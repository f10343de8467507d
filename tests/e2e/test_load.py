"""Many assets at once, some of them bad, some of their receivers failing or dead."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.stack import Mailbox, Stack, wait_until
from tests.images import jpeg

ASSETS = 120
PATIENCE = 420
"""Seconds. LocalStack hands a mapping one batch a second, so a hundred and twenty validations take two minutes."""


def behaviour_of(number: int) -> str:
    """One in ten receivers never answers, one in ten refuses twice."""
    return {3: "dead", 7: "flaky"}.get(number % 10, "good")


def test_many_assets_at_once_all_end_right(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "burst.jpg").write_bytes(jpeg(300, 200))
    (stack.root / "burst.txt").write_bytes(b"Dear customer")
    files = ["burst.txt" if number % 4 == 0 else "burst.jpg" for number in range(ASSETS)]

    began = time.monotonic()
    with ThreadPoolExecutor(20) as clients:
        ids = list(
            clients.map(lambda number: stack.submit(files[number], mailbox.urls(behaviour_of(number))), range(ASSETS))
        )
    ends = {asset_id: "failed" if files[number] == "burst.txt" else "success" for number, asset_id in enumerate(ids)}
    dead = [asset_id for number, asset_id in enumerate(ids) if behaviour_of(number) == "dead"]
    healthy = set(ids) - set(dead)

    wait_until(lambda: all(len(mailbox.accepted()[each]) >= 2 for each in healthy), PATIENCE, "all healthy receivers")
    print(f"{ASSETS} assets: all healthy receivers told after {time.monotonic() - began:.1f} s")
    assert {asset_id: stack.asset(asset_id)["state"] for asset_id in ids} == ends
    told = {asset_id: [body["state"] for body in bodies] for asset_id, bodies in mailbox.accepted().items()}
    assert told == {asset_id: ["started", ends[asset_id]] for asset_id in healthy}

    wait_until(lambda: all(has_given_up(stack, asset_id) for asset_id in dead), PATIENCE, "the dead receiver's ladders")
    wait_until(lambda: stack.messages("NotificationQueue") == 0, PATIENCE, "the last message to be done with")


def has_given_up(stack: Stack, asset_id: str) -> bool:
    """Whether both webhooks of the asset were tried to the end of their ladders, in their order."""
    deliveries = list(stack.deliveries(asset_id).values())
    return len(deliveries) == 2 and all(each["state"] == "failed" and each["attempts"] for each in deliveries)
