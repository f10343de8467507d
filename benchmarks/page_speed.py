"""How long a QA waits for the next snapshot: from the key to its paint, over a session, while the API takes longer.

    .venv/bin/python -m benchmarks.page_speed [PACE]

It needs `make server` on this machine (PORT names it) and Chromium. A new QA works through a session of the demo;
100 ms are added to every answer, pictures too.
"""

import argparse
import secrets
import sys
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.progress import track

from infra.aws import endpoint_from_environment
from infra.places import api_url, page_url
from infra.seed import ADMIN, PASSWORD
from snapjury.cli.api import Api
from tests.browser.chromium import CHROMIUM, FLAGS

ADDED, ALLOWED = 100, 50  # milliseconds
PACE = 0.4

WATCH = """() => {
  self.waits = [];
  const stage = () => document.querySelector(".stage")?.dataset.snapshot;
  addEventListener("keydown", (event) => {
    const before = stage();
    const look = () => requestAnimationFrame(() => {
      const isShown = stage() !== before && document.querySelectorAll(".frame img").length === 2;
      if (!isShown) return look();
      const { port1, port2 } = new MessageChannel();  // its message comes after the frame has been painted
      port1.onmessage = () => self.waits.push(performance.now() - event.timeStamp);
      port2.postMessage(null);
    });
    look();
  }, { capture: true });
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pace", type=float, nargs="?", default=PACE, help="seconds between two keys")
    pace = parser.parse_args().pace
    endpoint = endpoint_from_environment().replace("127.0.0.1", "localhost")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        waits = sorted(waits_of(browser.new_page(viewport={"width": 1280, "height": 800}), endpoint, pace))
        browser.close()
    middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
    print(f"{len(waits)} snapshots, a key every {pace:g} s, {ADDED} ms added to each answer:")
    print(f"key to paint: median {middle:.0f} ms, 95th percentile {late:.0f} ms, longest {waits[-1]:.0f} ms")
    print(f"(at most {ALLOWED} ms at the 95th percentile is right)")
    return 0 if late <= ALLOWED else 1


def waits_of(page: Page, endpoint: str, pace: float) -> list[float]:
    """Milliseconds from each key to the paint of the snapshot that follows."""
    page.goto(page_url(endpoint))
    page.get_by_label("Name").fill(hired(endpoint))
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".frame img").nth(1).wait_for()
    conditions = {"offline": False, "latency": ADDED, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)
    page.evaluate(WATCH)
    count = int(page.locator("#remaining").inner_text()) - 1  # after the last one comes no other
    for _ in track(range(count), "Reviewing", console=Console(stderr=True)):
        page.keyboard.press("y")
        time.sleep(pace)
    waits: list[float] = page.evaluate("self.waits")
    return waits


def hired(endpoint: str) -> str:
    """The name of a new QA."""
    api = Api(api_url(endpoint))
    api.sign_in(ADMIN, PASSWORD)
    user: dict[str, Any] = {"name": f"quick-{secrets.token_hex(4)}", "password": PASSWORD, "role": "qa"}
    name: str = api.call("POST", "/users", user)["name"]
    return name


if __name__ == "__main__":
    sys.exit(main())
