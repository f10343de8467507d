from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from infra.aws import resource_names
from infra.places import LOCAL
from infra.seed import PASSWORD, seed
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.reviewer import Reviewer, Shop
from tests.browser.sorter import GRID
from tests.e2e.emulators import IN_CONTAINER, embedded
from tests.e2e.floor import Person
from tests.e2e.stack import Stack, wait_until


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, without a window."""
    if IN_CONTAINER:
        pytest.skip("the containers have no browser; run `make test-e2e RUNTIME=embedded` on a machine with Chromium")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stack(browser: Browser) -> Iterator[Stack]:
    """The system on an emulator of its own, which is started only where there is a browser."""
    home = LOCAL / "browser"  # kept: drawing the demo's pictures takes longer than all else
    # Seats that one test leaves behind are free again for the next ones.
    with embedded(home / "emulator", home / "assets", LeaseSeconds="10") as stack:
        yield stack


@pytest.fixture(scope="session")
def shop(stack: Stack) -> Shop:
    """The demo, with all of its snapshots in the pool."""
    seed(stack.endpoint, stack.root)
    shop = Shop(stack)
    wait_until(lambda: shop.pending() == shop.SNAPSHOTS, 120, "the demo's snapshots to be validated")
    return shop


@pytest.fixture(scope="module")
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


@pytest.fixture
def context(browser: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """A browser profile that nobody has used, on a computer whose owner wants things to stay where they are."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def kevin(page: Page, shop: Shop) -> Reviewer:
    """A new QA before the page, not signed in yet, for whom all of the demo is there to be judged."""
    shop.open_for_business()
    return Reviewer(page, shop, shop.hire())
