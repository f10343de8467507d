"""The page is served from the stack's bucket, beside the API."""

import requests

from infra.page import WEB, upload_page
from infra.places import PAGE_BUCKET, ROOT, page_url
from tests.e2e.stack import Stack


def test_the_page_and_all_of_its_files_are_served_beside_the_api(stack: Stack) -> None:
    folder = page_url(stack.endpoint).removesuffix("index.html")

    files = {each.name: requests.get(folder + each.name, timeout=30) for each in (ROOT / WEB).iterdir()}

    assert files["index.html"].headers["content-type"].startswith("text/html")
    assert files["index.html"].content == (ROOT / WEB / "index.html").read_bytes()
    assert {name: answer.status_code for name, answer in files.items()} == dict.fromkeys(files, 200)
    assert "javascript" in files["app.js"].headers["content-type"]
    assert files["app.js"].headers["cache-control"] == "no-cache"
    api = files["settings.js"].text.split('"')[1]
    assert requests.get(f"{stack.endpoint}{api}/health", timeout=30).status_code == 200


def test_a_file_that_is_no_part_of_the_page_any_more_is_gone_after_a_deployment(stack: Stack) -> None:
    stack.s3.put_object(Bucket=PAGE_BUCKET, Key="old.js", Body=b"")

    upload_page(stack.endpoint)

    assert requests.get(page_url(stack.endpoint).replace("index.html", "old.js"), timeout=30).status_code == 404
