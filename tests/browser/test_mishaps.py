"""What hands, names and networks do that nobody means."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Page, Route, expect

from infra.seed import ADMIN, PASSWORD
from tests.browser.reviewer import API_CALLS, Reviewer, Shop
from tests.browser.test_page import SMALL_PHONE

LAPTOP = {"width": 1366, "height": 768}
DRAG = """([across, fingers]) => {
  const stage = document.querySelector(".stage");
  const at = (kind, x, pointerId) => stage.dispatchEvent(new PointerEvent(kind, {
    clientX: x, clientY: 300, pointerType: "touch", pointerId, isPrimary: pointerId === 1, bubbles: true }));
  for (const finger of fingers) at("pointerdown", 200 * finger, finger);
  for (const finger of fingers) at("pointermove", 200 * finger + across, finger);
  for (const finger of fingers) at("pointerup", 200 * finger + across, finger);
}"""
LONG = "ACME_CHOCOLATE_CHIP_COOKIES_" * 7
"""As long as a name may be, without a place to break it."""


def test_a_double_click_answers_once(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    kevin.look()

    page.get_by_role("button", name="Yes, it's correct").dblclick(delay=20)

    expect(page.locator("#remaining")).to_have_text("99")
    kevin.look()
    assert kevin.remaining == 99


def test_a_finger_that_swipes_right_says_yes_and_left_no(kevin: Reviewer, page: Page, shop: Shop) -> None:
    kevin.begin()
    first = kevin.see()
    kevin.look()
    page.evaluate(DRAG, [40, [1]])
    assert kevin.see() == first

    page.evaluate(DRAG, [120, [1]])
    second = kevin.see()
    kevin.look()
    page.evaluate(DRAG, [-120, [1]])

    assert kevin.remaining == 98
    kevin.await_votes()
    assert shop.votes(kevin.name, [first, second]) == [(first, "correct"), (second, "incorrect_or_unsure")]


def test_two_fingers_say_nothing(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    first = kevin.see()
    kevin.look()

    for across in (-120, 0, 120):
        page.evaluate(DRAG, [across, [1, 2]])

    assert kevin.see() == first
    expect(page.get_by_role("button", name="Full size")).to_have_attribute("aria-pressed", "false")


def test_a_finger_that_moves_a_magnified_page_says_nothing(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    first = kevin.see()
    kevin.look()

    page.context.new_cdp_session(page).send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    for across in (-120, 120):
        page.evaluate(DRAG, [across, [1]])

    assert page.evaluate("visualViewport.scale") == 2
    assert kevin.see() == first
    assert kevin.remaining == 100
    touch = page.locator(".stage").evaluate("stage => getComputedStyle(stage).touchAction")
    assert set(touch.split()) == {"pan-y", "pinch-zoom"}  # two fingers are the browser's


def test_another_button_of_the_mouse_changes_nothing(kevin: Reviewer, page: Page) -> None:
    kevin.begin()

    page.locator(".stage").click(button="right")

    expect(page.get_by_role("button", name="Full size")).to_have_attribute("aria-pressed", "false")


def test_keys_of_other_scripts_go_by_their_place(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    press = "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }))"

    for key, code, left in [
        ("\u043d", "KeyY", 99),
        ("\u0442", "KeyN", 98),
        ("\u00f6", "Semicolon", 98),
        ("\u00e7", "Slash", 98),
    ]:
        kevin.see()
        kevin.look()
        page.evaluate(press, [key, code])
        assert kevin.remaining == left
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_focus_stays_when_there_is_nothing_left_to_undo(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    kevin.answer("y")
    undo = page.get_by_role("button", name="Undo")

    undo.focus()
    page.keyboard.press("Enter")

    expect(undo).to_be_disabled()
    expect(undo).to_be_focused()


def test_who_signs_in_by_the_button_is_in_the_page_and_not_at_its_top(kevin: Reviewer, page: Page) -> None:
    kevin.open()
    page.get_by_label("Name").fill(kevin.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    kevin.see()
    expect(page.get_by_role("main")).to_be_focused()


def test_what_is_not_sent_is_told_without_moving_a_picture(browser: Browser, shop: Shop) -> None:
    shop.open_for_business()
    page = browser.new_context(viewport=SMALL_PHONE, has_touch=True).new_page()
    kevin = Reviewer(page, shop, shop.hire())
    kevin.begin()
    page.wait_for_load_state("networkidle")
    before = page.locator(".frame").first.bounding_box()
    page.route(API_CALLS, lambda route: route.abort())

    for key in "yyn":
        kevin.answer(key)
    expect(page.get_by_text("3 answers not sent yet")).to_be_visible()
    kevin.see()
    assert page.locator(".frame").first.bounding_box() == before
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text(re.compile("^[23] answers not sent yet"))).to_be_visible()
    page.context.close()


def test_pictures_that_do_not_load_are_not_asked_for_again_and_again(kevin: Reviewer, page: Page) -> None:
    asked: list[str] = []
    page.route(re.compile("/sha256/"), lambda route: (asked.append(route.request.url), route.abort()))
    kevin.open()
    kevin.sign_in()
    expect(page.get_by_text("This picture did not load.")).to_have_count(2)
    kevin.look()
    page.wait_for_load_state("networkidle")
    first = len(asked)

    for _ in range(10):
        page.evaluate("dispatchEvent(new Event('storage'))")
        page.keyboard.press("n")
        kevin.look()

    assert len(asked) <= 2 * first


def test_pictures_whose_links_have_ended_are_shown_by_new_ones_after_a_reload(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    pictures = re.compile(r"/sha256/")
    draws: list[Route] = []
    page.route(re.compile(r"/draw$"), lambda route: draws.append(route))
    page.route(pictures, lambda route: route.fulfill(status=403))
    page.reload()
    expect(page.get_by_text("This picture did not load.")).to_have_count(2)
    while not draws:
        page.wait_for_timeout(50)

    page.unroute(pictures)
    draws[0].continue_()

    kevin.see()
    page.unroute_all(behavior="ignoreErrors")


def test_pictures_that_are_on_their_way_are_not_asked_for_again_unless_they_fail(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route(re.compile(r"/sha256/"), lambda route: held.append(route))
    with page.expect_response(re.compile(r"/draw$")):
        page.reload()
    page.wait_for_timeout(500)  # in which the page would ask by the new links
    asked = [route.request.url.partition("?")[0] for route in held]
    assert len(asked) == len(set(asked)) > 0

    page.route(re.compile(r"/sha256/"), lambda route: route.continue_())
    for route in held:
        route.fulfill(status=403)

    kevin.see()
    expect(page.get_by_text("This picture did not load.")).to_have_count(0)


@pytest.mark.parametrize(
    ("size", "name"), [(LAPTOP, LONG[:200]), (SMALL_PHONE, LONG[:190].replace("_", " "))], ids=["laptop", "phone"]
)
def test_a_long_name_hides_nothing(browser: Browser, shop: Shop, size: Any, name: str) -> None:
    shop.open_for_business()
    page = browser.new_context(viewport=size).new_page()
    kevin = Reviewer(page, shop, shop.hire())
    page.route(re.compile(r"/sessions(/\w+/draw)?$"), lambda route: route.fulfill(json=renamed(route, name)))
    kevin.begin()

    expect(page.get_by_text(name).first).to_be_visible()
    places = (".frame", "figcaption", ".product strong", "[data-do=incorrect_or_unsure]")
    frame, caption, product, no = (box_of(page, each) for each in places)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert frame["height"] > 100
    assert caption["y"] + caption["height"] <= product["y"]
    assert no["x"] + no["width"] <= size["width"]
    assert no["y"] + no["height"] <= size["height"]
    page.unroute_all(behavior="ignoreErrors")
    page.context.close()


@pytest.mark.parametrize("size", [{"width": 640, "height": 360}, {"width": 683, "height": 384}], ids=["phone", "200 %"])
def test_a_low_window_shows_pictures_question_and_answers_at_once(browser: Browser, shop: Shop, size: Any) -> None:
    shop.open_for_business()
    page = browser.new_context(viewport=size).new_page()
    kevin = Reviewer(page, shop, shop.hire())
    kevin.begin()

    frame, question, no = (box_of(page, each) for each in (".frame", "#question", "[data-do=incorrect_or_unsure]"))
    assert frame["height"] > 90
    assert question["x"] + question["width"] <= no["x"]
    assert no["x"] + no["width"] <= size["width"]
    assert no["y"] + no["height"] <= size["height"]
    page.context.close()


def box_of(page: Page, place: str) -> FloatRect:
    """Where the first of these is on the screen."""
    box = page.locator(place).first.bounding_box()
    assert box is not None, place
    return box


def renamed(route: Route, name: str) -> dict[str, Any]:
    """The page of a session in which every product is called so."""
    answer: dict[str, Any] = route.fetch().json()
    return answer | {"items": [each | {"product": each["product"] | {"name": name}} for each in answer["items"]]}


def test_a_failed_import_with_a_long_reason_fits(page: Page, shop: Shop) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    reason = "the manifest cannot be imported: its header lacks the column 'product'; it is " + "x" * 100
    job = {
        **{"id": "a" * 20, "state": "failed", "error": reason, "rows": 0, "rejected": 0, "accepted": 0, "known": 0},
        **{"created_at": "2026-11-20T10:00:00.000+00:00", "bytes_read": 0, "bytes_total": 9, "by": "anna"},
        "manifest": {"location": "local", "path": "./a/folder/of/ours/manifest.csv"},
    }
    page.route(re.compile(r"/imports"), lambda route: route.fulfill(json={"imports": [job], "next": None}))
    anna = Reviewer(page, shop, ADMIN)
    anna.open()
    anna.sign_in()
    page.get_by_role("link", name="Catalog").click()
    page.get_by_role("link", name="Imports").click()

    expect(page.get_by_text("it is xxx")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
