"""What template.yaml says, for tests that must not drift from it."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]


class TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as `{"Ref": ...}` and the like."""


def intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", intrinsic)  # type: ignore[no-untyped-call]


def template() -> dict[str, Any]:
    return loaded("template.yaml")


def monitoring() -> dict[str, Any]:
    """The nested stack of alarms and dashboard."""
    return loaded("monitoring.yaml")


@cache
def loaded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load((ROOT / name).read_text(), TemplateLoader)
    return content


def properties(resource: str) -> dict[str, Any]:
    found: dict[str, Any] = template()["Resources"][resource]["Properties"]
    return found


def resources(kind: str) -> list[str]:
    """The logical names of the resources of a type."""
    return [name for name, each in template()["Resources"].items() if each["Type"] == kind]


def statements_of(function: str) -> list[dict[str, Any]]:
    """What the role of a function allows; what only some deployments have is among it."""
    role = properties(function)["Role"]["Fn::GetAtt"].removesuffix(".Arn")
    [policy] = properties(role)["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return [each["Fn::If"][1] if "Fn::If" in each else each for each in found]


def create_table(client: Any, resource: str, name: str) -> None:
    """Create a table with the keys and indexes that the template gives it."""
    table = properties(resource)
    names = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    client.create_table(TableName=name, **{each: table[each] for each in names if each in table})


def create_core_table(client: Any, name: str) -> None:
    """Create the `core` table."""
    create_table(client, "CoreTable", name)
