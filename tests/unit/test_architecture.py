"""Imports point inward: functions, wiring, services, rules; adapters know the ports and the rules."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "snapjury" / "python" / "snapjury"

OWN = "snapjury."
MAY_IMPORT = {
    "rules": ("snapjury.rules", "snapjury.errors"),
    "services": ("snapjury.rules", "snapjury.errors", "snapjury.services"),
    "adapters": (
        "snapjury.rules",
        "snapjury.errors",
        "snapjury.services.ports",
        "snapjury.services.job_ports",
        "snapjury.services.operation_ports",
        "snapjury.services.customer_ports",
        "snapjury.messages",
        "snapjury.adapters",
    ),
    "cli": ("snapjury.rules", "snapjury.errors", "snapjury.services", "snapjury.adapters", "snapjury.cli"),
}
IS_RULE = re.compile(r"snapjury\.rules\.types\.\w+\.rule\b")
IMPURE = {"boto3", "botocore", "chalice", "requests", "time", "random", "os", "secrets", "socket", "datetime"}


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached_from(file: Path) -> set[str]:
    """All that is imported with this file, directly or not: our modules by their names, others by their packages."""
    reached: set[str] = set()
    to_read = [file]
    while to_read:
        for name in imports_of(to_read.pop()):
            module = module_of(name) if name.startswith(OWN) else name.partition(".")[0]
            if module not in reached and name.startswith(OWN):
                to_read.append(PACKAGE.parent / f"{module.replace('.', '/')}.py")
            reached.add(module)
    return reached


def module_of(name: str) -> str:
    """The module of ours that an import names, or that defines what it names."""
    return name if (PACKAGE.parent / f"{name.replace('.', '/')}.py").exists() else name.rpartition(".")[0]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_lies_further_in(part: str) -> None:
    outward = [
        f"{file.name}: {name}"
        for file in (PACKAGE / part).rglob("*.py")
        for name in imports_of(file)
        if name.startswith(OWN) and not name.startswith(MAY_IMPORT[part])
    ]

    assert outward == []


def test_rules_know_no_clock_no_chance_and_no_network() -> None:
    impure = [
        f"{file.name}: {name}"
        for file in (PACKAGE / "rules").rglob("*.py")
        for name in imports_of(file)
        if name.partition(".")[0] in IMPURE
        and file.name != "bounded.py"  # a library that sets no bounds needs a process
    ]

    assert impure == []


@pytest.mark.parametrize(
    ("package", "users"),
    [
        ("PIL", {"rules/types/image/rule.py", "rules/types/webp/rule.py", "cli/plot.py"}),
        ("pypdfium2", {"rules/types/pdf/rule.py"}),
    ],
)
def test_only_rules_of_types_and_a_command_need_what_decodes_files(package: str, users: set[str]) -> None:
    importing = [file for file in PACKAGE.rglob("*.py") if any(name.startswith(package) for name in imports_of(file))]

    assert {file.relative_to(PACKAGE).as_posix() for file in importing} == users


def test_a_types_rule_is_loaded_only_where_files_are_judged_and_with_the_first_of_its_files() -> None:
    imported = {file: set(imports_of(file)) for file in PACKAGE.rglob("*.py")}

    asking = {file.name for file, names in imported.items() if "snapjury.rules.types.registry.rule_of" in names}
    loading = {file.name for file, names in imported.items() if any(IS_RULE.match(name) for name in names)}

    assert asking == {"validation.py", "inspect.py"}
    assert loading == set()


def test_numpy_is_for_rules_and_for_the_command_line() -> None:
    users = [file for file in PACKAGE.rglob("*.py") if any(name.startswith("numpy") for name in imports_of(file))]

    assert {file.parent.name for file in users} == {"rules", "cli"}


def test_only_the_scorer_reaches_numpy_so_that_other_functions_go_without() -> None:
    functions = (ROOT / "functions").glob("*/app.py")

    assert [file.parent.name for file in functions if "numpy" in reached_from(file)] == ["scorer"]


def test_only_the_token_adapter_needs_pyjwt_so_that_other_functions_do_not_load_it() -> None:
    users = [file.name for file in PACKAGE.rglob("*.py") if any(name.startswith("jwt") for name in imports_of(file))]

    assert users == ["tokens.py"]


def test_keys_are_spelled_in_one_module() -> None:
    spelled = [file.name for file in PACKAGE.rglob("*.py") if file.name != "keys.py" and '"ASSET#' in file.read_text()]

    assert spelled == []


def test_the_command_line_speaks_http_but_for_the_first_admin() -> None:
    reaching_in = {
        file.name
        for file in (PACKAGE / "cli").glob("*.py")
        for name in imports_of(file)
        if name.startswith(("snapjury.services", "snapjury.adapters", "boto3"))
    }

    assert reaching_in == {"direct.py"}
