from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from snapjury.cli.api import ApiError
from tests.api_server import ApiServer, Reply, Request, problem
from tests.command_line import lines_of, run

SIGNED_IN = {"SNAPJURY_TOKEN": "token of maria"}
ID = "e7kq2" * 4
FILES = {"/bucket/manifest": b'{"source-ref": "s3://media/1"}\n' * 1000, "/bucket/csv": b"id,status\n1,correct\n"}


class Exports:
    """The part of the API that exports, and a bucket whose connections end after `cut` bytes."""

    def __init__(self) -> None:
        self.url = ""
        self.id = ID
        self.asked: list[dict[str, Any]] = []
        self.states = ["queued", "working"]
        self.cut: int | None = None
        self.knows_ranges = True
        self.served: list[tuple[str, str]] = []
        self.trouble: list[Reply] = []

    def __call__(self, request: Request) -> Reply:
        if request.path in FILES:
            return self.serve(request)
        if request.route == "POST /exports":
            self.asked.append(request.body)
            return Reply(202, {"id": self.id, "state": "queued"})
        if self.states:
            return Reply(200, {"id": self.id, "state": self.states.pop(0), "files": None})
        files = {kind: f"{self.url}/bucket/{kind}" for kind in ("manifest", "csv")}
        return Reply(200, {"id": self.id, "state": "done", "snapshots": 1000, "files": files})

    def serve(self, request: Request) -> Reply:
        content, wanted = FILES[request.path], request.headers.get("range", "")
        self.served.append((request.path, wanted))
        if self.trouble:
            return self.trouble.pop(0)
        if not (wanted and self.knows_ranges):
            return Reply(200, content, cut=self.cut)
        first = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if first >= len(content):
            return Reply(416, b"", {"content-range": f"bytes */{len(content)}"})
        place = {"content-range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
        return Reply(206, content[first:], place, cut=self.cut)


@pytest.fixture
def exports() -> Exports:
    return Exports()


@pytest.fixture
def api(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setattr("snapjury.cli.waiting.FIRST_POLL", 0.01)
    monkeypatch.setattr("snapjury.cli.download.FIRST_PAUSE", 0.0)
    with ApiServer(exports) as server:
        exports.url = server.url
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        yield server


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


COMPLETE = {f"{ID}.manifest": FILES["/bucket/manifest"], f"{ID}.csv": FILES["/bucket/csv"]}


@pytest.mark.usefixtures("api")
def test_both_files_are_downloaded_and_named(exports: Exports, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    (line,) = lines_of(run("export", "--since", "2026-03-01", "--output", folder, env=SIGNED_IN))

    assert line == {
        "id": ID,
        "snapshots": 1000,
        "files": {"manifest": str(folder / f"{ID}.manifest"), "csv": str(folder / f"{ID}.csv")},
    }
    assert contents(folder) == COMPLETE
    assert exports.asked == [{"since": "2026-03-01"}]


@pytest.mark.usefixtures("api")
def test_a_download_that_breaks_off_goes_on_where_it_ended(exports: Exports, tmp_path: Path) -> None:
    exports.cut = 9000

    lines_of(run("export", "--output", tmp_path, env=SIGNED_IN))

    assert contents(tmp_path) == COMPLETE
    ranges = [wanted for path, wanted in exports.served if path == "/bucket/manifest"]
    assert ranges == ["", "bytes=9000-", "bytes=18000-", "bytes=27000-"]


@pytest.mark.usefixtures("api")
def test_a_later_call_downloads_the_rest_alone(exports: Exports, tmp_path: Path) -> None:
    (tmp_path / f"{ID}.manifest.part").write_bytes(FILES["/bucket/manifest"][:30_000])
    (tmp_path / f"{ID}.csv").write_bytes(FILES["/bucket/csv"])

    lines_of(run("export", "--id", ID, "--output", tmp_path, env=SIGNED_IN))

    assert contents(tmp_path) == COMPLETE
    assert exports.served == [("/bucket/manifest", "bytes=30000-")]
    assert exports.asked == []


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("part", [COMPLETE[f"{ID}.csv"], b"of another, longer file" * 9])
def test_a_part_that_is_complete_or_does_not_fit_is_sorted_out(exports: Exports, tmp_path: Path, part: bytes) -> None:
    (tmp_path / f"{ID}.csv.part").write_bytes(part)

    lines_of(run("export", "--id", ID, "--output", tmp_path, env=SIGNED_IN))

    assert contents(tmp_path) == COMPLETE


@pytest.mark.usefixtures("api")
def test_a_server_that_knows_no_ranges_is_read_from_the_start(exports: Exports, tmp_path: Path) -> None:
    exports.knows_ranges = False
    (tmp_path / f"{ID}.csv.part").write_bytes(b"id,st")

    lines_of(run("export", "--output", tmp_path, env=SIGNED_IN))

    assert contents(tmp_path) == COMPLETE


@pytest.mark.usefixtures("api")
def test_a_bucket_that_is_busy_is_asked_again(exports: Exports, tmp_path: Path) -> None:
    exports.trouble = [Reply(503, b"SlowDown")]

    lines_of(run("export", "--output", tmp_path, env=SIGNED_IN))

    assert contents(tmp_path) == COMPLETE


@pytest.mark.usefixtures("api")
def test_a_file_that_cannot_be_had_fails_with_one_line_and_leaves_no_file(exports: Exports, tmp_path: Path) -> None:
    exports.trouble = [Reply(403, b"<Error/>")]

    result = run("export", "--output", tmp_path, env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"snapjury export: {ID}.manifest cannot be downloaded: 403 Forbidden\n"
    assert contents(tmp_path) == {}


@pytest.mark.usefixtures("api")
def test_a_connection_that_always_breaks_is_given_up_and_the_part_is_kept(exports: Exports, tmp_path: Path) -> None:
    exports.cut = 1

    result = run("export", "--output", tmp_path, env=SIGNED_IN)

    assert result.exit_code == 1
    assert f"go on with: --id {ID}" in result.stderr
    assert contents(tmp_path) == {f"{ID}.manifest.part": FILES["/bucket/manifest"][:20]}


@pytest.mark.usefixtures("api")
def test_an_id_that_is_none_never_becomes_a_files_name(exports: Exports, tmp_path: Path) -> None:
    exports.id = "../outside/escaped"
    (tmp_path / "outside").mkdir()

    started = run("export", "--output", tmp_path / "inside", env=SIGNED_IN)
    went_on = run("export", "--id", ID, "--output", tmp_path / "inside", env=SIGNED_IN)

    assert (started.exit_code, started.stdout) == (1, "")
    assert started.stderr.startswith("snapjury export: '../outside/escaped' is no id of an export")
    assert went_on.exit_code == 0
    assert contents(tmp_path / "inside") == COMPLETE
    assert contents(tmp_path / "outside") == {}


@pytest.mark.usefixtures("api")
def test_who_waits_no_longer_is_told_how_to_go_on(exports: Exports, tmp_path: Path) -> None:
    exports.states = ["queued"] * 50

    result = run("export", "--timeout", "0", "--output", tmp_path, env=SIGNED_IN)

    assert result.exit_code == 1
    assert result.stderr.endswith(f"is still queued after 0 s; it goes on; go on with: --id {ID}\n")


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_refusal_that_passes_says_how_to_go_on(
    exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("snapjury.cli.exports.await_end", refusing(status))

    result = run("export", "--output", tmp_path, env=SIGNED_IN)

    assert result.exit_code == 1
    assert result.stderr.endswith(f"; go on with: --id {ID}\n")


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_for_good_does_not(
    exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("snapjury.cli.exports.await_end", refusing(status))

    assert "go on with" not in run("export", "--output", tmp_path, env=SIGNED_IN).stderr


def refusing(status: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise ApiError("refused", status)

    return refuse


@pytest.mark.usefixtures("api")
def test_an_export_that_failed_is_not_to_be_gone_on_with(exports: Exports, tmp_path: Path) -> None:
    exports.states = ["failed"]

    result = run("export", "--output", tmp_path, env=SIGNED_IN)

    assert result.exit_code == 1
    assert f"exports/{ID} failed" in result.stderr
    assert "go on with" not in result.stderr


def test_an_id_that_is_none_is_not_asked_for(api: ApiServer) -> None:
    result = run("export", "--id", "../users", env=SIGNED_IN)

    assert result.exit_code == 1
    assert "'../users' is no id of an export" in result.stderr
    assert api.routes == []


@pytest.mark.parametrize("bound", ["--since", "--until"])
def test_an_earlier_export_has_its_period_already(api: ApiServer, bound: str) -> None:
    result = run("export", "--id", ID, bound, "2026-03-01", env=SIGNED_IN)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "leave --since and --until out" in result.stderr
    assert api.routes == []


def test_a_period_that_the_api_refuses_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    with ApiServer(lambda _: problem(422, "is not an ISO date or time", "since")) as server:
        monkeypatch.setenv("SNAPJURY_URL", server.url)
        result = run("export", "--since", "yesterday", env=SIGNED_IN)

    assert result.exit_code == 1
    assert result.stderr.startswith("snapjury export: since: is not an ISO date or time (POST ")
