"""Two hundred assets at once, some of them bad, some of their receivers failing or dead."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.stack import ENDED, Mailbox, Stack, wait_until
from tests.images import jpeg

ASSETS = 200


def behaviour_of(number: int) -> str:
    """One in ten receivers never answers, one in ten refuses twice."""
    return {3: "dead", 7: "flaky"}.get(number % 10, "good")


def test_two_hundred_assets_at_once_all_end_right(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "burst.jpg").write_bytes(jpeg(300, 200))
    (stack.root / "burst.txt").write_bytes(b"Dear customer")
    files = ["burst.txt" if number % 4 == 0 else "burst.jpg" for number in range(ASSETS)]

    began = time.monotonic()
    with ThreadPoolExecutor(20) as clients:
        ids = list(
            clients.map(lambda number: stack.submit(files[number], mailbox.urls(behaviour_of(number))), range(ASSETS))
        )
    ends = {asset_id: "failed" if files[number] == "burst.txt" else "success" for number, asset_id in enumerate(ids)}
    healthy = {asset_id: ends[asset_id] for number, asset_id in enumerate(ids) if behaviour_of(number) != "dead"}

    told: dict[str, list[str]] = {}
    wait_until(
        lambda: all(len(mailbox.accepted()[asset_id]) >= 2 for asset_id in healthy), 120, "all healthy receivers"
    )
    seconds = time.monotonic() - began

    assert {asset_id: stack.asset(asset_id)["state"] for asset_id in ids} == ends
    told = {asset_id: [body["state"] for body in bodies] for asset_id, bodies in mailbox.accepted().items()}
    assert told == {asset_id: ["started", end] for asset_id, end in healthy.items()}
    dead = set(ids) - set(healthy)
    assert all(stack.asset(asset_id)["state"] in ENDED for asset_id in dead)
    assert any("pending" in {each["state"] for each in stack.deliveries(asset_id).values()} for asset_id in dead), (
        "the dead receiver's webhooks should still be waiting when all others have been told"
    )
    print(f"{ASSETS} assets: all healthy receivers told after {seconds:.1f} s")
