import json
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.api_server import HANG_UP, ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run

SIGNED_IN = {"SNAPJURY_TOKEN": "token of maria"}
MANIFEST = '{"product": "00815099021634", "source-ref": "s3://shop/chips.jpg"}\n'


class Imports:
    """The part of the API that imports manifests: it looks at one more row each time it is asked."""

    def __init__(self) -> None:
        self.url = ""
        self.uploaded: dict[str, bytes] = {}
        self.started: list[dict[str, Any]] = []
        self.rejected: list[dict[str, Any]] = []
        self.rows = 3
        self.seen = 0
        self.error = ""

    def __call__(self, request: Request) -> Reply:
        path = request.path
        if path == "/bucket":
            return self.upload(request)
        if request.headers.get("authorization") != "Bearer token of maria":
            return problem(401, "sign in first")
        if request.route == "POST /uploads":
            place = {"location": "upload", "path": f"uploads/{len(self.uploaded)}"}
            fields = {"key": place["path"]}
            return Reply(201, {"url": f"{self.url}/bucket", "fields": fields, "assetPath": place})
        if request.route == "POST /imports":
            self.started.append(request.body | {"key": request.headers["idempotency-key"]})
            return Reply(202, {"id": "i1", "state": "queued"})
        if path.endswith("/errors"):
            first = int(request.query.get("next", "0"))
            more = str(first + 2) if first + 2 < len(self.rejected) else None
            return Reply(200, {"errors": self.rejected[first : first + 2], "next": more})
        return self.progress()

    def upload(self, request: Request) -> Reply:
        form = message_from_bytes(
            b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.content
        )
        key, content = (part.get_payload(decode=True) for part in form.get_payload())  # type: ignore[union-attr]
        self.uploaded[key.decode()] = content  # type: ignore[union-attr,assignment]
        return Reply(204, b"")

    def progress(self) -> Reply:
        state = "done" if self.seen == self.rows else "working"
        counts = {"accepted": self.seen - len(self.rejected), "known": 0, "rejected": len(self.rejected)}
        view = {"id": "i1", "state": "failed" if self.error else state, "rows": self.rows, **counts}
        self.seen = min(self.seen + 1, self.rows)
        return Reply(200, view | {"errors": self.rejected[:1], "error": self.error or None, "created_at": "today"})


@pytest.fixture
def imports() -> Imports:
    return Imports()


@pytest.fixture
def api(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setattr("snapjury.cli.waiting.FIRST_POLL", 0.01)
    with ApiServer(imports) as server:
        imports.url = server.url
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        yield server


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "shop.jsonl"
    file.write_text(MANIFEST)
    return file


@pytest.mark.usefixtures("api")
def test_a_file_is_uploaded_imported_and_summed_up(imports: Imports, manifest: Path) -> None:
    lines = lines_of(run("import", manifest, env=SIGNED_IN))

    assert lines == [{"id": "i1", "state": "done", "rows": 3, "accepted": 3, "known": 0, "rejected": 0}]
    assert imports.uploaded == {"uploads/0": MANIFEST.encode()}
    (started,) = imports.started
    assert started["manifest"] == {"location": "upload", "path": "uploads/0"}
    assert started["format"] == "jsonl"


def test_a_manifest_in_a_bucket_is_read_where_it_is(imports: Imports, api: ApiServer) -> None:
    lines = lines_of(run("import", "s3://shop/rows.csv", "--no-wait", env=SIGNED_IN))

    assert lines == [{"id": "i1", "state": "queued"}]
    assert api.routes == ["POST /imports"]
    assert imports.started[0]["manifest"] == {"location": "s3", "path": "s3://shop/rows.csv"}
    assert imports.started[0]["format"] == "csv"


@pytest.mark.usefixtures("api")
def test_a_name_that_says_nothing_leaves_the_format_to_the_api(imports: Imports) -> None:
    lines_of(run("import", "s3://shop/rows", "--no-wait", env=SIGNED_IN))

    assert "format" not in imports.started[0]


@pytest.mark.usefixtures("api")
def test_bad_rows_are_printed_one_by_one_and_fail_the_command(imports: Imports, manifest: Path) -> None:
    imports.rejected = [{"row": row, "message": "is not a GTIN", "text": "x"} for row in range(1, 4)]

    result = run("import", manifest, env=SIGNED_IN)

    summary, *rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert summary["rejected"] == 3
    assert rows == imports.rejected


@pytest.mark.usefixtures("api")
def test_an_import_that_fails_says_why(imports: Imports, manifest: Path) -> None:
    imports.error = "the manifest is not there"

    result = run("import", manifest, env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "snapjury import: imports/i1 failed: the manifest is not there\n"


@pytest.mark.usefixtures("api")
def test_an_import_that_takes_too_long_goes_on_without_the_command(imports: Imports, manifest: Path) -> None:
    imports.rows = 10**6

    result = run("import", manifest, "--timeout", "0.05", env=SIGNED_IN)

    assert result.exit_code == 1
    assert "imports/i1 is still working after 0.05 s; it goes on" in result.stderr


def test_a_file_that_is_not_there_fails_before_anything_is_sent(api: ApiServer, tmp_path: Path) -> None:
    result = run("import", tmp_path / "missing.csv", env=SIGNED_IN)

    assert result.exit_code == 1
    assert "No such file" in result.stderr
    assert api.requests == []


def test_a_broken_connection_does_not_start_two_imports(
    imports: Imports, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = iter([True])

    def answer(request: Request) -> Reply:
        reply = imports(request)
        return HANG_UP if request.route == "POST /imports" and next(lost, False) else reply

    with ApiServer(answer) as server:
        imports.url = server.url
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        lines_of(run("import", manifest, "--no-wait", env=SIGNED_IN))

    first, second = imports.started
    assert first == second
    assert first["key"]


@pytest.mark.usefixtures("api")
def test_the_same_file_is_imported_anew_when_asked_to(imports: Imports, manifest: Path) -> None:
    for _ in range(2):
        lines_of(run("import", manifest, "--no-wait", env=SIGNED_IN))

    first, second = imports.started
    assert first["key"] != second["key"]
