"""What the page is to everybody: legible, complete for keyboard and screen reader, and of one origin."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from infra.page import upload_page
from infra.places import PAGE_BUCKET
from infra.seed import ADMIN, PASSWORD
from tests.browser.reviewer import Reviewer, Shop

LEADERBOARD = re.compile(r"/leaderboard\?window=(\w+)$")
SMALL_PHONE = {"width": 360, "height": 740}


def row(qa: str, rank: int | None, **others: Any) -> dict[str, Any]:
    return {
        "rank": rank,
        "qa": qa,
        "votes": 300,
        "agreement": 0.95,
        "accuracy_on_correct": 0.97,
        "accuracy_on_incorrect": 0.91,
        "score": 0.94,
        "interval": [0.9, 0.97],
        "median_seconds": 2.4,
        "you": False,
    } | others


def board(own: dict[str, Any] | None) -> dict[str, Any]:
    """A leaderboard of five, whose QA is the fifth."""
    top = [row("maria", 1), row("zoe", 2), row("ahmed", 3)]
    neighbours = [row("li", 4), own] if own else []
    about = "The score is the mean of a QA's accuracy on correct and on incorrect snapshots."
    figures = {"decided": 500, "complete": True, "scored_at": "2026-11-22T04:18:32+00:00"}
    rows = {"top": top, "own": own, "neighbours": neighbours, "suspected": []}
    return {"window": "week", "about": about} | rows | figures


def serve_board(page: Page, answered: dict[str, Any], status: int = 200) -> list[str]:
    """Answer for the leaderboard; the windows that were asked for."""
    windows: list[str] = []

    def answer(route: Any, request: Any) -> None:
        found = LEADERBOARD.search(request.url)
        windows.append(found[1] if found else "")
        route.fulfill(status=status, json=answered)

    page.route(LEADERBOARD, answer)
    return windows


def test_the_leaderboard_shows_the_best_and_ones_own_place_in_the_window_that_is_chosen(
    kevin: Reviewer, page: Page
) -> None:
    windows = serve_board(page, board(row(kevin.name, 5, you=True)))
    kevin.begin()

    page.get_by_role("link", name="Leaderboard").click()
    page.get_by_text("30 days").click()

    expect(page.get_by_text("You are number 5.")).to_be_visible()
    names = [each.strip() for each in page.locator("tbody td.who").all_inner_texts()]
    assert [each.lower() for each in names] == ["maria", "zoe", "ahmed", "li", f"{kevin.name} (you)"]
    expect(page.get_by_text("The score is the mean of")).to_be_visible()
    expect(page.get_by_text("It rests on 500 decided snapshots")).to_be_visible()
    assert windows == ["week", "month"]


def test_the_systems_own_leaderboard_says_what_its_score_means(kevin: Reviewer, page: Page) -> None:
    kevin.begin()
    expect(page).to_have_title("Review - Snapjury")

    page.get_by_role("link", name="Leaderboard").click()

    expect(page.get_by_text("The score is balanced accuracy")).to_be_visible()
    expect(page).to_have_title("Leaderboard - Snapjury")


def test_a_server_without_a_leaderboard_says_so(kevin: Reviewer, page: Page) -> None:
    serve_board(page, {"detail": "Not Found"}, status=404)
    kevin.begin()

    page.get_by_role("link", name="Leaderboard").click()
    expect(page.get_by_role("heading", name="No leaderboard")).to_be_visible()

    page.get_by_role("link", name="Review").click()
    kevin.see()
    assert kevin.remaining == 100


def test_an_admin_sees_how_the_system_runs_and_is_not_asked_to_review(page: Page, shop: Shop) -> None:
    anna = Reviewer(page, shop, ADMIN)

    anna.open()
    anna.sign_in()

    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    expect(page.get_by_role("link", name="Review")).to_be_hidden()


def test_after_signing_out_somebody_else_gets_their_own_session(kevin: Reviewer, page: Page, shop: Shop) -> None:
    kevin.begin()
    kevin.answer("y")
    kevin.await_votes()

    page.get_by_role("button", name="Sign out").click()
    maria = Reviewer(page, shop, shop.hire())
    maria.sign_in()

    maria.see()
    assert maria.remaining == 100
    assert page.evaluate("JSON.parse(localStorage['snapjury:signed-in']).qa") == maria.name
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('snapjury:hand:'))") == [
        f"snapjury:hand:{maria.name}"
    ]


def test_what_was_kept_of_the_page_is_replaced_as_a_whole_or_not_at_all(
    kevin: Reviewer, page: Page, shop: Shop
) -> None:
    s3, icon = shop.stack.s3, "fetch('icon.svg').then(answer => answer.text())"
    kevin.begin()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    try:
        s3.put_object(Bucket=PAGE_BUCKET, Key="icon.svg", Body=b"<svg>new</svg>", ContentType="image/svg+xml")
        page.reload()
        assert page.evaluate(icon) == "<svg>new</svg>"

        s3.put_object(Bucket=PAGE_BUCKET, Key="icon.svg", Body=b"<svg>newer</svg>", ContentType="image/svg+xml")
        s3.delete_object(Bucket=PAGE_BUCKET, Key="zoom.js")
        page.reload()

        kevin.see()
        assert page.evaluate(icon) == "<svg>new</svg>"
    finally:
        upload_page(shop.stack.endpoint)


def test_nobody_but_the_own_origin_is_asked_and_the_security_policy_is_kept(kevin: Reviewer, page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    kevin.begin()
    kevin.answer("y")
    page.keyboard.press("f")
    page.keyboard.press("h")
    kevin.await_votes()

    origin = shop_origin(kevin.shop)
    token = page.evaluate("JSON.parse(localStorage['snapjury:signed-in']).token")
    assert all(url.startswith(origin) for url in asked)
    assert not any(token in url for url in asked)
    assert complaints == []


def shop_origin(shop: Shop) -> str:
    return shop.stack.parameters["PublicEndpoint"] + "/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [SMALL_PHONE, {"width": 1280, "height": 800}])
def test_every_view_is_accessible_and_fits(browser: Browser, shop: Shop, scheme: Any, size: Any) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    serve_board(page, board(row("kevin", 5, you=True)))
    kevin = Reviewer(page, shop, shop.hire())

    kevin.open()
    expect(page.get_by_label("Name")).to_be_focused()
    inspect(page, "sign-in")
    kevin.sign_in()
    kevin.see()
    inspect(page, "review")
    page.keyboard.press("f")
    inspect(page, "full size")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Reviewing")).to_be_in_viewport()
    inspect(page, "help")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.get_by_role("link", name="Leaderboard").click()
    expect(page.get_by_text("You are number 5.")).to_be_visible()
    inspect(page, "leaderboard")
    context.close()


def inspect(page: Page, view: str) -> None:
    """Nothing that axe finds serious, and no need to scroll sideways."""
    page.wait_for_function("document.getAnimations().every(each => each.playState !== 'running')")
    found = Axe().run(page).response["violations"]
    serious = {each["id"]: [node["html"] for node in each["nodes"]] for each in found}
    assert serious == {}, view
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{view} is too wide"


def test_at_the_end_of_a_session_the_rank_is_told_where_there_is_one(kevin: Reviewer, page: Page, shop: Shop) -> None:
    serve_board(page, board(row(kevin.name, 5, you=True)))
    page.route(re.compile(r"/sessions(/\w+/draw)?$"), lambda route: route.fulfill(json=last_ten(route)))
    kevin.begin()

    for _ in range(10):
        kevin.answer("y")

    expect(page.get_by_role("heading", name="Session done")).to_be_visible()
    expect(page.get_by_text("You are number 5 of the last 7 days.")).to_be_visible()
    inspect(page, "done")
    assert page.locator(".card dd").first.inner_text() == "10"


def last_ten(route: Route) -> dict[str, Any]:
    """The page of a session that ends with what it began with."""
    page: dict[str, Any] = route.fetch().json()
    items = page["items"][: max(0, page["remaining"] - 90)]
    return page | {"items": items, "remaining": len(items)}


def test_a_name_without_a_password_is_not_sent(page: Page, shop: Shop) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(shop.url)

    page.get_by_label("Name").fill("kevin")
    page.keyboard.press("Enter")

    assert sent == []
    assert page.get_by_label("Password").evaluate("field => field.validity.valueMissing")
    page.get_by_label("Password").fill(PASSWORD)
    assert page.get_by_label("Password").evaluate("field => field.validity.valid")


def backdrop(page: Page, name: str) -> str:
    """What is behind a picture of which only the address is known."""
    colour: str = page.evaluate(
        """(name) => {
          const frame = document.body.appendChild(document.createElement("div"));
          frame.className = "frame";
          const picture = frame.appendChild(new Image());
          picture.src = `/snapjury/${name}?X-Amz-Signature=0`;
          return getComputedStyle(picture).backgroundColor;
        }""",
        name,
    )
    return colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_behind_what_may_be_transparent_is_neither_light_nor_dark(page: Page, shop: Shop, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(shop.url)

    assert backdrop(page, "a.png") == backdrop(page, "a.webp") == "rgb(153, 153, 153)"
    assert backdrop(page, "a.jpg") == "rgba(0, 0, 0, 0)"
