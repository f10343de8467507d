"""One asset at a time, from POST to webhook, on a deployed system."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.stack import Mailbox, Stack, wait_until
from tests.images import huge_header, jpeg, jpeg_without_eoi, png, scan_bomb, truncated_jpeg
from tests.wire import answers, serving


def arrived(mailbox: Mailbox, asset_id: str, count: int) -> list[dict[str, Any]]:
    wait_until(lambda: len(mailbox.accepted()[asset_id]) >= count, 30, f"{count} webhooks")
    return mailbox.accepted()[asset_id]


def test_the_promised_request_gets_the_promised_answers(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "images").mkdir(exist_ok=True)
    (stack.root / "images" / "foo").write_bytes(jpeg(640, 480))
    body = {"assetPath": {"location": "local", "path": "./images/foo"}, "notifications": mailbox.urls()}

    answer = requests.post(
        f"{stack.url}/assets/image", json.dumps(body), headers={"content-type": "application/json"}, timeout=30
    )

    asset_id = answer.json()["id"]
    assert (answer.status_code, answer.json()) == (202, {"id": asset_id, "state": "queued"})
    assert arrived(mailbox, asset_id, 2) == [
        {"id": asset_id, "state": "started"},
        {"id": asset_id, "state": "success"},
    ]
    assert [each.path for each in mailbox.callbacks] == ["/good/onStart", "/good/onSuccess"]
    assert all(each.signature == "ok" for each in mailbox.callbacks)
    asset = stack.asset(asset_id)
    key = f"sha256/{asset['sha256'][:2]}/{asset['sha256']}.jpg"
    kept = stack.s3.get_object(Bucket=stack.outputs["MediaBucket"], Key=key)["Body"].read()
    assert kept == (stack.root / "images" / "foo").read_bytes()


def test_all_errors_are_told_at_once_at_the_one_good_url(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "screenshot.jpg").write_bytes(png(2000, 2000))
    urls = mailbox.urls() | {"onStart": "nonsense", "onSuccess": "http://169.254.169.254/latest"}

    asset_id = stack.submit("screenshot.jpg", urls)

    errors = {
        "asset": ["is not a jpeg", "width is greater than 1000px", "height is greater than 1000px"],
        "onStart": ["is not a valid URL"],
        "onSuccess": ["is not a valid URL"],
    }
    assert arrived(mailbox, asset_id, 1) == [{"id": asset_id, "state": "failed", "errors": errors}]
    assert stack.asset(asset_id)["errors"] == errors


GOOD_FILES = {
    "small.jpg": jpeg(1, 1),
    "largest.jpg": jpeg(1000, 1000),
    "progressive.jpg": jpeg(300, 200, progressive=True),
    "no-extension": jpeg(30, 20),
}
BAD_FILES = {
    "too-wide.jpg": (jpeg(1001, 10), ["width is greater than 1000px"]),
    "too-high.jpg": (jpeg(10, 1001), ["height is greater than 1000px"]),
    "scans.jpg": (scan_bomb(3000), ["has more than 100 scans"]),
    "truncated.jpg": (truncated_jpeg(), ["is damaged"]),
    "no-end.jpg": (jpeg_without_eoi(), ["is damaged"]),
    "drawing.jpg": (png(10, 10), ["is not a jpeg"]),
    "notes.jpg": (b"Dear customer", ["is not an image"]),
    "empty.jpg": (b"", ["is not an image"]),
}


def test_good_and_bad_files_end_as_they_should(stack: Stack, mailbox: Mailbox) -> None:
    expected = {name: [] for name in GOOD_FILES} | {name: errors for name, (_, errors) in BAD_FILES.items()}
    contents = GOOD_FILES | {name: content for name, (content, _) in BAD_FILES.items()}
    for name, content in contents.items():
        (stack.root / name).write_bytes(content)

    ids = {name: stack.submit(name, mailbox.urls()) for name in contents}

    for name, asset_id in ids.items():
        end = arrived(mailbox, asset_id, 2)[-1]
        assert end.get("errors", {}).get("asset", []) == expected[name], name
        assert end["state"] == ("failed" if expected[name] else "success"), name


def test_a_header_that_claims_65500_pixels_is_refused_undecoded(stack: Stack) -> None:
    (stack.root / "huge.jpg").write_bytes(huge_header(65500, 65500))

    errors = stack.ended(stack.submit("huge.jpg"))["errors"]["asset"]

    assert errors[:2] == ["width is greater than 1000px", "height is greater than 1000px"]


def test_no_path_leads_out_of_the_root(stack: Stack, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(jpeg(10, 10))
    (stack.root / "folder").mkdir(exist_ok=True)
    if not (stack.root / "pipe.jpg").exists():
        os.mkfifo(stack.root / "pipe.jpg")
        (stack.root / "link.jpg").symlink_to(secret)
    out = os.path.relpath(secret, stack.root)
    paths = [
        out,
        out.replace("..", "%2e%2e"),
        str(secret),
        f"file://{secret}",
        "folder",
        "pipe.jpg",
        "link.jpg",
        "nul\0.jpg",
        "n" * 300,
        "missing.jpg",
    ]

    ids = [stack.submit(path) for path in paths]

    for path, asset_id in zip(paths, ids, strict=True):
        assert stack.ended(asset_id)["errors"] == {"asset": ["is not reachable"]}, path


def test_an_s3_object_and_an_upload_are_validated(stack: Stack) -> None:
    stack.s3.put_object(Bucket="snapjury-source", Key="chips.jpg", Body=jpeg(20, 10))
    form = stack.request("POST", "/uploads").json()
    photo = jpeg(40, 30)
    uploaded = requests.post(form["url"], data=form["fields"], files={"file": photo}, timeout=30)

    from_bucket = stack.submit("s3://snapjury-source/chips.jpg", location="s3")
    from_upload = stack.submit(form["assetPath"]["path"], location=form["assetPath"]["location"])

    assert uploaded.status_code in (200, 204)
    assert stack.ended(from_bucket)["state"] == "success"
    assert (stack.ended(from_upload)["width"], stack.ended(from_upload)["bytes"]) == (40, len(photo))


def test_an_image_behind_a_url_is_read_and_what_is_none_is_not_reachable(stack: Stack) -> None:
    photo = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(jpeg(40, 30)) + jpeg(40, 30)
    pages = {
        "/chips.jpg": photo,
        "/moved.jpg": b"HTTP/1.1 301 Moved\r\nlocation: /chips.jpg\r\n\r\n",
        "/inside.jpg": b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\n\r\n",
        "/torn.jpg": photo[:-1],
        "/gone.jpg": b"HTTP/1.1 404 Not Found\r\n\r\n",
    }

    with serving(answers(pages), stack.host) as (port, _):
        ids = {path: stack.submit(f"http://{stack.host}:{port}{path}", location="http") for path in pages}
        ended = {path: stack.ended(asset_id) for path, asset_id in ids.items()}

    assert (ended["/chips.jpg"]["state"], ended["/moved.jpg"]["width"]) == ("success", 40)
    for path in ("/inside.jpg", "/torn.jpg", "/gone.jpg"):
        assert ended[path]["errors"] == {"asset": ["is not reachable"]}, path


def test_one_key_is_one_asset_however_many_ask_at_once(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "keyed.jpg").write_bytes(jpeg(10, 10))
    key = f"order-{time.time_ns()}"

    with ThreadPoolExecutor(8) as clients:
        tries = [
            clients.submit(stack.submit, "keyed.jpg", mailbox.urls(), **{"idempotency-key": key}) for _ in range(8)
        ]
        ids = {each.result() for each in tries}

    assert len(ids) == 1
    stack.ended(next(iter(ids)))
    wait_until(lambda: stack.messages("ValidationQueue") + stack.messages("NotificationQueue") == 0, 30, "quiet")
    assert [body["state"] for body in mailbox.accepted()[ids.pop()]] == ["started", "success"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": "{", "headers": {"content-type": "application/json"}}, 400),
        ({"json": {"assetPath": {"location": "local", "path": 5}}}, 422),
        ({"json": {"assetPath": {"location": "moon", "path": "https://x.example/a.jpg"}}}, 422),
        ({"data": "{}", "headers": {"content-type": "text/plain"}}, 415),
        ({"data": "x" * 70_000, "headers": {"content-type": "application/json"}}, 413),
        ({"data": b"\xff\xfe", "headers": {"content-type": "application/json"}}, 400),
    ],
)
def test_a_wrong_request_gets_a_problem_document(stack: Stack, options: dict[str, Any], status: int) -> None:
    answer = stack.request("POST", "/assets/image", **options)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_deliveries_are_shown_and_replayed_under_the_same_id(stack: Stack, mailbox: Mailbox) -> None:
    (stack.root / "replayed.jpg").write_bytes(jpeg(10, 10))
    asset_id = stack.submit("replayed.jpg", mailbox.urls() | {"onSuccess": mailbox.urls("gone")["onSuccess"]})
    wait_until(lambda: stack.deliveries(asset_id).get("onSuccess", {}).get("state") == "failed", 30, "the 410")

    in_trouble = stack.request("GET", "/deliveries?state=failed&limit=100").json()["deliveries"]
    replayed = stack.request("POST", f"/assets/{asset_id}/deliveries/onStart/replay")

    assert [each["event"] for each in in_trouble if each["asset"] == asset_id] == ["onSuccess"]
    assert replayed.status_code == 202
    assert len(arrived(mailbox, asset_id, 2)) == 2
    assert len({each.webhook_id for each in mailbox.callbacks}) == 1
    assert [each["status"] for each in stack.deliveries(asset_id)["onSuccess"]["attempts"]] == [410]


def test_files_are_submitted_from_the_command_line(stack: Stack, tmp_path: Path) -> None:
    good, bad = tmp_path / "chips.jpg", tmp_path / "notes.jpg"
    good.write_bytes(jpeg(10, 10))
    bad.write_bytes(b"Dear customer")

    run = subprocess.run(
        [sys.executable, "-c", "from snapjury.cli import main; main()", "submit", str(good), str(bad), "--wait"],
        env=os.environ | {"SNAPJURY_URL": stack.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert sorted((each["file"], each["state"], each["errors"]) for each in lines) == [
        (str(good), "success", {}),
        (str(bad), "failed", {"asset": ["is not an image"]}),
    ]
