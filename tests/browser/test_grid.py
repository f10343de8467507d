"""Nine snapshots of one product at a time: the same votes, fewer keys."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.reviewer import API_CALLS, VERDICTS, Shop
from tests.browser.sorter import GRID, Sorter
from tests.browser.test_page import SMALL_PHONE, inspect

LAPTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
def kevin(page: Page, shop: Shop, grid: None) -> Sorter:
    shop.open_for_business()
    return Sorter(page, shop, shop.hire())


def test_a_grid_is_of_one_product_beside_its_reference(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    shown = kevin.see_all()

    products = {kevin.shop.ask("GET", f"/snapshots/{each}").json()["product"] for each in shown}

    assert 2 <= len(shown) <= GRID
    assert products == {page.locator("[data-part=gtin]").inner_text()}
    expect(page.get_by_role("img", name=re.compile("^Reference image of"))).to_have_count(1)


def test_undo_brings_the_whole_grid_back_with_its_marks(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    first = kevin.confirm(1, 2)
    kevin.await_votes()

    page.keyboard.press("z")
    again = kevin.see_all()
    marked = page.locator('.tile[aria-pressed="true"]').all_inner_texts()
    assert kevin.remaining == 100
    page.keyboard.press("2")
    kevin.look()
    page.keyboard.press("Enter")

    assert again == first
    assert [each.strip() for each in marked] == ["1", "2"]
    kevin.await_votes()
    assert sorted(kevin.shop.votes(kevin.name, first)) == sorted(
        (each, VERDICTS["n" if place == 0 else "y"]) for place, each in enumerate(first)
    )


def test_nothing_is_answered_before_all_pictures_of_the_grid_are_there(kevin: Sorter, page: Page) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/sha256/"), lambda route: held.append(route) if len(held) < 1 else route.continue_())
    kevin.open()
    kevin.sign_in()
    count = kevin.see_all_but_one()

    page.keyboard.press("Enter")
    confirm = page.get_by_role("button", name=f"All {count} are correct")
    expect(confirm).to_have_attribute("aria-disabled", "true")
    assert kevin.remaining == 100

    held[0].continue_()
    kevin.confirm()
    expect(page.locator("#remaining")).to_have_text(str(100 - count))


def test_a_picture_that_does_not_load_has_to_be_marked_or_tried_again(kevin: Sorter, page: Page) -> None:
    failed: list[str] = []

    def fail_one(route: Route) -> None:
        if not failed or failed[0] == route.request.url:
            failed[:] = [route.request.url]
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/sha256/"), fail_one)
    kevin.open()
    kevin.sign_in()
    count = kevin.see_all_but_one()

    page.keyboard.press("Enter")
    assert kevin.remaining == 100
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    kevin.await_hand()  # with which the picture comes once more, and fails
    number = page.locator(".tile", has_text="Did not load").locator(".number").inner_text()
    page.keyboard.press(number)
    kevin.look()
    page.keyboard.press("Enter")

    expect(page.locator("#remaining")).to_have_text(str(100 - count))


def test_full_size_shows_the_one_that_is_looked_at_beside_the_product(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    shown = kevin.see_all()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):  # the first one, the one beside it, the one below that
        page.keyboard.press(key)

    page.keyboard.press("f")
    expect(page.get_by_text("Snapshot 5", exact=True)).to_be_visible()
    assert page.locator(".stage").get_attribute("data-snapshot") == shown[4]
    page.keyboard.press(" ")
    expect(page.get_by_text("Snapshot 5, marked")).to_be_visible()
    page.keyboard.press("f")

    assert kevin.see_all() == shown
    expect(page.locator('.tile[aria-pressed="true"]')).to_have_count(1)
    page.locator(".tile").nth(4).click()
    expect(page.locator('.tile[aria-pressed="true"]')).to_have_count(0)


def test_a_double_click_answers_one_grid(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    shown = kevin.see_all()
    kevin.look()

    page.get_by_role("button", name="are correct").dblclick(delay=20)

    assert kevin.remaining == 100 - len(shown)
    kevin.look()
    assert kevin.remaining == 100 - len(shown)


def test_by_touch_each_of_a_grid_can_be_seen_in_full_size(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    shown = kevin.see_all()
    stage = page.locator(".stage")

    page.locator("[data-part=sample]").click()
    seen = []
    for number in range(1, len(shown) + 1):
        expect(page.get_by_text(f"Snapshot {number}", exact=True)).to_be_visible()
        seen.append(stage.get_attribute("data-snapshot"))
        stage.click()

    assert seen == shown
    expect(stage).to_be_hidden()
    assert kevin.see_all() == shown
    expect(page.locator('.tile[aria-pressed="true"]')).to_have_count(0)


def test_the_tap_that_closes_full_size_marks_nothing(kevin: Sorter, browser: Browser, shop: Shop) -> None:
    context = browser.new_context(viewport=SMALL_PHONE, has_touch=True)
    phone = Sorter(context.new_page(), shop, kevin.name)
    phone.begin()
    shown = phone.see_all()
    phone.page.locator(".tile").nth(len(shown) - 1).tap()  # marked, and looked at last

    phone.page.locator("[data-part=sample]").tap()
    x, y = middle_of(phone.page, ".tile", ".stage")
    for number in range(1, len(shown) + 1):
        expect(phone.page.locator("[data-part=caption]")).to_contain_text(f"Snapshot {number}")
        phone.page.touchscreen.tap(x, y)

    expect(phone.page.locator(".stage")).to_be_hidden()
    phone.look()
    expect(phone.page.locator('.tile[aria-pressed="true"]')).to_have_count(1)
    context.close()


def middle_of(page: Page, hidden: str, visible: str) -> tuple[float, float]:
    """A place on the screen that is inside of what is visible, and where a tile of the hidden grid was."""
    assert page.locator(hidden).first.is_hidden()
    box = page.locator(visible).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75


def test_answers_of_a_grid_without_a_network_arrive_once_after_a_reload(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    page.route(API_CALLS, lambda route: route.abort())
    first = kevin.confirm(1)
    kevin.see_all()
    page.reload()
    second = kevin.confirm(1)
    page.unroute(API_CALLS)
    page.reload()

    kevin.await_votes()
    assert kevin.votes() == kevin.answered
    assert not set(first) & set(second)


def test_a_grid_is_accessible_and_fits(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    page.keyboard.press("2")

    for size in (SMALL_PHONE, LAPTOP):
        page.set_viewport_size(size)
        kevin.see_all()
        inspect(page, "grid")
        page.keyboard.press("f")
        inspect(page, "one of a grid in full size")
        page.keyboard.press("f")
