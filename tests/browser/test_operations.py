"""The view by which admins operate the system: what they see is so, and what they have done is done."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from infra.receiver import Receiver, Reply
from infra.seed import ADMIN
from tests.browser.reviewer import Reviewer, Shop
from tests.e2e.stack import wait_until

OVERVIEW = re.compile(r"/operations$")
SMALL_PHONE = {"width": 360, "height": 740}


class Desk:
    """Anna, an admin, before the view."""

    def __init__(self, page: Page, shop: Shop) -> None:
        self.page = page
        anna = Reviewer(page, shop, ADMIN)
        anna.open()
        anna.sign_in()
        self.await_overview()

    def await_overview(self) -> None:
        expect(self.page.get_by_text("As of")).to_be_visible(timeout=15_000)  # the first call starts the function

    def show(self, what: str) -> None:
        self.page.get_by_text(what, exact=True).click()

    def line(self, text: str) -> Locator:
        return self.page.locator("details", has_text=text)

    def look_again(self) -> None:
        """What happens when somebody comes back to the page."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def dead(self, queue: str) -> Locator:
        return self.page.locator("tr", has_text=queue).locator("td").last


@pytest.fixture
def open_desk(page: Page, shop: Shop) -> Callable[[], Desk]:
    return lambda: Desk(page, shop)


@pytest.fixture
def gone(shop: Shop) -> Iterator[Receiver]:
    """A receiver that says it is gone, and takes the second call after all."""
    replies = [Reply(200), Reply(410)]
    secret = shop.stack.secret
    with Receiver(secret=lambda: secret, report=lambda _: None, answer=lambda _: replies.pop()) as receiver:
        yield receiver


def fail(shop: Shop, path: str, **notifications: str) -> str:
    """The id of an asset that has failed."""
    asset = shop.stack.submit(path, notifications)
    assert shop.stack.ended(asset)["state"] == "failed"
    return asset


def state_of_webhook(shop: Shop, asset: str) -> str | None:
    return shop.stack.deliveries(asset).get("onFailure", {}).get("state")


def test_a_failed_asset_is_shown_with_its_error_and_what_fails_later_waits_until_it_is_asked_for(
    open_desk: Callable[[], Desk], shop: Shop
) -> None:
    first = fail(shop, "missing-crisps.jpg")
    desk = open_desk()

    desk.line("missing-crisps.jpg").locator("summary").click()
    fail(shop, "missing-salsa.jpg")
    desk.look_again()

    expect(desk.line(first)).to_contain_text("asset: is not reachable")
    fresh = desk.page.get_by_role("button", name="Show 1 new")
    expect(fresh).to_be_visible()
    expect(desk.line("missing-salsa.jpg")).to_have_count(0)
    fresh.click()
    expect(desk.line("missing-salsa.jpg")).to_be_visible()
    expect(desk.line(first)).to_have_attribute("open", "")


def test_a_webhook_that_was_given_up_is_replayed_and_arrives(
    open_desk: Callable[[], Desk], shop: Shop, gone: Receiver
) -> None:
    asset = fail(shop, "missing-dip.jpg", onFailure=f"{gone.url}/dip")
    wait_until(lambda: state_of_webhook(shop, asset) == "failed", 20, "the webhook to fail")
    desk = open_desk()
    desk.show("Webhooks")
    line = desk.line(asset)
    expect(line).to_contain_text("given up")

    line.locator("summary").click()
    replay = line.get_by_role("button", name="Replay")
    replay.press("Enter")

    expect(line.get_by_role("status")).to_have_text("It is sent again within moments.")
    wait_until(lambda: state_of_webhook(shop, asset) == "delivered", 20, "the replay")
    desk.look_again()
    expect(line).to_contain_text("has arrived meanwhile")
    expect(replay).to_be_hidden()


def test_dead_letters_are_shown_and_go_back_to_their_queue(open_desk: Callable[[], Desk], shop: Shop) -> None:
    asset = fail(shop, "missing-nuts.jpg")
    shop.stack.send("NotificationDeadLetters", asset=asset, event="onFailure")
    desk = open_desk()
    expect(desk.dead("Notification")).to_have_text("1")

    desk.show("Dead letters")
    expect(desk.line(f"asset {asset}, event onFailure")).to_contain_text("received 1 time")
    desk.page.get_by_role("button", name="Redrive").click()

    expect(desk.page.get_by_text("1 message went back to the queue.")).to_be_visible()
    expect(desk.page.get_by_role("heading", name="Notification: 0 dead letters")).to_be_visible()
    expect(desk.dead("Notification")).to_have_text("0")
    assert shop.stack.messages("NotificationDeadLetters") == 0


def test_it_refreshes_itself_while_somebody_looks_and_no_longer(page: Page, shop: Shop) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if OVERVIEW.search(request.url) else None)
    page.clock.install()
    desk = Desk(page, shop)

    with page.expect_response(OVERVIEW):
        page.clock.run_for(5000)
    before = len(asked)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    page.clock.run_for(60_000)
    hidden = len(asked)
    page.evaluate("delete document.visibilityState")
    with page.expect_response(OVERVIEW):
        desk.look_again()

    assert (before, hidden, len(asked)) == (2, 2, 3)


def test_without_an_answer_it_says_so_and_keeps_what_it_has(open_desk: Callable[[], Desk], page: Page) -> None:
    desk = open_desk()

    page.route(OVERVIEW, lambda route: route.abort())
    desk.look_again()
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(6)

    page.unroute(OVERVIEW)
    desk.look_again()
    expect(page.get_by_text("The server cannot be reached.")).to_be_hidden()


def test_where_more_happened_than_is_counted_it_says_since_when_it_counts(page: Page, shop: Shop) -> None:
    def answer(route: Any) -> None:
        overview = route.fetch().json()
        overview["last_hour"]["assets_counted_since"] = overview["at"]
        route.fulfill(json=overview)

    page.route(OVERVIEW, answer)
    Desk(page, shop)

    expect(page.get_by_text("There was more than is counted")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it_and_nothing_is_cut_off_on_a_phone(browser: Browser, shop: Shop, scheme: Any) -> None:
    context = browser.new_context(viewport=SMALL_PHONE, color_scheme=scheme, reduced_motion="reduce")
    fail(shop, "missing-dates.jpg")
    shop.stack.send("ScoringDeadLetters", nonsense="yes")
    page = context.new_page()
    desk = Desk(page, shop)
    troubles: list[str] = []

    for what in ("Failed assets", "Dead letters"):
        desk.show(what)
        page.locator("summary").first.click()
        found = Axe().run(page).response["violations"]
        troubles += [f"{what}: {each['id']} {json.dumps(each['nodes'][0]['html'])}" for each in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"], what

    shop.ask("POST", "/dead-letters/scoring/redrive")
    context.close()
    assert troubles == []
