"""The catalog: what admins see of products, snapshots and their decisions, imports and exports."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.seed import ADMIN, PASSWORD
from tests.browser.reviewer import Shop
from tests.browser.test_page import SMALL_PHONE, inspect
from tests.e2e.stack import wait_until
from tests.images import jpeg

IMPORTS = re.compile(r"/imports\?")
PRODUCTS = re.compile(r"/products\?")


def voted(shop: Shop, verdict: str) -> tuple[str, dict[str, Any]]:
    """A new QA, and the snapshot that they have voted on."""
    qa = shop.hire()
    token = shop.stack.request("POST", "/auth/token", json={"name": qa, "password": PASSWORD}).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    session = shop.stack.request("POST", "/sessions", headers=headers).json()
    item = session["items"][0]
    path = f"/sessions/{session['id']}/votes/{item['snapshot']}"
    assert shop.stack.request("PUT", path, headers=headers, json={"verdict": verdict}).status_code == 200
    return qa, shop.ask("GET", f"/snapshots/{item['snapshot']}").json()


def in_words(status: str) -> str:
    return status.replace("_", " ").capitalize()


@pytest.fixture(scope="module")
def anna(shop: Shop) -> str:
    """What a browser keeps of an admin who has signed in."""
    answer = shop.stack.request("POST", "/auth/token", json={"name": ADMIN, "password": PASSWORD})
    return json.dumps(answer.json() | {"qa": ADMIN})


def open_catalog(page: Page, shop: Shop, anna: str, place: str = "products") -> None:
    """Come to a place in the catalog as the admin."""
    page.add_init_script(f"localStorage['snapjury:signed-in'] ??= {json.dumps(anna)}")
    page.goto(f"{shop.url}#catalog/{place}")
    expect(page.get_by_role("heading", name="Catalog")).to_be_visible()


def find(page: Page, wanted: str) -> None:
    page.get_by_label("GTIN or snapshot id").fill(wanted)
    page.keyboard.press("Enter")


def test_from_a_gtin_to_the_votes_on_a_snapshot_and_back(page: Page, shop: Shop, anna: str) -> None:
    qa, record = voted(shop, "incorrect_or_unsure")
    snapshot, gtin, status = record["id"], record["product"], in_words(record["status"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_catalog(page, shop, anna)
    expect(page.locator(".gallery li")).to_have_count(12)

    find(page, f"{gtin[1:7]} {gtin[7:]}")
    expect(page.get_by_text(f"GTIN {gtin}")).to_be_visible()
    expect(page.get_by_alt_text("Reference image")).to_be_visible()
    page.get_by_label("Status").get_by_role("link", name=status, exact=True).click()
    page.locator(f"a[href$='{snapshot}']").click()

    vote = page.get_by_role("row").filter(has_text=re.compile(qa, re.IGNORECASE))
    expect(vote).to_contain_text("Incorrect or unsure")
    expect(page.get_by_alt_text("Snapshot")).to_be_visible()
    expect(page.get_by_role("definition").nth(1)).to_have_text(status)
    page.go_back()
    expect(page.locator(f"a[href$='{snapshot}']")).to_be_focused()
    token = page.evaluate("JSON.parse(localStorage['snapjury:signed-in']).token")
    assert not any(token in url for url in [*asked, page.url])


def test_a_list_goes_on_on_pages_that_the_back_button_leads_back_from(page: Page, shop: Shop, anna: str) -> None:
    open_catalog(page, shop, anna, "snapshots")
    first = page.locator(".gallery a").first.get_attribute("href")

    page.get_by_role("link", name="Next page").click()

    expect(page.get_by_role("link", name="First page")).to_be_visible()
    expect(page.locator(f"a[href='{first}']")).to_have_count(0)
    page.go_back()
    expect(page.locator(f"a[href='{first}']")).to_be_visible()


def test_a_known_answer_is_the_decision_until_it_is_taken_back(page: Page, shop: Shop, anna: str) -> None:
    _, before = voted(shop, "correct")
    snapshot = before["id"]
    open_catalog(page, shop, anna)
    find(page, snapshot)

    page.get_by_role("button", name="Incorrect").click()
    expect(page.get_by_role("button", name="Incorrect")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("by known-answer/1, known answer")).to_be_visible()
    assert shop.ask("GET", f"/snapshots/{snapshot}").json()["known_answer"] == "incorrect_or_unsure"
    page.get_by_role("button", name="Not known").click()

    expect(page.get_by_role("definition").nth(1)).to_have_text(in_words(before["status"]))
    assert shop.ask("GET", f"/snapshots/{snapshot}").json()["known_answer"] is None


def test_a_picture_that_was_refused_is_shown_with_its_errors(page: Page, shop: Shop, anna: str) -> None:
    product = shop.ask("GET", "/products?limit=1").json()["products"][0]["gtin"]
    (shop.stack.root / "refused.jpg").write_bytes(b"chips")
    picture = {"product": product, "assetPath": {"location": "local", "path": "refused.jpg"}}
    refused = shop.ask("POST", "/snapshots", json=picture).json()["id"]
    wait_until(lambda: shop.stack.asset(refused)["state"] == "failed", 30, "the picture to be refused")

    open_catalog(page, shop, anna, f"snapshots/{refused}")

    expect(page.get_by_text("Picture failed")).to_be_visible()
    expect(page.get_by_text("is not an image")).to_be_visible()
    expect(page.get_by_role("heading", name="Known answer")).to_be_hidden()


def test_a_snapshot_is_removed_once_it_is_said_that_this_is_meant(page: Page, shop: Shop, anna: str) -> None:
    product = shop.ask("GET", "/products?limit=1").json()["products"][0]["gtin"]
    (shop.stack.root / "mistake.jpg").write_bytes(jpeg(211, 97))
    picture = {"product": product, "assetPath": {"location": "local", "path": "mistake.jpg"}}
    mistake = shop.ask("POST", "/snapshots", json=picture).json()["id"]
    wait_until(lambda: shop.stack.asset(mistake)["state"] == "success", 30, "the picture to be accepted")
    open_catalog(page, shop, anna, f"snapshots/{mistake}")
    status, button = page.get_by_role("definition").nth(1), page.get_by_role("button", name="Remove")

    page.once("dialog", lambda dialog: dialog.dismiss())
    button.click()
    expect(status).to_have_text("Pending")
    page.once("dialog", lambda dialog: dialog.accept())
    button.click()

    expect(status).to_have_text("Removed")
    expect(button).to_be_hidden()
    expect(page.get_by_role("heading", name="Known answer")).to_be_hidden()
    page.goto(f"{shop.url}#catalog/snapshots/removed")
    expect(page.locator(f"a[href$='{mistake}']")).to_be_visible()


def test_what_an_import_brought_is_removed_and_that_is_watched(page: Page, shop: Shop, anna: str) -> None:
    product = shop.ask("GET", "/products?limit=1").json()["products"][0]["gtin"]
    (shop.stack.root / "brought.jpg").write_bytes(jpeg(212, 97))
    (shop.stack.root / "brought.csv").write_text(f"location,path,product\nlocal,brought.jpg,{product}\n")
    manifest = {"manifest": {"location": "local", "path": "./brought.csv"}}
    brought = shop.ask("POST", "/imports", json=manifest).json()["id"]
    open_catalog(page, shop, anna, f"imports/{brought}")
    row = page.get_by_role("row").filter(has_text="./brought.csv")
    expect(row).to_contain_text("Done")

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove all it brought").click()

    expect(row).to_contain_text("Removing")
    expect(page.get_by_role("progressbar", name="Removed")).to_have_attribute("max", "1")
    expect(row).to_contain_text("Removed", timeout=30_000)
    expect(page.get_by_text("Nothing is running.")).to_be_visible()
    listed = shop.ask("GET", f"/snapshots?product={product}&status=removed").json()["snapshots"]
    assert (212, 97) in [(each["width"], each["height"]) for each in listed]


def test_an_export_is_begun_and_offers_its_files_once_it_is_done(page: Page, shop: Shop, anna: str) -> None:
    open_catalog(page, shop, anna, "exports")

    with page.expect_response(lambda answer: answer.request.method == "POST") as accepted:
        page.get_by_role("button", name="Export all decisions").click()
    csv = page.locator(f"a[id='{accepted.value.json()['id']}-csv']")
    ours = page.get_by_role("row").filter(has=csv)
    expect(ours).to_contain_text("Done")
    with page.expect_download() as download:
        csv.click()

    assert download.value.path().read_text().startswith("snapshot,")
    expect(ours.get_by_role("link", name="manifest")).to_be_visible()
    expect(page.get_by_text("Nothing is running.")).to_be_visible()


def test_an_import_shows_which_of_its_rows_were_bad_and_why(page: Page, shop: Shop, anna: str) -> None:
    (shop.stack.root / "bad.csv").write_text("location,path,product\nmoon,a.jpg,96385074\nlocal,a.jpg,123\n")
    manifest = {"manifest": {"location": "local", "path": "./bad.csv"}}
    shop.ask("POST", "/imports", json=manifest)
    open_catalog(page, shop, anna, "imports")

    page.get_by_role("link", name="./bad.csv").first.click()

    report = page.get_by_role("row").filter(has_text="location 'moon' is not enabled here")
    expect(report).to_contain_text("moon,a.jpg,96385074")
    expect(page.get_by_role("row").filter(has_text="local,a.jpg,123")).to_be_visible()


def test_an_import_that_runs_is_watched_until_it_ends_and_nothing_moves(page: Page, shop: Shop, anna: str) -> None:
    running = shop.ask("GET", "/imports?limit=1").json()["imports"][0] | {"state": "working", "bytes_total": 1000}
    stages = [running | {"rows": 40, "bytes_read": 400}, running | {"rows": 70, "bytes_read": 700}]
    page.route(IMPORTS, lambda route: route.fulfill(json={"imports": [stages.pop(0)], "next": None}))
    page.clock.install()
    open_catalog(page, shop, anna, "imports")

    bar = page.get_by_role("progressbar", name="Bytes read")
    expect(bar).to_have_attribute("value", "400")
    expect(page.get_by_text("1 running")).to_be_visible()
    page.get_by_role("row").get_by_role("link").focus()
    places = [page.get_by_role("table").bounding_box()]
    page.clock.fast_forward(3000)
    expect(bar).to_have_attribute("value", "700")
    places.append(page.get_by_role("table").bounding_box())
    expect(page.get_by_role("row").get_by_role("link")).to_be_focused()
    page.unroute(IMPORTS)
    page.clock.fast_forward(3000)

    expect(page.get_by_text("Nothing is running.")).to_be_visible()
    expect(bar).to_have_count(0)
    assert places[0] == places[1]


def test_what_is_not_there_and_what_fails_is_told_in_words(page: Page, shop: Shop, anna: str) -> None:
    page.route(PRODUCTS, lambda route: route.fulfill(status=503, json={"detail": "table: ThrottlingException"}))
    open_catalog(page, shop, anna)

    expect(page.get_by_role("heading", name="The server has a problem.")).to_be_visible()
    page.unroute(PRODUCTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".gallery li")).to_have_count(12)
    find(page, "12345678")
    expect(page.get_by_text("Nothing is stored under this GTIN or id.")).to_be_visible()
    page.route(PRODUCTS, lambda route: route.fulfill(status=401, json={"detail": "the token has expired"}))
    page.get_by_role("link", name="Products").click()
    expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_small_phone(browser: Browser, shop: Shop, anna: str, scheme: Any) -> None:
    _, record = voted(shop, "correct")
    context = browser.new_context(viewport=SMALL_PHONE, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    open_catalog(page, shop, anna)

    shown = {
        f"products/{record['product']}": ".gallery img",
        f"snapshots/{record['id']}": "tbody tr",
        "exports": "main button.yes",
    }
    for place, sign in shown.items():
        page.evaluate("place => location.hash = place", f"#catalog/{place}")
        expect(page.locator(sign).first).to_be_visible()
        inspect(page, place)
    context.close()
