"""The audit of the pinned packages, against a database of vulnerabilities on this machine."""

import json
import re
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from infra import audit
from infra.ports import HOST, free_port

KNOWN = {
    "id": "GHSA-xxxx",
    "aliases": ["CVE-2026-1"],
    "published": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "idna", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
        }
    ],
}


class Database(BaseHTTPRequestHandler):
    """Knows one vulnerability, of idna."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = json.dumps({"vulns": [KNOWN]} if asked["package"]["name"] == "idna" else {}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def database() -> Iterator[str]:
    server = ThreadingHTTPServer((HOST, 0), Database)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{HOST}:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    lock = tmp_path / "requirements.txt"
    pins = (f"{name}==1.0 --hash=sha256:{'0' * 64}" for name in ("idna", "urllib3"))
    lock.write_text("\n".join(pins))
    return lock


def test_a_known_vulnerability_is_reported_with_the_version_that_mends_it(database: str, lock: Path) -> None:
    found = audit.findings(lock, database)

    assert found == {"idna 1.0": ["CVE-2026-1, GHSA-xxxx; mended in 99.1"], "urllib3 1.0": []}


def test_it_ends_with_an_error_that_names_the_package(
    database: str, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LOCKS", (lock,))
    monkeypatch.setattr(audit, "OSV", database)

    with pytest.raises(SystemExit, match=r"idna 1\.0: CVE-2026-1"):
        audit.main()


def test_without_a_network_it_fails_unless_that_is_allowed(
    lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "LOCKS", (lock,))
    monkeypatch.setattr(audit, "OSV", f"http://{HOST}:{free_port()}/v1/query")
    monkeypatch.setattr(sys, "argv", ["audit"])

    with pytest.raises(SystemExit, match="cannot be reached"):
        audit.main()

    monkeypatch.setattr(sys, "argv", ["audit", "--offline-ok"])
    audit.main()
    assert "there is no network" in capsys.readouterr().out


def test_a_file_that_cannot_be_audited_is_no_missing_network(lock: Path, database: str) -> None:
    lock.write_text("idna>=3")

    with pytest.raises(SystemExit, match="pip-audit failed"):
        audit.findings(lock, database)


def test_all_that_make_lock_pins_is_audited() -> None:
    compiled = re.findall(r"^compile (\S+)\.in", (audit.ROOT / "infra/lock").read_text(), re.MULTILINE)

    assert {audit.ROOT / f"{each}.txt" for each in compiled} == set(audit.LOCKS)
