"""Whole sessions by keyboard alone."""

from playwright.sync_api import Page, expect

from tests.browser.reviewer import Reviewer, Shop
from tests.browser.sorter import GRID, Sorter


def test_a_session_of_a_hundred_by_keyboard_alone(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    assert kevin.remaining == 100
    expect(page.get_by_role("heading", name="Is the proposed product correct?")).to_be_visible()
    expect(page.get_by_role("button", name="Yes, it's correct")).to_be_visible()
    expect(page.get_by_role("button", name="No / I'm not sure")).to_be_visible()
    expect(page.get_by_text(f"QA signed in {kevin.name}")).to_be_visible()

    for left in range(100, 0, -1):
        assert kevin.remaining == left
        kevin.answer("n" if left % 7 == 0 else "y")

    expect(page.get_by_role("heading", name="Session done")).to_be_visible()
    told = page.locator(".card dd").all_inner_texts()
    assert told[:3] == ["100", "86", "14"]
    assert kevin.votes() == kevin.answered
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert kevin.see() not in dict(kevin.answered)


def test_a_session_in_grids_by_keyboard_alone(grid: None, page: Page, shop: Shop) -> None:
    kevin = Sorter(page, shop, shop.hire())
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
