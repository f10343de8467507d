"""What the rules of pictures promise, asked of a browser: accepted files are shown whole."""

from base64 import b64encode
from importlib import import_module

import pytest
from playwright.sync_api import Browser

from snapjury.rules.types.registry import TYPES, rule_of

LONGEST = 2_000_000
DAMAGED = ("is damaged",)

SHOWN_THOUGH_DAMAGED = {"rows with a wrong checksum"}
"""Chromium does not look at the checksum of a PNG's rows; a picture that does not match it is not the one sent."""

SIZE_OF = """async ([content, type]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  try {
    const bitmap = await createImageBitmap(new Blob([bytes], {type}));
    return [bitmap.width, bitmap.height];
  } catch {
    return null;
  }
}"""


@pytest.mark.parametrize("name", ["image", "png", "webp"])
def test_accepted_pictures_are_shown_and_damaged_ones_are_not(browser: Browser, name: str) -> None:
    module = import_module(f"tests.types.{name}")
    files = module.good() | {file: content for file, (content, _) in module.bad().items()}
    judged = {file: rule_of(TYPES[name])(content) for file, content in files.items()}
    accepted = {file: [found.width, found.height] for file, found in judged.items() if found.ok}
    damaged = {file for file, found in judged.items() if found.errors == DAMAGED and len(files[file]) < LONGEST}
    page = browser.new_page()
    page.goto("about:blank")

    sizes = {
        file: page.evaluate(SIZE_OF, [b64encode(files[file]).decode(), TYPES[name].media_type])
        for file in accepted.keys() | damaged
    }

    page.close()
    assert {file: sizes[file] for file in accepted} == accepted
    assert {file for file in damaged if sizes[file]} <= SHOWN_THOUGH_DAMAGED
