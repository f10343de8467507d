"""Puts the content of layers into the functions that use them, for emulators that do not apply layers."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

NESTED_TYPE = "AWS::CloudFormation::Stack"
LAYER_TYPE = "AWS::Serverless::LayerVersion"
FUNCTION_TYPE = "AWS::Serverless::Function"

Template = dict[str, Any]


def flatten(built: Path, target: Path) -> Path:
    """Flatten a template that `sam build` has built, with all that it refers to; the flattened template's path.

    `target` is made anew. A function's own files win over a layer's, and later layers over earlier ones, as on Lambda.
    """
    template: Template = yaml.safe_load(built.read_text())
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, layers in layers_of_functions(template).items():
        properties = template["Resources"][name]["Properties"]
        for layer in layers:
            content = template["Resources"][layer]["Properties"]["ContentUri"]
            copy_into(target / name, built.parent / content / "python")
        copy_into(target / name, built.parent / properties["CodeUri"])
        properties["CodeUri"] = name
    for resource in template["Resources"].values():
        if resource["Type"] == NESTED_TYPE:
            nested = resource["Properties"]["TemplateURL"]
            copy_into((target / nested).parent, (built.parent / nested).parent)
    flattened = target / "template.yaml"
    flattened.write_text(yaml.safe_dump(without_layers(template), sort_keys=False))
    return flattened


def layers_of_functions(template: Mapping[str, Any]) -> dict[str, list[str]]:
    """For each function the logical names of its layers, in their order; ValueError for one that is not built here."""
    resources = template["Resources"]
    found: dict[str, list[str]] = {}
    for name, resource in resources.items():
        if resource["Type"] == FUNCTION_TYPE:
            references = resource["Properties"].get("Layers", [])
            found[name] = [str(each.get("Ref")) if isinstance(each, dict) else str(each) for each in references]
            foreign = [each for each in found[name] if resources.get(each, {}).get("Type") != LAYER_TYPE]
            if foreign:
                raise ValueError(f"{name} uses layers that this template does not build: {', '.join(foreign)}")
    return found


def without_layers(template: Template) -> Template:
    """The template without layers and without functions' references to them."""
    resources = {name: each for name, each in template["Resources"].items() if each["Type"] != LAYER_TYPE}
    for resource in resources.values():
        if resource["Type"] == FUNCTION_TYPE:
            resource["Properties"].pop("Layers", None)
    return template | {"Resources": resources}


def copy_into(target: Path, source: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
