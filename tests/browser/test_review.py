"""A QA at work: what is seen, what a key does, and what has arrived in the end."""

import re

from playwright.sync_api import Page, Route, expect

from infra.seed import PASSWORD
from tests.browser.reviewer import API_CALLS, VOTES, Reviewer


def test_the_next_snapshots_are_shown_while_no_answer_of_the_api_comes(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route(API_CALLS, lambda route: held.append(route))

    shown = [kevin.answer("y") for _ in range(5)]

    assert kevin.see() not in shown
    assert len(set(shown)) == 5
    assert kevin.remaining == 95
    assert len(held) == 1, "answers are sent one after the other"
    page.route(API_CALLS, lambda route: route.continue_())
    held[0].continue_()
    kevin.await_votes()
    assert kevin.votes() == kevin.answered


def test_the_next_five_snapshots_are_loaded_before_they_are_needed(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    pictures: list[str] = []
    page.on("request", lambda request: pictures.append(request.url) if request.resource_type == "image" else None)
    page.route(API_CALLS, lambda _: None)

    for _ in range(5):
        kevin.answer("y")
        kevin.see()
    # The one that is shown was loaded when the first one was.
    shown = page.locator(".frame img").first.get_attribute("src")

    assert shown not in pictures


def test_undo_shows_the_last_one_again_and_its_new_answer_counts(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    first, second = kevin.answer("y"), kevin.answer("n")
    kevin.await_votes()
    after = kevin.see()

    page.keyboard.press("z")
    assert kevin.see() == second
    page.keyboard.press("z")
    assert kevin.see() == first
    expect(page.locator("#remaining")).to_have_text("100")

    kevin.answered.clear()
    kevin.answer("n")
    kevin.answer("n")
    assert kevin.see() == after
    kevin.await_votes()
    assert kevin.votes() == [(first, "incorrect_or_unsure"), (second, "incorrect_or_unsure")]


def test_ten_answers_can_be_undone_and_no_more(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    shown = [kevin.answer("y") for _ in range(12)]

    for snapshot in reversed(shown[2:]):
        page.keyboard.press("z")
        assert kevin.see() == snapshot
    page.keyboard.press("z")

    assert kevin.see() == shown[2]
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_an_undo_after_the_decision_is_refused_in_words_and_the_answer_stands(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    decided = kevin.answer("y")
    expect(page.locator("#remaining")).to_have_text("99")
    kevin.await_votes()
    problem = {"status": 409, "detail": "the snapshot is decided"}
    page.route(VOTES, lambda route: route.fulfill(json={"receipts": {}, "problems": {decided: problem}}))

    page.keyboard.press("z")

    expect(page.get_by_text("Too late to undo: the jury has decided. Your first answer stands.")).to_be_visible()
    assert kevin.see() != decided
    assert kevin.remaining == 99
    assert kevin.votes() == [(decided, "correct")]


def test_a_picture_that_does_not_load_can_be_tried_again_and_only_be_unsure_about(kevin: Reviewer, page: Page) -> None:
    pictures = re.compile(r"/sha256/")
    page.route(pictures, lambda route: route.abort())
    kevin.open()
    kevin.sign_in()
    expect(page.get_by_text("This picture did not load.")).to_have_count(2)

    page.keyboard.press("y")
    assert kevin.remaining == 100
    expect(page.get_by_role("button", name="Try again").first).to_be_visible()
    page.unroute(pictures)
    page.locator("[data-do=again]").first.dispatch_event("click")  # also if it is hidden, the page having asked itself

    kevin.answer("y")
    assert kevin.remaining == 99


def test_full_size_magnifies_both_pictures_together(kevin: Reviewer, page: Page) -> None:
    kevin.begin()

    page.keyboard.press("f")
    page.keyboard.press("ArrowRight")

    styles = page.locator(".frame img").evaluate_all(
        "images => images.map(getComputedStyle).map(style => [style.transform, style.transformOrigin])"
    )
    assert styles[0] == styles[1]
    assert styles[0][0] == "matrix(2.5, 0, 0, 2.5, 0, 0)"
    expect(page.get_by_role("button", name="Full size")).to_have_attribute("aria-pressed", "true")
    kevin.answer("y")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Full size")).to_have_attribute("aria-pressed", "false")


def test_nothing_moves_from_one_snapshot_to_the_next(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.evaluate(
        "() => { self.shifts = 0; new PerformanceObserver(list => { for (const each of list.getEntries()) "
        "self.shifts += each.value }).observe({type: 'layout-shift', buffered: false}) }"
    )
    places = set()

    for key in "ynynynyn":
        kevin.answer(key)
        kevin.see()
        places.add(str([each.bounding_box() for each in page.locator(".frame, .answers button").all()]))

    assert len(places) == 1
    assert page.evaluate("self.shifts") == 0


def test_a_held_key_answers_once_and_a_key_for_the_browser_not_at_all(kevin: Reviewer, page: Page) -> None:
    kevin.begin()

    kevin.look()
    page.keyboard.press("Control+y")
    assert kevin.remaining == 100
    for _ in range(3):
        page.keyboard.down("y")
    page.keyboard.up("y")
    assert kevin.remaining == 99
    kevin.see()
    kevin.look()
    page.get_by_role("button", name="Yes, it's correct").focus()
    for _ in range(3):
        page.keyboard.down("Enter")

    assert kevin.remaining == 98


def test_help_opens_by_key_and_can_switch_single_keys_off(kevin: Reviewer, page: Page) -> None:
    kevin.begin()

    page.keyboard.press("h")
    page.get_by_label("Answer by single keys").uncheck()
    page.keyboard.press("y")
    page.get_by_role("button", name="Close").click()
    kevin.look()
    page.keyboard.press("y")
    assert kevin.remaining == 100

    page.get_by_role("button", name="Yes, it's correct").click()
    assert kevin.remaining == 99


def test_a_wrong_password_is_told_and_the_right_one_then_taken(kevin: Reviewer, page: Page) -> None:
    kevin.open()
    kevin.sign_in("wrong")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong")

    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    kevin.see()
    assert kevin.remaining == 100
