import contextlib
import queue
import threading
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from infra import dev
from infra.dev import follow_changes, reload
from infra.package import Function, SourceFile, affected, faults, functions_of, sources, zipped

ASSETS = Function("assets", "AssetsFunction", ())
VALIDATOR = Function("validator", "ValidatorFunction", ())
BOTH = [ASSETS, VALIDATOR]

FILES = {
    "functions/assets/app.py": "app = 1\n",
    "functions/assets/.app.py.swp": "half a line",
    "functions/assets/__pycache__/app.cpython-313.pyc": "byte code",
    "functions/validator/app.py": "handler = 1\n",
    "layers/snapjury/python/snapjury/__init__.py": "",
    "layers/snapjury/python/snapjury/rules/paths.py": "ROOT = 1\n",
    "layers/snapjury/python/snapjury/cli/__init__.py": "def main(): ...\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a little of everything."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["functions/assets/app.py"], [ASSETS]),
        (["functions/assets/app.py", "functions/validator/app.py"], BOTH),
        (["layers/snapjury/python/snapjury/rules/paths.py"], BOTH),
        (["layers/snapjury/python/snapjury/cli/inspect.py"], []),
        (["functions/assets-of-old/app.py"], []),
        (["functions"], []),
    ],
)
def test_a_change_affects_the_functions_that_run_it(changed: list[str], expected: list[Function]) -> None:
    assert affected(map(Path, changed), BOTH) == expected


def test_a_package_holds_the_function_our_package_without_its_commands_and_the_libraries(root: Path) -> None:
    library = root / "built" / "python"
    (library / "msgspec").mkdir(parents=True)
    (library / "msgspec" / "__init__.py").write_text("version = 1\n")

    package = zipfile.ZipFile(BytesIO(zipped(sources(root, ASSETS), [library])))

    assert sorted(package.namelist()) == [
        "app.py",
        "msgspec/__init__.py",
        "snapjury/__init__.py",
        "snapjury/rules/paths.py",
    ]
    assert package.read("app.py") == b"app = 1\n"
    assert package.read("msgspec/__init__.py") == b"version = 1\n"


def test_a_file_that_functions_as_another_user_may_read(root: Path) -> None:
    package = zipfile.ZipFile(BytesIO(zipped(sources(root, ASSETS), [])))

    assert {each.external_attr >> 16 for each in package.infolist()} == {0o644}


def test_a_deleted_file_is_in_the_package_no_more(root: Path) -> None:
    (root / "layers/snapjury/python/snapjury/rules/paths.py").unlink()

    assert [file.name for file in sources(root, ASSETS)] == ["app.py", "snapjury/__init__.py"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"def handler(:\n", "functions/assets/app.py:1: invalid syntax"),
        (b"a = 1\nb = (\n", "functions/assets/app.py:2: '(' was never closed"),
    ],
)
def test_a_syntax_error_is_told_with_file_and_line(content: bytes, fault: str) -> None:
    assert faults([SourceFile(Path("functions/assets/app.py"), "app.py", content)]) == [fault]


@pytest.mark.parametrize("content", [b"a = 1\0", b"a = '\xff\xfe'\n"])
def test_a_file_that_is_no_text_is_a_fault_and_no_crash(content: bytes) -> None:
    [fault] = faults([SourceFile(Path("functions/assets/app.py"), "app.py", content)])

    assert fault.startswith("functions/assets/app.py:1: ")


def test_files_other_than_python_are_not_looked_into() -> None:
    assert faults([SourceFile(Path("functions/assets/page.html"), "page.html", b"<p>")]) == []


def test_functions_that_cannot_run_are_not_deployed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "functions/assets/app.py").write_text("app = \n")
    (root / "functions/validator/app.py").unlink()

    # An address that nothing listens on: whoever deploys there says so.
    reload(root, "http://127.0.0.1:9", [Path("functions/assets/app.py")], BOTH)

    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[2] for line in told] == [
        "not reloaded: functions/assets/app.py:1: invalid syntax",
        "not reloaded: functions/validator/app.py is missing",
    ]


def test_an_emulator_that_is_gone_is_told_and_no_crash(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reload(root, "http://127.0.0.1:9", [Path("functions/assets/app.py")], [ASSETS])

    assert "not reloaded: assets: No emulator answers at http://127.0.0.1:9." in capsys.readouterr().out


def test_what_is_saved_as_soon_as_it_says_so_is_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "web").mkdir()
    seen: queue.SimpleQueue[list[Path]] = queue.SimpleQueue()

    def reload_once(_root: Path, _endpoint: str, changed: list[Path], _functions: list[Function]) -> None:
        seen.put(changed)
        raise KeyboardInterrupt

    def follow() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            follow_changes(root, "http://127.0.0.1:9", BOTH)

    monkeypatch.setattr(dev, "say", lambda _: (root / "functions/assets/app.py").write_text("app = 2\n"))
    monkeypatch.setattr(dev, "reload", reload_once)
    threading.Thread(target=follow, daemon=True).start()

    assert Path("functions/assets/app.py") in seen.get(timeout=10)


def test_functions_and_their_libraries_come_from_the_built_template(tmp_path: Path) -> None:
    built = tmp_path / "template.yaml"
    built.write_text(
        """
Resources:
  AssetsFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ../../../../functions/assets
      Layers: [{Ref: SnapjuryLayer}, {Ref: DependenciesLayer}]
  SnapjuryLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: SnapjuryLayer}
  DependenciesLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: DependenciesLayer}
"""
    )

    expected = Function("assets", "AssetsFunction", (tmp_path / "DependenciesLayer" / "python",))
    assert functions_of(built) == [expected]
