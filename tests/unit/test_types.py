"""Every type of asset, by its files in `tests/types`: a new type is tried here as soon as it has some."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapjury.errors import UnknownTypeError
from snapjury.rules import types
from snapjury.rules.types import registry
from snapjury.rules.types.inspection import larger_than_message
from snapjury.rules.types.registry import TYPES, rule_of, type_named

FOLDER = Path(registry.__file__).parent
README = Path(__file__).parents[2] / "README.md"
LONGEST_TO_MUTATE = 20_000


def files_of(name: str) -> ModuleType:
    return import_module(f"tests.types.{name}")


def small_files() -> list[tuple[str, bytes]]:
    files = [(name, file) for name in TYPES for file in files_of(name).good().values()]
    return [(name, file) for name, file in files if len(file) <= LONGEST_TO_MUTATE]


SMALL_FILES = small_files()


@pytest.mark.parametrize("name", TYPES)
def test_good_files_are_accepted(name: str) -> None:
    inspect = rule_of(TYPES[name])

    refused = {file: errors for file, data in files_of(name).good().items() if (errors := inspect(data).errors)}

    assert refused == {}


@pytest.mark.parametrize("name", TYPES)
def test_bad_files_are_refused_with_all_their_errors(name: str) -> None:
    inspect = rule_of(TYPES[name])
    bad = files_of(name).bad()

    found = {file: list(inspect(data).errors) for file, (data, _) in bad.items()}

    assert found == {file: errors for file, (_, errors) in bad.items()}


@pytest.mark.parametrize("name", TYPES)
def test_a_file_that_its_reader_stopped_a_byte_past_the_limit_is_only_too_large(name: str) -> None:
    limit = TYPES[name].limits.max_bytes
    larger = next(iter(files_of(name).good().values())) + b" " * limit

    errors = rule_of(TYPES[name])(larger[: limit + 1]).errors

    assert errors == (larger_than_message(limit),)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SMALL_FILES), st.integers(0, LONGEST_TO_MUTATE), st.integers(0, 20), st.binary(max_size=8))
def test_no_mutation_of_a_file_raises(file: tuple[str, bytes], position: int, removed: int, inserted: bytes) -> None:
    name, data = file
    position %= len(data)

    rule_of(TYPES[name])(data[:position] + inserted + data[position + removed :])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SMALL_FILES), st.integers(0, 100), st.binary(max_size=100))
def test_no_start_of_a_file_with_anything_behind_it_raises(file: tuple[str, bytes], kept: int, noise: bytes) -> None:
    name, data = file

    rule_of(TYPES[name])(data[:kept] + noise)


def test_each_folder_is_in_the_registry_and_named_like_its_type() -> None:
    folders = {each.parent.name for each in FOLDER.glob("*/about.py")}

    assert set(TYPES) == folders


def test_no_two_types_are_kept_under_one_name() -> None:
    assert len({each.extension for each in TYPES.values()}) == len(TYPES)
    assert len({each.media_type for each in TYPES.values()}) == len(TYPES)


def test_only_pictures_open_in_a_browser() -> None:
    assert all(each.is_attachment != each.media_type.startswith("image/") for each in TYPES.values())


def test_the_readme_has_a_row_for_each_type() -> None:
    readme = README.read_text()

    assert [name for name in TYPES if f"\n| `{name}` |" not in readme] == []


def test_the_readmes_example_of_a_new_type_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocks = re.findall(
        r"```python\n# (rules|tests)/types/json(?:/(\w+))?\.py\n(.*?)```", README.read_text(), re.DOTALL
    )
    (tmp_path / "json").mkdir()
    for part, module, code in blocks:
        (tmp_path / ("json" if part == "rules" else "") / f"{module or 'files'}.py").write_text(code)
    monkeypatch.setattr(types, "__path__", [*types.__path__, str(tmp_path)])
    monkeypatch.syspath_prepend(tmp_path)

    kind = import_module("snapjury.rules.types.json.about").JSON
    files = import_module("files")

    assert {name: rule_of(kind)(content).errors for name, content in files.good().items()} == dict.fromkeys(
        files.good(), ()
    )
    assert {name: list(rule_of(kind)(content).errors) for name, (content, _) in files.bad().items()} == {
        name: errors for name, (_, errors) in files.bad().items()
    }


def test_an_unknown_type_is_told_which_there_are() -> None:
    with pytest.raises(UnknownTypeError, match=f"there is no type 'video'; known are: {', '.join(TYPES)}$"):
        type_named("video")
