"""A function's package: its own files, our package as it lies here, and its other layers as they were built."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from infra.flatten import FUNCTION_TYPE, layers_of_functions

FUNCTIONS = Path("functions")
PYTHON = Path("layers/snapjury/python")
PACKAGE = PYTHON / "snapjury"
COMMAND_LINE = PACKAGE / "cli"  # for people; no function has it
PACKAGE_LAYER = "SnapjuryLayer"

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name
READABLE = 0o644 << 16  # the mode's place in a zip file; functions run as another user


class SourceFile(NamedTuple):
    """A file of ours: where it lies below the root, what it is called in a package, and what is in it."""

    path: Path
    name: str
    content: bytes


class Function(NamedTuple):
    """A function of the template: its folder's name, its logical name, and the built layers' folders of packages."""

    folder: str
    logical: str
    libraries: tuple[Path, ...]


def functions_of(built: Path) -> list[Function]:
    """The functions of a template that `sam build` has built; our own package is none of their libraries."""
    template: dict[str, Any] = yaml.safe_load(built.read_text())
    layers = layers_of_functions(template)
    return [
        Function(
            folder=Path(resource["Properties"]["CodeUri"]).name,
            logical=logical,
            libraries=tuple(
                built.parent / template["Resources"][layer]["Properties"]["ContentUri"] / "python"
                for layer in layers[logical]
                if layer != PACKAGE_LAYER
            ),
        )
        for logical, resource in template["Resources"].items()
        if resource["Type"] == FUNCTION_TYPE
    ]


def affected(changed: Iterable[Path], functions: Iterable[Function]) -> list[Function]:
    """The functions that run any of these files, which are named from the root."""
    paths = [path for path in changed if not path.is_relative_to(COMMAND_LINE)]
    return [
        function
        for function in functions
        if any(path.is_relative_to(FUNCTIONS / function.folder) or path.is_relative_to(PACKAGE) for path in paths)
    ]


def sources(root: Path, function: Function) -> list[SourceFile]:
    """Our files in a function's package, as they are right now."""
    return [*files_below(root, FUNCTIONS / function.folder), *files_below(root, PYTHON, PACKAGE)]


def files_below(root: Path, base: Path, folder: Path | None = None) -> Iterator[SourceFile]:
    """The files below a folder, named from `base`; without byte code, hidden files and the command line."""
    for path in sorted((root / (folder or base)).rglob("*")):
        source = path.relative_to(root)
        hidden = any(part.startswith(".") for part in source.parts)
        if hidden or "__pycache__" in source.parts or source.is_relative_to(COMMAND_LINE) or path.is_dir():
            continue
        try:
            yield SourceFile(source, source.relative_to(base).as_posix(), path.read_bytes())
        except FileNotFoundError:
            continue  # deleted or renamed meanwhile, which is a change of its own


def faults(files: Iterable[SourceFile]) -> list[str]:
    """Why these sources cannot run: each file that is not Python, with the line."""
    return [fault for file in files if file.path.suffix == ".py" and (fault := fault_of(file)) is not None]


@lru_cache(maxsize=1000)
def fault_of(file: SourceFile) -> str | None:
    """Why this is not Python; looked at once for all functions, until it changes."""
    try:
        compile(file.content, str(file.path), "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{file.path}:{error.lineno or 1}: {error.msg}"
    except ValueError as error:
        return f"{file.path}:1: {error}"
    return None


def zipped(files: Iterable[SourceFile], libraries: Iterable[Path]) -> bytes:
    """A package of our files and the libraries."""
    archive = io.BytesIO(zipped_libraries(tuple((folder, folder.stat().st_mtime_ns) for folder in libraries)))
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_STORED, strict_timestamps=False) as entries:
        for file in files:
            entry = zipfile.ZipInfo(file.name, EPOCH)
            entry.external_attr = READABLE
            entries.writestr(entry, file.content)
    return archive.getvalue()


@lru_cache(maxsize=4)
def zipped_libraries(folders: tuple[tuple[Path, int], ...]) -> bytes:
    """A package of libraries alone, as they were built at these times: made once for all functions that have them.

    Compressed, since an emulator takes packages as text and copies them a few times.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as entries:
        for folder, _ in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entries.write(path, path.relative_to(folder).as_posix())
    return archive.getvalue()
