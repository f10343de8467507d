"""What the page's files may be and hold, whatever a browser makes of them."""

import re
from typing import Any

import pytest

from infra.page import WEB, content_of
from infra.places import ROOT
from tests.template import properties

FILES = sorted((ROOT / WEB).iterdir())
META = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', (ROOT / WEB / "index.html").read_text())


def directives(policy: str) -> dict[str, str]:
    """A Content-Security-Policy by its directives."""
    parts = (each.strip().partition(" ") for each in policy.split(";"))
    return {name: re.sub(r"\s+", " ", value.strip()) for name, _, value in parts}


@pytest.fixture
def own() -> dict[str, str]:
    """The policy in the page itself."""
    assert META is not None
    return directives(META[1])


@pytest.fixture
def sent() -> dict[str, str]:
    """The policy that CloudFront sends."""
    headers: Any = properties("PageHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    return directives(headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"])


def test_the_page_is_under_100_kb_in_all() -> None:
    assert sum(file.stat().st_size for file in FILES) < 100_000


def test_the_page_without_a_network_has_all_files_that_it_opens_with() -> None:
    wanted, opened = ["index.html"], set()
    while wanted:
        name = wanted.pop()
        opened.add(name)
        text = (ROOT / WEB / name).read_text()
        links = r'(?:href|src)="([\w.-]+)"' if name.endswith(".html") else r'^import .*"\./([\w.-]+)"'
        wanted += set(re.findall(links, text, re.MULTILINE)) - opened

    kept = re.search(r"FILES = \[(.*?)\]", (ROOT / WEB / "service-worker.js").read_text(), re.DOTALL)

    assert kept is not None
    assert sorted(re.findall(r'"([^"]+)"', kept[1])) == sorted(opened - {"admin.css"})


def test_nothing_in_the_page_runs_or_styles_inline(own: dict[str, str]) -> None:
    html = (ROOT / WEB / "index.html").read_text()

    assert own["script-src"] == own["style-src"] == "'self'"
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", html)


def test_the_policy_on_aws_is_the_pages_own_with_less_pictures_and_no_frames(
    own: dict[str, str], sent: dict[str, str]
) -> None:
    assert own.pop("img-src") == "'self' https://*.amazonaws.com"
    pictures = sent.pop("img-src").split()
    assert pictures[0] == "'self'"
    assert all(each.endswith("/${MediaBucket}/") for each in pictures[1:])
    assert sent.pop("frame-ancestors") == "'none'"
    assert sent == own


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_of_the_page_names_no_foreign_host(file: Any) -> None:
    hosts = set(re.findall(r"https?://([\w.*-]+)", file.read_text()))

    assert hosts <= {"*.amazonaws.com", "www.w3.org"}


def test_the_settings_for_an_emulator_name_all_that_those_for_aws_do() -> None:
    settings = ROOT / WEB / "settings.js"

    names = re.findall(r"export const (\w+)", settings.read_text())

    assert re.findall(r"export const (\w+)", content_of(settings).decode()) == names
