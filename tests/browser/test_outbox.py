"""Answers survive lost networks, reloads, closed tabs and sign-ins that have ended, and each arrives once."""

from playwright.sync_api import BrowserContext, Page, Route, expect

from infra.seed import PASSWORD
from tests.browser.reviewer import API_CALLS, VOTES, Reviewer

KEYS = "yynynyyynyynynyyynyn"


def test_twenty_answers_without_a_network_and_a_reload_in_between_arrive_once(
    kevin: Reviewer, page: Page, context: BrowserContext
) -> None:
    kevin.begin()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.wait_for_load_state("networkidle")

    context.set_offline(True)
    for key in KEYS[:12]:
        kevin.answer(key)
    page.reload()
    kevin.see()
    assert kevin.remaining == 88
    expect(page.get_by_text("12 answers not sent yet")).to_be_visible()
    for key in KEYS[12:]:
        kevin.answer(key)
    assert kevin.remaining == 80
    assert len(kevin.taken()) == 0
    context.set_offline(False)

    kevin.await_votes()
    assert kevin.votes() == kevin.answered
    assert kevin.taken() == [snapshot for snapshot, _ in kevin.answered], "each once, in order"
    assert len(kevin.sent) == 1, "all that waited went together"


def test_back_on_the_network_nobody_waits_long_because_much_failed_before(
    kevin: Reviewer, page: Page, context: BrowserContext
) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    for key in KEYS[:8]:
        kevin.answer(key)

    page.route(VOTES, lambda route: route.abort(), times=1)  # as a network may do that has just come back
    context.set_offline(False)

    kevin.await_votes()
    assert kevin.votes() == kevin.answered


def test_an_answer_whose_receipt_was_lost_is_sent_again_and_counts_once(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    arrived: list[list[str]] = []

    def lose_the_first_receipt(route: Route) -> None:
        arrived.append(list(route.request.post_data_json["votes"]))
        if len(arrived) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(VOTES, lose_the_first_receipt)

    for key in "yny":
        kevin.answer(key)

    kevin.await_votes()
    assert arrived[1][: len(arrived[0])] == arrived[0]
    assert sum(map(len, arrived)) == len(kevin.answered) + len(arrived[0])
    assert kevin.votes() == kevin.answered


def test_of_several_answers_that_are_sent_together_only_the_one_that_failed_is_sent_again(
    kevin: Reviewer, page: Page
) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route(VOTES, lambda route: held.append(route))
    first = kevin.answer("y")
    second, third = kevin.answer("n"), kevin.answer("y")

    failed: list[str] = []

    def fail_the_second_once(route: Route) -> None:
        if failed:
            return route.continue_()
        failed.append(second)
        answer = route.fetch().json()
        del answer["receipts"][second]
        route.fulfill(json=answer | {"problems": {second: {"status": 503, "detail": "repeat it"}}})

    page.route(VOTES, fail_the_second_once)
    held[0].continue_()

    kevin.await_votes()
    assert kevin.taken() == [first, second, third, second]
    assert kevin.votes() == kevin.answered


def test_answers_survive_a_closed_tab(kevin: Reviewer, page: Page, context: BrowserContext) -> None:
    kevin.begin()
    page.route(API_CALLS, lambda route: route.abort())
    for key in "nyn":
        kevin.answer(key)
    page.close()

    again = Reviewer(context.new_page(), kevin.shop, kevin.name)
    again.open()

    again.see()
    assert again.remaining == 97
    again.await_votes()
    assert kevin.votes() == kevin.answered


def test_a_token_that_ends_midway_asks_to_sign_in_again_and_loses_no_answer(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    page.wait_for_load_state("networkidle")
    page.route(API_CALLS, lambda route: route.abort())
    for key in "yyn":
        kevin.answer(key)
    page.unroute(API_CALLS)
    page.route(VOTES, lambda route: route.fulfill(status=401, json={"detail": "the token has expired"}))
    kevin.answer("y")

    expect(page.get_by_text("Your sign-in has ended.")).to_contain_text("4 answers kept")
    assert page.get_by_label("Name").input_value() == kevin.name
    expect(page.get_by_label("Password")).to_be_focused()
    page.unroute(VOTES)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    kevin.see()
    assert kevin.remaining == 96
    kevin.await_votes()
    assert kevin.votes() == kevin.answered


def test_a_session_goes_on_after_a_reload_where_it_was(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    for key in "yny":
        kevin.answer(key)
    before = kevin.see()
    kevin.await_votes()

    page.reload()

    assert kevin.see() == before
    assert kevin.remaining == 97
    page.keyboard.press("z")
    assert kevin.see() == kevin.answered[-1][0]


def test_a_second_tab_waits_until_it_is_told_to_go_on(kevin: Reviewer, page: Page, context: BrowserContext) -> None:
    kevin.begin()
    kevin.answer("y")
    kevin.await_votes()
    second = Reviewer(context.new_page(), kevin.shop, kevin.name)

    second.open()
    expect(second.page.get_by_role("heading", name="You review elsewhere")).to_be_visible()
    expect(second.page.get_by_role("link", name="Catalog")).to_be_hidden()
    second.page.get_by_role("link", name="Leaderboard").click()
    second.page.reload()
    expect(second.page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    second.page.get_by_role("link", name="Review").click()
    second.page.get_by_role("button", name="Go on here").click()

    second.see()
    assert second.remaining == 99
    expect(page.get_by_role("heading", name="You review elsewhere")).to_be_visible()
