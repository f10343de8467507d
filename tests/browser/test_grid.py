"""Nine snapshots of one product at a time: the same votes, fewer keys."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from infra.aws import resource_names
from infra.seed import PASSWORD
from tests.browser.reviewer import API_CALLS, VERDICTS, Reviewer, Shop
from tests.browser.test_page import SMALL_PHONE, inspect
from tests.e2e.floor import Person
from tests.e2e.stack import wait_until

GRID = 9
LAPTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(scope="module", autouse=True)
def grid(shop: Shop) -> Iterator[None]:
    """The running stack with this one setting changed, as a deployment would: starting another one takes too long."""
    functions, name = shop.stack.functions, resource_names(shop.stack.endpoint)["ReviewsFunction"]
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": before | {"GRID_SIZE": str(GRID)}}
    )
    qa = Person(shop.stack, shop.hire(), PASSWORD)
    wait_until(lambda: qa.begin_session()["grid"] == GRID, 30, "the grid")
    yield
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})


class Sorter(Reviewer):
    """Somebody who marks the odd ones of several snapshots."""

    def see_all(self) -> list[str]:
        """The ids of the snapshots that are shown together, once their pictures are."""
        tiles = self.page.locator(".tile")
        expect(self.page.locator(".tile img")).to_have_count(tiles.count())
        shown = self.page.locator(".tiles").get_attribute("data-snapshots")
        assert shown is not None
        return shown.split()

    def see_all_but_one(self) -> int:
        """How many snapshots are shown, once the pictures of all but one are."""
        expect(self.page.locator(".tile").first).to_be_visible()
        count = self.page.locator(".tile").count()
        expect(self.page.locator(".tile img")).to_have_count(count - 1)
        return count

    def confirm(self, *marked: int) -> list[str]:
        """Mark these by their numbers, answer all, and see what was answered."""
        shown = self.see_all()
        for number in marked:
            self.page.keyboard.press(str(number))
        self.page.keyboard.press("Enter")
        odd = {shown[number - 1] for number in marked}
        self.answered += [(each, VERDICTS["n" if each in odd else "y"]) for each in shown]
        return shown

    def await_hand(self) -> None:
        """Wait, as nobody who looks has to, until there are so many in hand that grids are full."""
        self.page.wait_for_function(
            "name => { const { hand, remaining } = JSON.parse(localStorage[`snapjury:work:${name}`]);"
            " return hand.length >= Math.min(20, remaining) }",
            arg=self.name,
        )

    def begin(self) -> None:
        self.open()
        self.sign_in()
        expect(self.page.locator(".tile img").first).to_be_visible()

    def is_together(self) -> bool:
        return self.page.locator(".tile").count() > 0 and self.page.locator(".tiles").is_visible()


@pytest.fixture
def kevin(page: Page, shop: Shop) -> Sorter:
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
    kevin.see_all()

    page.keyboard.press("z")
    again = kevin.see_all()
    marked = page.locator('.tile[aria-pressed="true"]').all_inner_texts()
    assert kevin.remaining == 100
    page.keyboard.press("2")
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
    number = page.locator(".tile", has_text="Did not load").locator(".number").inner_text()
    page.keyboard.press(number)
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


def test_answers_of_a_grid_without_a_network_arrive_once_after_a_reload(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    page.route(API_CALLS, lambda route: route.abort())
    kevin.confirm(1)
    kevin.see_all()
    page.reload()
    kevin.confirm(1)
    page.unroute(API_CALLS)
    page.reload()

    kevin.await_votes()
    assert kevin.votes() == kevin.answered
    assert len(kevin.answered) > GRID


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


def test_a_session_in_grids_by_keyboard_alone(kevin: Sorter, page: Page) -> None:
    kevin.begin()
    assert kevin.remaining == 100
    sizes: list[int] = []

    while sum(sizes) < 100:
        kevin.await_hand()
        assert kevin.remaining == 100 - sum(sizes)
        if kevin.is_together():
            sizes.append(len(kevin.confirm(*[2] * (len(sizes) % 2))))
        else:
            kevin.answer("y")
            sizes.append(1)

    expect(page.get_by_role("heading", name="Session done")).to_be_visible()
    assert sum(sizes) == 100
    assert max(sizes) == GRID
    assert len(sizes) <= 50, "seats that others have break groups up, but not all"
    assert len({snapshot for snapshot, _ in kevin.answered}) == 100
    assert kevin.votes() == kevin.answered, "each once, in the order shown"
    assert kevin.taken() == [snapshot for snapshot, _ in kevin.answered]
